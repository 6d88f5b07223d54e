/** Search in all pages, without a server: the index is fetched when it is first needed. */

import MiniSearch from "minisearch";
import { OPTIONS } from "../site/search-options.js";
import { element } from "./element.js";

interface Found {
  readonly id: string;
  readonly page: string;
  readonly title: string;
  readonly start: string;
}

const MOST = 12;
const { search: address = "", root = "" } = document.documentElement.dataset;

let index: Promise<MiniSearch> | undefined;

function read(): Promise<MiniSearch> {
  index ??= fetch(address).then(async (response) => {
    if (!response.ok) throw new Error(`The server says ${response.status}.`);
    return MiniSearch.loadJSON(await response.text(), OPTIONS);
  });
  index.catch(() => (index = undefined));
  return index;
}

export function startSearch(): void {
  const input = element("input", { type: "search", id: "search", autocomplete: "off", spellcheck: false });
  const status = element("p", { className: "soft", role: "status" });
  const list = element("ul", { className: "found" });
  const close = element("button", { type: "button", className: "tool" }, "Close");
  const label = element("label", { htmlFor: "search", className: "unseen" }, "Search in all pages");
  const dialog = element("dialog", { className: "search", ariaLabel: "Search" }, label, input, close, status, list);
  const button = element("button", { type: "button", className: "tool" }, "Search ", element("kbd", {}, "/"));
  document.getElementById("tools")?.prepend(button);
  document.body.append(dialog);

  const show = async (): Promise<void> => {
    const words = input.value;
    let found: Found[];
    try {
      found = (await read()).search(words, { prefix: true, fuzzy: 0.15, boost: { title: 3, page: 2 }, combineWith: "AND" }) as unknown as Found[];
    } catch {
      list.replaceChildren();
      status.textContent = "The search could not be loaded. Is the server still there?";
      return;
    }
    if (words !== input.value) return;
    list.replaceChildren(...found.slice(0, MOST).map(item));
    status.textContent = words.trim() === "" ? "" : counted(found.length);
  };
  const open = (): void => {
    if (!dialog.open) dialog.showModal();
    input.select();
    void show();
  };

  button.onclick = open;
  close.onclick = () => dialog.close();
  input.oninput = () => void show();
  list.onclick = () => dialog.close();
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  dialog.onkeydown = (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === "ArrowDown") links[at + 1]?.focus();
    else if (event.key === "ArrowUp") (links[at - 1] ?? input).focus();
    else if (event.key === "Enter" && document.activeElement === input) links[0]?.click();
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || dialog.open) return;
    event.preventDefault();
    open();
  });
}

function counted(found: number): string {
  if (found === 0) return "Nothing found. Fewer letters find more.";
  return found > MOST ? `The best ${MOST} of ${found}` : `${found} found`;
}

function item({ id, page, title, start }: Found): HTMLLIElement {
  const where = page === title ? title : `${page}: ${title}`;
  const link = element("a", { href: root + id }, where);
  return element("li", {}, link, element("p", { className: "soft" }, start));
}
