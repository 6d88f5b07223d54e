/** Initials in a circle, for who shows no picture. */

import type { ReactNode } from "react";
import { initials } from "../people/names.js";

export function Face({ name, size = "medium" }: { readonly name: string; readonly size?: "small" | "medium" | "large" }): ReactNode {
  return (
    <span className={`face ${size}`} aria-hidden>
      {initials(name)}
    </span>
  );
}
