/** A call or a room as it is shown: a value, and what each piece of news makes of it. */

import type { ErrorCode } from "ringway-rtc";
import * as chats from "./chat.js";
import type { Chat, Fate, Text } from "./chat.js";
import { leave, people, type Seats, sit } from "./seats.js";

export type Phase = "calling" | "ringing" | "connecting" | "live";

/** 1 is bad, 5 is excellent: the SDK's NetworkQuality. */
export type Level = 1 | 2 | 3 | 4 | 5;

/** Up to here a network is worth a word. */
export const WEAK: Level = 2;

/** What a person can do to their own side, and what may therefore fail. */
export type Act = "microphone" | "camera" | "screen" | "speaker" | "device";

export interface Person {
  /** The call id in a room; `OTHER` in a call between two. */
  readonly id: string;
  readonly identity: string;
  readonly name: string;
  readonly camera: MediaStream | null;
  readonly screen: MediaStream | null;
  readonly isMuted: boolean;
  readonly isTalking: boolean;
  /** The connection is lost, and awaited back. */
  readonly isAway: boolean;
  readonly network: Level | null;
}

export type Arrival = Pick<Person, "id" | "identity" | "name" | "isMuted" | "isAway">;

/** One's own side. */
export interface Me {
  readonly name: string;
  readonly camera: MediaStream | null;
  readonly screen: MediaStream | null;
  readonly isMuted: boolean;
  readonly isTalking: boolean;
  readonly network: Level | null;
  /** What was asked for and is not done yet. */
  readonly pending: readonly Act[];
}

/** What has gone wrong and waits to be read. */
export interface Trouble {
  readonly act: Act;
  /** The SDK's code. */
  readonly code: string;
}

export type Hint = "muted-talk" | "share-ended" | "sound-blocked";

export interface View {
  readonly kind: "call" | "room";
  /** The other side's name, or the room's. */
  readonly title: string;
  readonly phase: Phase;
  /** When talking began, in ms since 1970. */
  readonly since: number | null;
  readonly sound: MediaStream | null;
  readonly seats: Seats<Person>;
  /** Who shares a screen, by id, in the order in which they began. */
  readonly screens: readonly string[];
  readonly me: Me;
  /** Since when our own media is lost, in ms since 1970. */
  readonly lostSince: number | null;
  readonly trouble: Trouble | null;
  readonly hint: Hint | null;
  /** Null where there is no channel for texts. */
  readonly chat: Chat | null;
  readonly ended: { readonly errorCode: ErrorCode; readonly duration: number | null } | null;
}

/** The id of the other side in a call between two. */
export const OTHER = "other";

export type News =
  | { readonly t: "phase"; readonly phase: Exclude<Phase, "live"> }
  | { readonly t: "live"; readonly at: number; readonly sound: MediaStream; readonly people: readonly Arrival[] }
  | { readonly t: "came"; readonly person: Arrival }
  | { readonly t: "left"; readonly id: string }
  | { readonly t: "changed"; readonly id: string; readonly to: Partial<Omit<Person, keyof Arrival | "screen">> & Partial<Pick<Person, "isMuted" | "isAway">> }
  | { readonly t: "screen"; readonly id: string; readonly stream: MediaStream | null }
  | { readonly t: "me"; readonly to: Partial<Omit<Me, "name" | "pending" | "screen">> }
  | { readonly t: "my-screen"; readonly stream: MediaStream | null }
  | { readonly t: "pending"; readonly act: Act; readonly on: boolean }
  | { readonly t: "failed"; readonly act: Act; readonly code: string }
  | { readonly t: "lost"; readonly at: number }
  | { readonly t: "found" }
  | { readonly t: "hint"; readonly hint: Hint | null }
  | { readonly t: "dismiss" }
  | { readonly t: "chat"; readonly open: boolean }
  | { readonly t: "text"; readonly text: Omit<Text, "fate" | "code"> }
  | { readonly t: "say"; readonly text: Omit<Text, "fate" | "code" | "from"> }
  | { readonly t: "fate"; readonly key: string; readonly fate: Exclude<Fate, "waiting">; readonly code?: string }
  | { readonly t: "ended"; readonly errorCode: ErrorCode; readonly duration: number | null };

/** What is known from the start. */
export interface Beginning extends Pick<View, "kind" | "title" | "phase"> {
  readonly me: string;
  readonly isMuted: boolean;
  readonly hasChat: boolean;
}

