/** Who else is here, and who has come and gone between two looks at the list. */

import { type Person, type RingwayRTC, RingwayRTCEvent } from "ringway-rtc";

export type { Person };

/** The others who are here; "awaited" until it is known, "untold" where the token does not allow it. */
export type People = readonly Person[] | "awaited" | "untold";

/** Tell who is here, once connected and whenever that changes. */
export function watchPeople(rtc: RingwayRTC, tell: (people: People) => void): void {
  rtc.on(RingwayRTCEvent.PEOPLE_CHANGED, ({ people }) => tell(people));
  rtc.on(RingwayRTCEvent.CONNECTED, () => {
    rtc.people().then(tell, () => tell("untold"));
  });
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
