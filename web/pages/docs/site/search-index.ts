/** The index that the search of the pages reads: each passage is found by itself. */

import MiniSearch from "minisearch";
import type { Passage } from "./markdown.js";
import type { Page } from "./pages.js";
import { OPTIONS } from "./search-options.js";

/** Characters of a passage that are shown where it was found. */
const SHOWN = 160;

/** Make the index, as JSON. */
export function searchIndex(pages: readonly (readonly [Page, readonly Passage[]])[]): string {
  const search = new MiniSearch(OPTIONS);
  for (const [page, passages] of pages) {
    for (const { level, anchor, title, text } of passages) {
      const id = level === 1 ? `${page.id}.html` : `${page.id}.html#${anchor}`;
      const start = text.replace(/\s+/g, " ").slice(0, SHOWN);
      search.add({ id, page: page.title, title, text, start });
    }
  }
  return JSON.stringify(search);
}
