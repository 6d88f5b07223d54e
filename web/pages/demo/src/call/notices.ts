/** What a person should know now: the troubles and hints of a view, the most important first. */

import { people } from "./seats.js";
import { OTHER, type View, WEAK } from "./view.js";

export type Notice =
  | { readonly kind: "lost"; readonly since: number }
  | { readonly kind: "other-lost"; readonly who: string }
  | { readonly kind: "trouble"; readonly act: NonNullable<View["trouble"]>["act"]; readonly code: string }
  | { readonly kind: "sound-blocked" | "muted-talk" | "share-ended" }
  | { readonly kind: "weak"; readonly hasCamera: boolean }
  | { readonly kind: "other-weak"; readonly who: readonly string[] };

export function noticesOf(view: View): readonly Notice[] {
  const { trouble, hint, lostSince, me, phase } = view;
  if (phase !== "live") return trouble === null ? [] : [{ kind: "trouble", ...trouble }];
  const others = people(view.seats);
  const away = others.find(({ id, isAway }) => id === OTHER && isAway);
  const weak = others.filter(({ network, isAway }) => !isAway && network !== null && network <= WEAK);
  const isWeak = me.network !== null && me.network <= WEAK;
  const out: Notice[] = [];
  if (lostSince !== null) out.push({ kind: "lost", since: lostSince });
  else if (away !== undefined) out.push({ kind: "other-lost", who: away.name });
  if (trouble !== null) out.push({ kind: "trouble", ...trouble });
  if (hint !== null) out.push({ kind: hint });
  // While nothing comes, how well it came is no news; and our own network explains the others'.
  if (lostSince !== null) return out;
  if (isWeak) out.push({ kind: "weak", hasCamera: me.camera !== null });
  else if (weak.length > 0) out.push({ kind: "other-weak", who: weak.map(({ name }) => name) });
  return out;
}
