/** What a room may be called. */

const LEAST = 3;
export const MOST = 250;
const SIGNS = /^[\p{L}\p{N}+\-./=_]*$/u;

/** Why this is no name of a room; `count` is its length. */
export type RoomTrouble = { readonly why: "short" } | { readonly why: "signs" } | { readonly why: "long"; readonly count: number; readonly most: number };

/** Null for a good name. Lengths are in characters as people count them: code points. */
export function roomTrouble(name: string): RoomTrouble | null {
  const count = [...name].length;
  if (!SIGNS.test(name)) return { why: "signs" };
  if (count < LEAST) return { why: "short" };
  return count > MOST ? { why: "long", count, most: MOST } : null;
}
