/** The texts beside a call: what was said, whether it arrived, what is unread. */

/** Texts that are kept on the page; the oldest go first. */
export const MOST_TEXTS = 500;
/** UTF-8 bytes of one text, as the SDK has it. */
export const MOST_BYTES = 65_536;
/** From here on it is told how much room is left, in bytes. */
const NEARLY = 60_000;

export type Fate = "waiting" | "delivered" | "failed";

export interface Text {
  /** Unique on this page. */
  readonly key: string;
  /** The name of whoever has written it; null for oneself. */
  readonly from: string | null;
  /** Who alone it is for, by name: the one written to, or null for oneself; undefined when it is for all. */
  readonly only: string | null | undefined;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of what was sent. */
  readonly fate: Fate;
  /** Why it has failed, by the SDK's code; "" when only that is known. */
  readonly code: string;
}

export interface Chat {
  readonly texts: readonly Text[];
  readonly isOpen: boolean;
  readonly unread: number;
}

export const EMPTY: Chat = { texts: [], isOpen: false, unread: 0 };

/** Somebody has written. */
export function received(chat: Chat, text: Omit<Text, "fate" | "code">): Chat {
  const kept = keep(chat.texts, { ...text, fate: "delivered", code: "" });
  return { ...chat, texts: kept, unread: chat.isOpen ? 0 : chat.unread + 1 };
}

/** A text is on its way. */
export function sent(chat: Chat, text: Omit<Text, "fate" | "code" | "from">): Chat {
  return { ...chat, texts: keep(chat.texts, { ...text, from: null, fate: "waiting", code: "" }) };
}

/** What became of a text; what is settled stays as it is. */
export function settled(chat: Chat, key: string, fate: Exclude<Fate, "waiting">, code = ""): Chat {
  const at = chat.texts.findIndex((text) => text.key === key && text.fate === "waiting");
  const text = chat.texts[at];
  return text === undefined ? chat : { ...chat, texts: chat.texts.with(at, { ...text, fate, code }) };
}

/** The chat is looked at from now on, or not any more. */
export function opened(chat: Chat, isOpen: boolean): Chat {
  return { ...chat, isOpen, unread: isOpen ? 0 : chat.unread };
}

/** Bytes that are left for a text, told when they become few; null while there is plenty. Negative is too much. */
export function roomLeft(text: string): number | null {
  // A UTF-16 unit is at most three bytes: most texts need no counting.
  if (text.length * 3 < NEARLY) return null;
  const bytes = new TextEncoder().encode(text).length;
  return bytes < NEARLY ? null : MOST_BYTES - bytes;
}

/** The code that an error of the SDK's data channel begins with; "" if it has none. */
export function codeOf(error: unknown): string {
  return /^([A-Z_]+):/.exec(error instanceof Error ? error.message : "")?.[1] ?? "";
}

function keep(texts: readonly Text[], text: Text): readonly Text[] {
  return [...texts, text].slice(-MOST_TEXTS);
}