/** The beginning of a call or a room. */
export function begin({ kind, title, phase, me, isMuted, hasChat }: Beginning): View {
  return {
    kind,
    title,
    phase,
    since: null,
    sound: null,
    seats: [],
    screens: [],
    me: { name: me, camera: null, screen: null, isMuted, isTalking: false, network: null, pending: [] },
    lostSince: null,
    trouble: null,
    hint: null,
    chat: hasChat ? chats.EMPTY : null,
    ended: null,
  };
}

/** The same value when the news change nothing. */
export function next(view: View, news: News): View {
  if (view.ended !== null) return view;
  switch (news.t) {
    case "phase":
      return view.phase === "live" ? view : { ...view, phase: news.phase };
    case "live":
      return news.people.reduce(came, { ...view, phase: "live", since: view.since ?? news.at, sound: news.sound });
    case "came":
      return came(view, news.person);
    case "left":
      return gone(view, news.id);
    case "changed":
      return changed(view, news.id, news.to);
    case "screen":
      return presenting(changed(view, news.id, { screen: news.stream }));
    case "me":
      return withMe(view, news.to);
    case "my-screen":
      return mine(view, news.stream);
    case "pending":
      return withMe(view, { pending: [...view.me.pending.filter((act) => act !== news.act), ...(news.on ? [news.act] : [])] });
    case "failed":
      return { ...view, trouble: { act: news.act, code: news.code } };
    case "lost":
      return { ...view, lostSince: view.lostSince ?? news.at };
    case "found":
      return { ...view, lostSince: null };
    case "hint":
      return news.hint === "muted-talk" && !view.me.isMuted ? view : { ...view, hint: news.hint };
    case "dismiss":
      return { ...view, trouble: null, hint: null };
    case "ended":
      return { ...view, ended: { errorCode: news.errorCode, duration: news.duration } };
    default:
      return view.chat === null ? view : { ...view, chat: talked(view.chat, news) };
  }
}

function came(view: View, { id, identity, name, isMuted, isAway }: Arrival): View {
  if (people(view.seats).some((person) => person.id === id)) return changed(view, id, { isMuted, isAway });
  const nothing = { camera: null, screen: null, isTalking: false, network: null };
  return { ...view, seats: sit(view.seats, { id, identity, name, isMuted, isAway, ...nothing }) };
}

function gone(view: View, id: string): View {
  return presenting({ ...view, seats: leave(view.seats, (person) => person.id === id) });
}

function changed(view: View, id: string, to: Partial<Person>): View {
  const at = view.seats.findIndex((person) => person?.id === id);
  const person = view.seats[at];
  if (person == null) return view;
  // Who is muted, or away, is not heard.
  const isSilent = (to.isMuted ?? person.isMuted) || (to.isAway ?? person.isAway);
  const now = { ...person, ...to };
  return { ...view, seats: view.seats.with(at, isSilent ? { ...now, isTalking: false } : now) };
}

/** Who shares now: those who went on keep their order, who begins comes last. */
function presenting(view: View): View {
  const showing = people(view.seats).filter(({ screen }) => screen !== null).map(({ id }) => id);
  const went = view.screens.filter((id) => showing.includes(id));
  return { ...view, screens: [...went, ...showing.filter((id) => !went.includes(id))] };
}

function withMe(view: View, to: Partial<Me>): View {
  const me = { ...view.me, ...to };
  const hint = view.hint === "muted-talk" && !me.isMuted ? null : view.hint;
  return { ...view, hint, me: me.isMuted ? { ...me, isTalking: false } : me };
}

/** A screen that goes without having been asked to was ended by the browser's own button. */
function mine(view: View, screen: MediaStream | null): View {
  const isEnded = screen === null && view.me.screen !== null && !view.me.pending.includes("screen");
  return { ...view, hint: isEnded ? "share-ended" : view.hint, me: { ...view.me, screen } };
}

function talked(chat: Chat, news: Extract<News, { t: "chat" | "text" | "say" | "fate" }>): Chat {
  switch (news.t) {
    case "chat":
      return chats.opened(chat, news.open);
    case "text":
      return chats.received(chat, news.text);
    case "say":
      return chats.sent(chat, news.text);
    case "fate":
      return chats.settled(chat, news.key, news.fate, news.code);
  }
}
