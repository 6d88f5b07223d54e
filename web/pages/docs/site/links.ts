/** Where a link of a text leads on the site; a link that leads nowhere is an error. */

import { existsSync, statSync } from "node:fs";
import { posix } from "node:path";
import type { Page } from "./pages.js";

/** What becomes of a link. */
export type Target =
  /** To another host, or within the page. */
  | { readonly kind: "as it is"; readonly href: string }
  | { readonly kind: "page"; readonly href: string; readonly markdown: string }
  /** A file beside the pages, which has to be copied: its path below docs/. */
  | { readonly kind: "file"; readonly href: string }
  /** A file of the source, which is not on the site. */
  | { readonly kind: "source"; readonly path: string };

const FOLDER = "docs";

/** Knows the pages, finds the files, and remembers which anchors were asked for. */
export class Links {
  readonly #root: string;
  readonly #pages: ReadonlyMap<string, Page>;
  readonly #anchors = new Map<string, ReadonlySet<string>>();
  readonly #asked: { from: string; href: string; source: string; anchor: string }[] = [];
  readonly faults: string[] = [];
  /** Paths below docs/ that pages need. */
  readonly files = new Set<string>();

  constructor(root: string, pages: readonly Page[]) {
    this.#root = root;
    this.#pages = new Map(pages.map((page) => [page.source, page]));
  }

  /** Tell which anchors a page has. */
  anchors(source: string, anchors: ReadonlySet<string>): void {
    this.#anchors.set(source, anchors);
  }

  /** Resolve a link of the text `from`, a path from the root. */
  resolve(from: string, href: string): Target {
    if (/^(https?|mailto):/.test(href)) return { kind: "as it is", href };
    const [path = "", anchor = ""] = href.split("#");
    const source = path === "" ? from : posix.normalize(posix.join(posix.dirname(from), decodeURIComponent(path)));
    const page = this.#pages.get(source);
    if (anchor !== "") this.#asked.push({ from, href, source, anchor });
    if (page !== undefined) {
      const end = anchor === "" ? "" : `#${anchor}`;
      return path === ""
        ? { kind: "as it is", href }
        : { kind: "page", href: `${page.id}.html${end}`, markdown: `${page.id}.md${end}` };
    }
    if (source.startsWith("..") || !existsSync(posix.join(this.#root, source))) {
      this.faults.push(`${from}: there is no ${href}.`);
      return { kind: "as it is", href };
    }
    const inside = posix.relative(FOLDER, source);
    if (inside.startsWith("..") || inside.endsWith(".md") || statSync(posix.join(this.#root, source)).isDirectory()) {
      return { kind: "source", path: source };
    }
    this.files.add(inside);
    return { kind: "file", href: inside };
  }

  /** Look for the anchors, when all pages have told theirs. */
  check(): void {
    for (const { from, href, source, anchor } of this.#asked) {
      if (this.#anchors.get(source)?.has(anchor) !== true) this.faults.push(`${from}: nothing is called ${href}.`);
    }
  }
}

const FENCE = /^(```+)[^\n]*\n[^]*?^\1$/gm;
const COMMENT = /^<!--[^]*?-->\n/gm;
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g;

/** Write a page's Markdown as it is given beside its HTML: links lead to what is on the site. */
export function portable(page: Page, links: Links): string {
  let out = "";
  let from = 0;
  const prose = (text: string): string =>
    text.replace(COMMENT, "").replace(LINK, (whole, bang: string, label: string, href: string) => {
      const target = links.resolve(page.source, href);
      if (target.kind === "page") return `${bang}[${label}](${target.markdown})`;
      if (target.kind === "file") return `${bang}[${label}](${target.href})`;
      return target.kind === "source" ? label : whole;
    });
  for (const { index, 0: block } of page.markdown.matchAll(FENCE)) {
    out += prose(page.markdown.slice(from, index)) + block;
    from = index + block.length;
  }
  return out + prose(page.markdown.slice(from));
}
