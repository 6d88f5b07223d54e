/** Which pages there are: what docs/index.md lists, in its order. */

import { readFileSync } from "node:fs";
import { posix } from "node:path";
import MarkdownIt, { type Token } from "markdown-it";

/** One page of the site. */
export interface Page {
  /** The name of its file without the ending. */
  readonly id: string;
  /** Where its text is, from the root of the repository. */
  readonly source: string;
  readonly title: string;
  /** One sentence about it; that of the index is its first paragraph. */
  readonly summary: string;
  readonly markdown: string;
}

/** Pages under one heading of the index. */
export interface Section {
  readonly title: string;
  readonly pages: readonly Page[];
}

export const INDEX = "docs/index.md";

/** The index, and every page it lists. */
export interface Book {
  readonly index: Page;
  readonly sections: readonly Section[];
}

/** Read the index and what it lists.  Or an Error that says what is wrong with it. */
export function readBook(root: string): Book {
  const read = (source: string): string => readFileSync(posix.join(root, source), "utf8");
  const markdown = read(INDEX);
  const tokens = new MarkdownIt().parse(markdown, {});
  const sections: { title: string; pages: Page[] }[] = [];
  const seen = new Set<string>([INDEX]);
  for (const [at, token] of tokens.entries()) {
    const inline = tokens[at + 1];
    if (token.type === "heading_open" && token.tag === "h2" && inline !== undefined) {
      sections.push({ title: inline.content, pages: [] });
    }
    if (token.type !== "list_item_open") continue;
    const section = sections.at(-1);
    const entry = listed(tokens[at + 2]?.children ?? []);
    if (section === undefined || entry === null) {
      throw new Error(`${INDEX}: each item is "[Title](page.md): a sentence" below a heading.`);
    }
    const source = posix.normalize(posix.join(posix.dirname(INDEX), entry.href));
    if (seen.has(source)) throw new Error(`${INDEX} lists ${source} twice.`);
    seen.add(source);
    const id = posix.basename(source) === "README.md" ? posix.basename(posix.dirname(source)) : posix.basename(source, ".md");
    const { title, summary } = entry;
    section.pages.push({ id: id.toLowerCase(), source, title, summary, markdown: read(source) });
  }
  const ids = sections.flatMap(({ pages }) => pages.map(({ id }) => id));
  const twice = ids.find((id, at) => id === "index" || ids.indexOf(id) !== at);
  if (twice !== undefined) throw new Error(`${INDEX}: two pages would be ${twice}.html.`);
  const title = tokens.find(({ type }) => type === "inline")?.content;
  const paragraph = tokens.findIndex(({ type }) => type === "paragraph_open");
  const summary = tokens[paragraph + 1]?.content.replaceAll("\n", " ");
  if (title === undefined || summary === undefined) throw new Error(`${INDEX} begins with a title and a paragraph.`);
  return { index: { id: "index", source: INDEX, title, summary, markdown }, sections };
}

export function allPages(book: Book): Page[] {
  return [book.index, ...book.sections.flatMap(({ pages }) => pages)];
}

function listed(children: readonly Token[]): { href: string; title: string; summary: string } | null {
  const [open, text, close, ...rest] = children;
  const href = String(open?.attrGet("href") ?? "");
  if (open?.type !== "link_open" || close?.type !== "link_close" || href === "" || !text) return null;
  const said = rest.map(({ type, content }) => (type === "softbreak" ? " " : content)).join("");
  return said.startsWith(": ") ? { href, title: text.content, summary: said.slice(2) } : null;
}
