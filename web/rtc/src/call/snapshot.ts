/** What a call and the house still owe each other when a snapshot has taken the place of messages. */

import type { CallState } from "../generated/messages.js";
import type { Picture } from "../media/remote.js";
import type { Command } from "../signalling/numbering.js";

/** This side of a call, as it is. */
export interface OwnState {
  readonly isEnding: boolean;
  muted(): boolean;
  has(picture: Picture): boolean;
}

type Name = Command["t"];

/** Refusals of these are news, also when they were said again. */
const ASKED: readonly Name[] = ["renegotiate", "restart_ice", "reopen"];

/** What we want and the house does not know; `again` are the commands about the call that it hears again anyway. */
export function owed(state: CallState, own: OwnState, again: readonly Command[]): Command[] {
  const { call } = state;
  const isSaid = (...names: Name[]): boolean => again.some(({ t }) => names.includes(t));
  if (own.isEnding) return isSaid("hangup", "decline") ? [] : [{ t: "hangup", call }];
  if (!isTaken(state)) return [];
  const out: Command[] = [];
  if (state.muted !== own.muted() && !isSaid("mute")) out.push({ t: "mute", call, muted: own.muted() });
  for (const source of ["CAMERA", "SCREEN"] as const) {
    const on = own.has(source);
    const isOwed = !again.some((command) => command.t === "show" && command.source === source);
    if (state.shows.includes(source) !== on && isOwed) out.push({ t: "show", call, source, on });
  }
  return out;
}

/** Those of the commands that the house had heard before: their refusal means nothing. */
export function heardBefore(state: CallState, again: readonly Command[]): Name[] {
  return again.map(({ t }) => t).filter((t) => !ASKED.includes(t) && (t !== "accept" || isTaken(state)));
}

/** Whether this side has made or accepted the call. */
function isTaken({ phase, incoming }: CallState): boolean {
  return incoming !== true || (phase !== "CALLING" && phase !== "RINGING");
}
