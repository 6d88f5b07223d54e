/** The others in a room, as the house says they are, and the events that tell the difference. */

import { CallsApiEvent } from "../events/calls.js";
import type { Participant as Said } from "../generated/messages.js";
import type { Picture } from "../media/remote.js";
import { type Endpoint, WebrtcEndpoint } from "./endpoints.js";
import { Participant, State } from "./participants.js";
import { isSameRole, roleOf } from "./roles.js";

/** Events that say nothing but who it is about. */
export type ParticipantEvent =
  | CallsApiEvent.PARTICIPANT_JOINING
  | CallsApiEvent.PARTICIPANT_JOINED
  | CallsApiEvent.PARTICIPANT_MUTED
  | CallsApiEvent.PARTICIPANT_UNMUTED
  | CallsApiEvent.PARTICIPANT_DEAF
  | CallsApiEvent.PARTICIPANT_UNDEAF
  | CallsApiEvent.PARTICIPANT_BLINDED
  | CallsApiEvent.PARTICIPANT_UNBLINDED
  | CallsApiEvent.PARTICIPANT_ROLE_CHANGED
  | CallsApiEvent.PARTICIPANT_DISCONNECTED
  | CallsApiEvent.PARTICIPANT_RECONNECTED
  | CallsApiEvent.PARTICIPANT_STARTED_TALKING
  | CallsApiEvent.PARTICIPANT_STOPPED_TALKING
  | CallsApiEvent.PARTICIPANT_LEFT;

export type Tell = (event: ParticipantEvent, participant: Participant) => void;

/** What is so or not, and the events that tell when that turns. */
const TURNS = [
  ["muted", CallsApiEvent.PARTICIPANT_MUTED, CallsApiEvent.PARTICIPANT_UNMUTED],
  ["deaf", CallsApiEvent.PARTICIPANT_DEAF, CallsApiEvent.PARTICIPANT_UNDEAF],
  ["blind", CallsApiEvent.PARTICIPANT_BLINDED, CallsApiEvent.PARTICIPANT_UNBLINDED],
  ["disconnected", CallsApiEvent.PARTICIPANT_DISCONNECTED, CallsApiEvent.PARTICIPANT_RECONNECTED],
] as const;

/**
 * What has happened between two states of somebody, in the order in which it is told. Who was not there
 * before comes in the state in which the house shows them: only JOINING, and JOINED, are told.
 */
export function changes(before: Said | undefined, after: Said): ParticipantEvent[] {
  const out: ParticipantEvent[] = [];
  if (before === undefined) out.push(CallsApiEvent.PARTICIPANT_JOINING);
  if (after.state === "JOINED" && before?.state !== "JOINED") out.push(CallsApiEvent.PARTICIPANT_JOINED);
  if (before === undefined) return out;
  for (const [what, begun, ended] of TURNS) {
    const is = after[what] === true;
    if (is !== (before[what] === true)) out.push(is ? begun : ended);
  }
  if (!isSameRole(before.role, after.role)) out.push(CallsApiEvent.PARTICIPANT_ROLE_CHANGED);
  return out;
}

interface Entry {
  said: Said;
  readonly participant: Participant;
}

export class Roster {
  readonly #tell: Tell;
  readonly #entries = new Map<string, Entry>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  participants(): Participant[] {
    return [...this.#entries.values()].map(({ participant }) => participant);
  }

  find(call: string): Participant | undefined {
    return this.#entries.get(call)?.participant;
  }

  /** The call ids of everybody who is in and is reached by this. */
  callsOf({ type, identifier }: Endpoint): string[] {
    return this.participants()
      .filter(({ state }) => state === State.JOINED)
      .filter(({ endpoint }) => endpoint.type === type && endpoint.identifier === identifier)
      .map(({ callId }) => callId);
  }

  /** Who shows what, by call id. */
  showing(): Map<string, readonly Picture[]> {
    return new Map([...this.#entries].map(([call, { said }]) => [call, said.shows ?? []]));
  }

  /** Those who were there when we came: nothing is told. */
  begin(list: readonly Said[]): void {
    for (const said of list) {
      const participant = arrival(said);
      participant.state = State[said.state];
      this.#entries.set(said.call, { said, participant });
    }
  }

  /** Somebody is like this now. */
  set(said: Said): void {
    const before = this.#entries.get(said.call);
    const entry: Entry = before ?? { said, participant: arrival(said) };
    const events = changes(before?.said, said);
    entry.said = said;
    this.#entries.set(said.call, entry);
    const { participant } = entry;
    take(participant, said);
    for (const event of events) {
      // Who comes and is in at once is told of in both states.
      if (event === CallsApiEvent.PARTICIPANT_JOINED) participant.state = State.JOINED;
      this.#tell(event, participant);
    }
  }

  remove(call: string): void {
    const entry = this.#entries.get(call);
    if (entry === undefined) return;
    this.#entries.delete(call);
    this.#tell(CallsApiEvent.PARTICIPANT_LEFT, entry.participant);
  }

  /** We are out ourselves: nothing is told. */
  clear(): void {
    this.#entries.clear();
  }

  talking(call: string, talking: boolean): void {
    const participant = this.find(call);
    if (participant === undefined || participant.media.audio.talking === talking) return;
    participant.media.audio.talking = talking;
    this.#tell(
      talking ? CallsApiEvent.PARTICIPANT_STARTED_TALKING : CallsApiEvent.PARTICIPANT_STOPPED_TALKING,
      participant,
    );
  }
}

function arrival(said: Said): Participant {
  const endpoint = new WebrtcEndpoint(said.identity, said.displayName ?? undefined);
  const participant = new Participant(said.call, endpoint, State.JOINING);
  take(participant, said);
  return participant;
}

/** Everything but the state, which changes with its events. */
function take(participant: Participant, said: Said): void {
  const { audio, video } = participant.media;
  audio.muted = said.muted === true;
  audio.deaf = said.deaf === true;
  video.blind = said.blind === true;
  participant.disconnected = said.disconnected === true;
  participant.role = roleOf(said.role);
}
