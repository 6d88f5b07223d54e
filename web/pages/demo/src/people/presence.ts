/** Who has come and gone between two looks at the list. */

import { type RingwayRTC, RingwayRTCEvent } from "ringway-rtc";

/** Somebody who is connected; however many tabs, one person. */
export interface Person {
  readonly identity: string;
  readonly displayName: string | null;
}

interface Telling {
  people(): Promise<readonly Person[]>;
  on(name: "people-changed", handler: (event: { people: readonly Person[] }) => void): void;
}

/** Tell who is here, now and whenever that changes; null where the server does not tell. */
export function watchPeople(rtc: RingwayRTC, tell: (people: readonly Person[] | null) => void): void {
  const telling = rtc as unknown as Telling;
  rtc.on(RingwayRTCEvent.CONNECTED, () => {
    if (typeof telling.people === "function") telling.people().then(tell, () => tell(null));
  });
  if (typeof telling.people === "function") telling.on("people-changed", ({ people }) => tell(people));
}

export interface Change {
  readonly come: readonly Person[];
  readonly gone: readonly Person[];
}

export function changeBetween(before: readonly Person[], after: readonly Person[]): Change {
  const without = (these: readonly Person[], those: readonly Person[]): Person[] => {
    const known = new Set(those.map(({ identity }) => identity));
    return these.filter(({ identity }) => !known.has(identity));
  };
  return { come: without(after, before), gone: without(before, after) };
}

export function nameOf({ displayName, identity }: Person): string {
  return displayName ?? identity;
}

/** In the order of an address book of the reader's language. */
export function sorted(people: readonly Person[], language: string): readonly Person[] {
  const order = new Intl.Collator(language, { sensitivity: "base", numeric: true });
  return [...people].sort((a, b) => order.compare(nameOf(a), nameOf(b)) || (a.identity < b.identity ? -1 : 1));
}

/** Those whose name or identity has the text in it, whatever its case and accents. */
export function matching(people: readonly Person[], text: string): readonly Person[] {
  const wanted = plain(text);
  return people.filter((person) => plain(nameOf(person)).includes(wanted) || plain(person.identity).includes(wanted));
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
