/** Light, dark, or as the system has it; by hand, and remembered. */

import { useEffect, useState } from "react";

const KEY = "ringway-theme";
const ORDER = ["system", "light", "dark"] as const;
export type Theme = (typeof ORDER)[number];

function remembered(): Theme {
  const kept = localStorage.getItem(KEY);
  return ORDER.find((theme) => theme === kept) ?? "system";
}

/** The theme now, and how to go on to the next one. */
export function useTheme(): [Theme, () => void] {
  const [theme, set] = useState(remembered);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    localStorage.setItem(KEY, theme);
  }, [theme]);
  return [theme, () => set(ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length] ?? "system")];
}
