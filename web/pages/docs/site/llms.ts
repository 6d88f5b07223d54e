/** `llms.txt` and `llms-full.txt`: the pages for programs that read (llmstxt.org). */

import type { Book, Page } from "./pages.js";

/** Write the list: title, summary, and each page with one sentence. */
export function llms(book: Book): string {
  const sections = book.sections.map(({ title, pages }) => {
    const items = pages.map((page) => `- [${page.title}](/docs/${page.id}.md): ${page.summary}`);
    return `## ${title}\n\n${items.join("\n")}\n`;
  });
  const everything = "All pages in one file: [llms-full.txt](/llms-full.txt).";
  return `# ${book.index.title}\n\n> ${book.index.summary}\n\n${everything}\n\n${sections.join("\n")}`;
}

/** Write all pages, one after the other; `text` gives a page's Markdown. */
export function llmsFull(pages: readonly Page[], text: (page: Page) => string): string {
  return pages.map((page) => `<!-- /docs/${page.id}.md -->\n\n${text(page).trim()}\n`).join("\n");
}
