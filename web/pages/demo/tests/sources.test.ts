import { describe, expect, it } from "vitest";
import { en } from "../src/texts/en.js";

const code: Record<string, string> = import.meta.glob("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
const styles: Record<string, string> = import.meta.glob("../src/**/*.css", { query: "?raw", import: "default", eager: true });

describe("the catalogue", () => {
  const users = Object.entries(code).filter(([path]) => !path.includes("/texts/en")).map(([, text]) => text).join("\n");

  it.each(Object.keys(en))("has %s for somebody", (key) => {
    expect(users).toContain(`"${key}"`);
  });
});

describe("styles", () => {
  it.each(Object.entries(styles))("of %s know no left and right, so that both directions of writing fit", (_, text) => {
    expect(text).toContain("{");
    const plain = text.replace(/\/\*.*?\*\//gs, "");
    const physical = /(?:^|[\s;{])(?:left|right|(?:margin|padding|border|inset)-(?:left|right)[\w-]*)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)/;
    expect(physical.exec(plain)?.[0]).toBeUndefined();
  });
});
