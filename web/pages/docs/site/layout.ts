/** The frame around each page: head, navigation, contents, next and previous. */

import type { Passage } from "./markdown.js";
import type { Book, Page } from "./pages.js";
import { allPages } from "./pages.js";

/** Names of the built files, below the site's root. */
export interface Assets {
  readonly script: string;
  readonly theme: string;
  readonly styles: readonly string[];
  readonly icon: string;
  readonly search: string;
}

export interface Frame {
  readonly book: Book;
  readonly assets: Assets;
}

export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Write a page.  Its HTML begins with the title. */
export function layout(frame: Frame, page: Page, html: string, passages: readonly Passage[]): string {
  const pages = allPages(frame.book);
  const at = pages.indexOf(page);
  const parts = passages.filter(({ level }) => level === 2 || level === 3);
  const body = `
    <div class="frame">
      ${navigation(frame.book, page)}
      <main id="content" tabindex="-1">
        <article>${anchored(html)}</article>
        ${turn(pages[at - 1], pages[at + 1])}
      </main>
      ${parts.length > 1 ? contents(parts) : ""}
    </div>`;
  const title = page.id === "index" ? page.title : `${page.title} · Ringway`;
  const more = `<link rel="alternate" type="text/markdown" href="${page.id}.md">`;
  return document(frame.assets, "", { title, summary: page.summary, more, body, menu: true });
}

/** Write the page for addresses that lead nowhere; they may be any number of folders deep. */
export function nowhere(frame: Frame): string {
  const body = `
    <main id="content" class="alone" tabindex="-1">
      <h1>There is no such page</h1>
      <p>The address may be misspelt, or the page has another name in this version.</p>
      <p><a class="button" href="/docs/index.html">All pages</a></p>
    </main>`;
  const title = "There is no such page · Ringway";
  return document(frame.assets, "/docs/", { title, summary: title, more: "", body, menu: false });
}

/** Write what is at the server's root. */
export function welcome(frame: Frame): string {
  const body = `
    <main id="content" class="alone" tabindex="-1">
      <h1>Ringway is running</h1>
      <p>${escape(frame.book.index.summary)}</p>
      <ul class="ways">
        <li><a class="button main" href="/demo/">Try the demo</a> Two tabs, or a phone beside you: a call in a minute.</li>
        <li><a class="button" href="/docs/">Read the documentation</a> From the first call to a server of your own; it needs no internet.</li>
      </ul>
    </main>`;
  return document(frame.assets, "/docs/", { title: "Ringway", summary: frame.book.index.summary, more: "", body, menu: false });
}

interface Content {
  readonly title: string;
  readonly summary: string;
  readonly more: string;
  readonly body: string;
  readonly menu: boolean;
}

function document(assets: Assets, root: string, { title, summary, more, body, menu }: Content): string {
  const styles = assets.styles.map((it) => `<link rel="stylesheet" href="${root}${it}">`).join("");
  return `<!doctype html>
<html lang="en" data-search="${root}${assets.search}" data-root="${root}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escape(title)}</title>
    <meta name="description" content="${escape(summary)}">
    <link rel="icon" href="${root}${assets.icon}" type="image/svg+xml">
    ${styles}
    ${more}
    <script src="${root}${assets.theme}"></script>
    <script type="module" src="${root}${assets.script}"></script>
  </head>
  <body>
    <a class="skip" href="#content">Skip to content</a>
    <header class="top">
      ${menu ? '<button class="tool pages" type="button" popovertarget="navigation">Pages</button>' : ""}
      <a class="brand" href="${root}index.html">Ringway</a>
      <div class="tools" id="tools"></div>
    </header>
    ${body}
  </body>
</html>
`;
}

function navigation(book: Book, here: Page): string {
  const entry = (page: Page, title: string): string =>
    `<li><a href="${page.id}.html"${page === here ? ' aria-current="page"' : ""}>${escape(title)}</a></li>`;
  const sections = book.sections.map(
    ({ title, pages }) =>
      `<p class="group" id="group-${pages[0]?.id ?? ""}">${escape(title)}</p>
        <ul aria-labelledby="group-${pages[0]?.id ?? ""}">${pages.map((page) => entry(page, page.title)).join("")}</ul>`,
  );
  return `<nav class="pages" id="navigation" popover aria-label="Pages">
        <ul>${entry(book.index, "Overview")}</ul>
        ${sections.join("\n        ")}
      </nav>`;
}

function contents(parts: readonly Passage[]): string {
  const items = parts.map(
    ({ level, anchor, title }) => `<li class="level-${level}"><a href="#${anchor}">${escape(title)}</a></li>`,
  );
  return `<nav class="contents" aria-labelledby="on-this-page">
        <p class="group" id="on-this-page">On this page</p>
        <ul>${items.join("")}</ul>
      </nav>`;
}

function turn(previous: Page | undefined, next: Page | undefined): string {
  const link = (page: Page | undefined, rel: string, word: string): string =>
    page === undefined
      ? ""
      : `<a rel="${rel}" href="${page.id}.html"><span>${word}</span> ${escape(page.id === "index" ? "Overview" : page.title)}</a>`;
  return `<nav class="turn" aria-label="Next and previous">${link(previous, "prev", "Previous")}${link(next, "next", "Next")}</nav>`;
}

/** Let each heading below the title be linked to. */
function anchored(html: string): string {
  return html.replace(
    /<(h[2-6]) id="([^"]+)">([^]*?)<\/\1>/g,
    (_, tag: string, id: string, text: string) =>
      `<div class="heading"><${tag} id="${id}">${text}</${tag}><a class="anchor" href="#${id}"><span class="unseen">Link to: ${text.replace(/<[^>]+>/g, "")}</span><span aria-hidden="true">#</span></a></div>`,
  );
}
