/** Which key does what during a call. */

export type KeyAct = "mute" | "camera" | "share" | "chat" | "keys" | "talk";

/** What has the focus: a field for text, a control that keys work on, or neither. */
export type Focus = "text" | "control" | "none";

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
}

const ACTS: Readonly<Record<string, KeyAct>> = { m: "mute", v: "camera", s: "share", c: "chat", "?": "keys" };

/** What a pressed key asks for; null for nothing of ours. */
export function actOf({ key, ctrlKey, metaKey, altKey, repeat }: Pressed, focus: Focus): KeyAct | null {
  if (ctrlKey || metaKey || altKey || repeat || focus === "text") return null;
  // Space presses a control that has the focus.
  if (key === " ") return focus === "none" ? "talk" : null;
  return ACTS[key.toLowerCase()] ?? null;
}

const TEXT = "input:not([type=checkbox], [type=radio], [type=button], [type=range]), textarea, [contenteditable]";
// Lists are in it as well: letters look for entries there.
const LISTS = "select, [role=listbox], [role=option], [role=combobox]";
const CONTROLS = "button, a[href], summary, input, [role=button], [role=tab], [role=slider], [role=log], [role=switch]";

export function focusOf(element: Element | null): Focus {
  if (element === null) return "none";
  if (element.closest(`${TEXT}, ${LISTS}`) !== null) return "text";
  return element.closest(CONTROLS) === null ? "none" : "control";
}
