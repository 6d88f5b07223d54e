/** From what a person types to what can be called. */

const MOST = 32;

/** Characters of a name that the server takes. */
export const LONGEST_NAME = 50;

/** Characters as people and the server count them: code points. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** The identity that the demo makes of a name; null if nothing can be made of it. */
export function identityOf(name: string): string | null {
  const words = name.normalize("NFKC").toLowerCase().normalize("NFC").match(/[\p{L}\p{N}]+/gu) ?? [];
  const identity = [...words.join("-")].slice(0, MOST).join("").replace(/-+$/, "");
  return [...identity].length >= 3 ? identity : null;
}

/** Up to two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const firsts = words.map((word) => [...word][0] ?? "");
  return [firsts[0], firsts.length > 1 ? firsts.at(-1) : ""].join("").toUpperCase();
}

/** E.g. "0:07", "1:02:03". */
export function clock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** In the reader's words, e.g. "2 minutes 5 seconds". */
export function spoken(seconds: number, language?: string): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const said = parts.filter(([value], index) => value > 0 || (index === 2 && seconds === 0));
  return said
    .map(([value, unit]) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value))
    .join(" ");
}
