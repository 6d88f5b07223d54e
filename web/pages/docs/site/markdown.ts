/** Makes the HTML of a page from its Markdown: anchors, code in colours, links. */

import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import highlighter from "highlight.js";
import MarkdownIt, { type Token } from "markdown-it";
import { sizeOf } from "./images.js";
import type { Links } from "./links.js";
import type { Page } from "./pages.js";

/** A heading of a page and the text below it, up to the next one. */
export interface Passage {
  readonly level: number;
  readonly anchor: string;
  readonly title: string;
  readonly text: string;
}

export interface Rendered {
  readonly html: string;
  /** The first is the page itself, from its title on. */
  readonly passages: readonly Passage[];
}

/** What a fence may be, and how it is shown. */
const LANGUAGES: Readonly<Record<string, string>> = {
  "": "plaintext",
  console: "shell",
  dockerfile: "dockerfile",
  html: "xml",
  ini: "ini",
  js: "javascript",
  json: "json",
  nginx: "nginx",
  python: "python",
  sh: "bash",
  text: "plaintext",
  toml: "ini",
  ts: "typescript",
  yaml: "yaml",
};
/** A number and its unit stay in one line. */
const UNIT = /(\d) (%|s|ms|µs|kHz|k?bit\/s|Mbit\/s|kB|KiB|MB|MiB)(?![\w/])/g;
const COMMENT = /^\s*(<!--[^]*?-->\s*)+$/;

/** Make one page.  What is wrong with it is added to `links.faults`. */
export function render(page: Page, root: string, links: Links): Rendered {
  const markdown = new MarkdownIt({ html: true });
  const fault = (text: string): void => void links.faults.push(`${page.source}: ${text}`);
  const { rules } = markdown.renderer;
  const escape = markdown.utils.escapeHtml;

  rules.html_block = rules.html_inline = (tokens, at) => {
    const said = tokens[at]?.content ?? "";
    if (!COMMENT.test(said)) fault(`HTML is for examples only: ${said.trim().slice(0, 40)}`);
    return "";
  };
  rules.fence = (tokens, at) => {
    const { info, content } = tokens[at] as Token;
    const language = LANGUAGES[info.trim()];
    if (language === undefined) fault(`\`\`\`${info.trim()} is no language that is known here.`);
    return block(highlighter.highlight(content, { language: language ?? "plaintext" }).value);
  };
  rules.text = (tokens, at) => escape(tokens[at]?.content ?? "").replace(UNIT, "$1\u00a0$2");
  rules.code_block = (tokens, at) => block(escape(tokens[at]?.content ?? ""));
  rules.table_open = () => '<div class="table" tabindex="0" role="group" aria-label="Table"><table>';
  rules.table_close = () => "</table></div>";
  for (const [rule, neighbour] of [["th_open", 1], ["th_close", -1], ["td_open", 1]] as const) {
    rules[rule] = (all, at, options, _, renderer) => {
      const cell = all[at] as Token;
      // A heading that says nothing is none (HTML, section 4.9.10).
      if (all[at + neighbour]?.content === "") cell.tag = "td";
      // The content security policy has no room for styles in attributes.
      if (cell.attrGet("style") === "text-align:right") cell.attrs = [["class", "number"]];
      return renderer.renderToken(all, at, options);
    };
  }
  rules.image = (tokens, at) => {
    const token = tokens[at] as Token;
    const alt = token.content;
    const target = links.resolve(page.source, String(token.attrGet("src") ?? ""));
    if (alt === "") fault("a picture needs words for who does not see it.");
    if (target.kind !== "file") {
      fault(`a picture has to be below docs/: ${token.attrGet("src")}`);
      return "";
    }
    const [width, height] = sizeOf(posix.join(root, "docs", target.href));
    return `<img src="${escape(target.href)}" alt="${escape(alt)}" width="${width}" height="${height}" loading="lazy">`;
  };

  const tokens = markdown.parse(page.markdown, {});
  const passages = named(tokens);
  links.anchors(page.source, new Set(passages.map(({ anchor }) => anchor)));
  for (const token of tokens) relink(token.children ?? [], page, links);
  return { html: markdown.renderer.render(tokens, markdown.options, {}), passages };

  function block(code: string): string {
    return `<pre tabindex="0"><code>${code}</code></pre>\n`;
  }

  /** Give each heading its anchor, as code hosts do; collect what is below it. */
  function named(all: Token[]): Passage[] {
    const slugger = new GithubSlugger();
    const found: { level: number; anchor: string; title: string; texts: string[] }[] = [];
    for (const [at, token] of all.entries()) {
      const inline = all[at + 1];
      if (token.type === "heading_open" && inline !== undefined) {
        const title = plain(inline.children ?? []);
        const anchor = slugger.slug(title);
        found.push({ level: Number(token.tag.slice(1)), anchor, title, texts: [] });
        token.attrSet("id", anchor);
      } else if (token.type === "inline" && all[at - 1]?.type !== "heading_open") {
        found.at(-1)?.texts.push(plain(token.children ?? []));
      } else if (token.type === "fence") {
        found.at(-1)?.texts.push(token.content);
      }
    }
    if (found[0]?.level !== 1 || found.filter(({ level }) => level === 1).length !== 1) {
      fault("a page begins with its title, and has one.");
    }
    return found.map(({ texts, ...rest }) => ({ ...rest, text: texts.join("\n") }));
  }
}

function plain(children: readonly Token[]): string {
  return children
    .map(({ type, content }) => (type === "softbreak" || type === "hardbreak" ? " " : content))
    .join("");
}

function relink(children: Token[], page: Page, links: Links): void {
  const open: Token[] = [];
  for (const token of children) {
    if (token.type === "link_close") {
      const opened = open.pop();
      if (opened !== undefined) token.tag = opened.tag;
    }
    if (token.type !== "link_open") continue;
    open.push(token);
    const target = links.resolve(page.source, String(token.attrGet("href") ?? ""));
    if (target.kind === "source") {
      token.tag = "span";
      token.attrs = [
        ["class", "source"],
        ["title", `${target.path} in the source`],
      ];
    } else {
      token.attrSet("href", target.href);
    }
  }
}
