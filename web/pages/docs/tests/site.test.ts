import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { Links, portable } from "../site/links.js";
import { llms } from "../site/llms.js";
import { render } from "../site/markdown.js";
import { allPages, readBook } from "../site/pages.js";

const INDEX = `# Kettle

How to boil
water.

## Begin

* [Fill it](fill.md): Water, and how much.
* [Security](../SECURITY.md): What steam does.
`;

/** A repository of these files. */
function repository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "kettle-"));
  for (const [name, text] of Object.entries({ "docs/index.md": INDEX, "docs/fill.md": "# Fill it\n", "SECURITY.md": "# Security\n", ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** What is wrong with these files, and the HTML of `fill`. */
function built(files: Readonly<Record<string, string>>): { faults: string[]; html: string; markdown: string } {
  const root = repository(files);
  const pages = allPages(readBook(root));
  const links = new Links(root, pages);
  const html = pages.map((page) => render(page, root, links).html);
  links.check();
  const fill = pages[1];
  if (fill === undefined) throw new Error("no page");
  return { faults: links.faults, html: html[1] ?? "", markdown: portable(fill, links) };
}

describe("the index", () => {
  it("is the navigation", () => {
    const { index, sections } = readBook(repository({}));
    expect(index.summary).toBe("How to boil water.");
    expect(sections.map(({ title, pages }) => [title, pages.map(({ id, source }) => [id, source])])).toEqual([
      ["Begin", [["fill", "docs/fill.md"], ["security", "SECURITY.md"]]],
    ]);
  });

  it.each([
    ["* [Fill it](fill.md) without a sentence", /each item/],
    ["* [Again](fill.md): Once more.", /lists docs\/fill.md twice/],
    ["* [Index](index.md): Itself.", /lists docs\/index.md twice/],
    ["* [Gone](gone.md): Not there.", /ENOENT.*gone\.md/],
  ])("is refused: %s", (line, why) => {
    expect(() => readBook(repository({ "docs/index.md": INDEX + line }))).toThrow(why);
  });

  it("is llms.txt", () => {
    const text = llms(readBook(repository({})));
    expect(text).toMatch(/^# Kettle\n\n> How to boil water\.\n\n/);
    expect(text).toContain("## Begin\n\n- [Fill it](/docs/fill.md): Water, and how much.\n");
  });
});

describe("links", () => {
  it("lead to pages, files and anchors, on the site and in its Markdown", () => {
    const text = "# Fill it\n\n[how](../SECURITY.md#security) [here](#how-far) [list](data/list.json) [code](../boil.c) ![A jug](jug.svg) [far](https://example.org/)\n\n## How far?\n";
    const { faults, html, markdown } = built({
      "docs/fill.md": text,
      "docs/data/list.json": "[]",
      "docs/jug.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"/>',
      "boil.c": "",
    });
    expect(faults).toEqual([]);
    for (const part of [
      '<a href="security.html#security">how</a>',
      '<a href="#how-far">here</a>',
      '<a href="data/list.json">list</a>',
      '<span class="source" title="boil.c in the source">code</span>',
      '<img src="jug.svg" alt="A jug" width="20" height="10" loading="lazy">',
      '<a href="https://example.org/">far</a>',
    ]) {
      expect(html).toContain(part);
    }
    expect(markdown).toContain("[how](security.md#security) [here](#how-far) [list](data/list.json) code ![A jug](jug.svg)");
  });

  it.each([
    ["[gone](gone.md)", "docs/fill.md: there is no gone.md."],
    ["[gone](../../gone.md)", "docs/fill.md: there is no ../../gone.md."],
    ["[gone](#gone)", "docs/fill.md: nothing is called #gone."],
    ["[gone](../SECURITY.md#gone)", "docs/fill.md: nothing is called ../SECURITY.md#gone."],
    ["![A jug](gone.png)", "docs/fill.md: there is no gone.png."],
    ["![](jug.svg)", "docs/fill.md: a picture needs words for who does not see it."],
    ["```cobol\n```", "docs/fill.md: ```cobol is no language that is known here."],
    ["<b>HTML</b>", "docs/fill.md: HTML is for examples only: <b>"],
    ["# Again", "docs/fill.md: a page begins with its title, and has one."],
  ])("are refused when they are broken: %s", (line, fault) => {
    const { faults } = built({
      "docs/fill.md": `# Fill it\n\n${line}\n`,
      "docs/jug.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"/>',
    });
    expect(faults).toContain(fault);
  });

  it("stand in tables that can be read aloud", () => {
    const { html } = built({ "docs/fill.md": "# Fill it\n\n| how | |\n| --- | ---: |\n| far | 3 |\n" });
    expect(html).toContain('<th>how</th>\n<td class="number"></td>');
    expect(html).toContain('<td>far</td>\n<td class="number">3</td>');
    expect(html).not.toContain("style=");
  });

  it("in examples are left alone", () => {
    const text = "# Fill it\n\n```text\n[gone](gone.md)\n```\n";
    expect(built({ "docs/fill.md": text })).toMatchObject({ faults: [], markdown: text });
  });
});
