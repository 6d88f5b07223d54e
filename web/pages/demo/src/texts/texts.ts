/** Says the sentences of the catalogue: keys and gaps are checked by the compiler. */

import { i18n } from "@lingui/core";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { useLingui } from "@lingui/react";
import { en } from "./en.js";

export type Key = keyof typeof en;

/** Names of the gaps of a text: `{who}` and `{count, plural, …}`, not what stands inside a plural's cases. */
type Gaps<T extends string> = T extends `${string}{${infer Gap}}${infer Rest}`
  ? (Gap extends `${infer Name},${string}` ? Name : Gap extends `${string}${" " | "#"}${string}` ? never : Gap) | Gaps<Rest>
  : never;

type Values<K extends Key> = [Gaps<(typeof en)[K]>] extends [never]
  ? []
  : [values: Readonly<Record<Gaps<(typeof en)[K]>, string | number>>];

/** Says a text in the reader's language; values are plain text, never markup. */
export type Say = <K extends Key>(key: K, ...values: Values<K>) => string;

i18n.setMessagesCompiler(compileMessage);
i18n.load("en", en);
i18n.activate("en");

export { i18n };

/** For what stands outside components, as the title of the tab. */
export const say: Say = (key, ...[values]) => i18n._(key, values);

/** Inside components: they are drawn again when the language changes. */
export function useText(): Say {
  const { i18n: current } = useLingui();
  return (key, ...[values]) => current._(key, values);
}
