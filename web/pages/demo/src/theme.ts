/** Light, dark, or as the system has it; by hand, and remembered. */

import { on } from "./dom.js";

const KEY = "ringway-theme";
const ORDER = ["system", "light", "dark"] as const;
type Theme = (typeof ORDER)[number];

function isTheme(text: string | null): text is Theme {
  return ORDER.some((theme) => theme === text);
}

function current(): Theme {
  const kept = localStorage.getItem(KEY);
  return isTheme(kept) ? kept : "system";
}

function apply(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
}

export function startTheme(): void {
  apply(current());
  on("theme", "click", () => {
    const next = ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length] ?? "system";
    localStorage.setItem(KEY, next);
    apply(next);
  });
}
