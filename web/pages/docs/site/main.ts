/** Builds the site: `node .build/main.js` after the browser's part is in dist/. */

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Frame, layout, nowhere, welcome } from "./layout.js";
import { Links, portable } from "./links.js";
import { llms, llmsFull } from "./llms.js";
import { render } from "./markdown.js";
import { allPages, readBook } from "./pages.js";
import { searchIndex } from "./search-index.js";

const WORKSPACE = fileURLToPath(new URL("..", import.meta.url));
const ROOT = join(WORKSPACE, "../../..");
const OUT = join(WORKSPACE, "dist");

const book = readBook(ROOT);
const pages = allPages(book);
const links = new Links(ROOT, pages);
const rendered = pages.map((page) => [page, render(page, ROOT, links)] as const);
const README = { id: "readme", source: "README.md", title: "", summary: "" };
render({ ...README, markdown: readFileSync(join(ROOT, README.source), "utf8") }, ROOT, links); // only its links
links.check();
if (links.faults.length > 0) {
  for (const fault of links.faults) console.error(fault);
  process.exit(1);
}

const index = searchIndex(rendered.map(([page, { passages }]) => [page, passages]));
const frame: Frame = { book, assets: { ...browserPart(), search: keep("search", "json", index) } };
for (const [page, { html, passages }] of rendered) {
  put(`${page.id}.html`, layout(frame, page, html, passages));
  put(`${page.id}.md`, portable(page, links));
}
put("404.html", nowhere(frame));
put("welcome.html", welcome(frame));
put("llms.txt", llms(book));
put("llms-full.txt", llmsFull(pages, (page) => portable(page, links)));
for (const file of links.files) {
  mkdirSync(dirname(join(OUT, file)), { recursive: true });
  copyFileSync(join(ROOT, "docs", file), join(OUT, file));
}

function put(name: string, text: string): void {
  mkdirSync(dirname(join(OUT, name)), { recursive: true });
  writeFileSync(join(OUT, name), text);
}

/** Keep a file under a name that changes with its content, and give the name. */
function keep(name: string, ending: string, text: string): string {
  const hash = createHash("sha256").update(text).digest("base64url").slice(0, 8);
  const path = `assets/${name}-${hash}.${ending}`;
  put(path, text);
  return path;
}

/** Read which files the bundler has made, and clear its list away. */
function browserPart(): Omit<Frame["assets"], "search"> {
  const list = join(OUT, "assets.json");
  const made = JSON.parse(readFileSync(list, "utf8")) as Record<string, { file: string; css?: string[] } | undefined>;
  rmSync(list);
  const file = (name: string): { file: string; css?: string[] } => {
    const found = made[name];
    if (found === undefined) throw new Error(`${name} has not been built.`);
    return found;
  };
  return {
    script: file("page/main.ts").file,
    theme: file("page/theme.ts").file,
    styles: file("page/main.ts").css ?? [],
    icon: keep("icon", "svg", readFileSync(join(WORKSPACE, "page/icon.svg"), "utf8")),
  };
}
