/** The others in a room, as the house says they are, and the events that tell the difference. */

import { CallsApiEvent } from "../events/calls.js";
import type { Participant as Said } from "../generated/messages.js";
import type { Picture } from "../media/remote.js";
import { type Endpoint, WebrtcEndpoint } from "./endpoints.js";
import { Audio, Media, Participant, State } from "./participants.js";

/** Events that say nothing but who it is about. */
export type ParticipantEvent =
  | CallsApiEvent.PARTICIPANT_JOINING
  | CallsApiEvent.PARTICIPANT_JOINED
  | CallsApiEvent.PARTICIPANT_MUTED
  | CallsApiEvent.PARTICIPANT_UNMUTED
  | CallsApiEvent.PARTICIPANT_DISCONNECTED
  | CallsApiEvent.PARTICIPANT_RECONNECTED
  | CallsApiEvent.PARTICIPANT_STARTED_TALKING
  | CallsApiEvent.PARTICIPANT_STOPPED_TALKING
  | CallsApiEvent.PARTICIPANT_LEFT;

export type Tell = (event: ParticipantEvent, participant: Participant) => void;

/**
 * What has happened between two states of somebody, in the order in which it is told. Who was not there
 * before comes in the state in which the house shows them: only JOINING, and JOINED, are told.
 */
export function changes(before: Said | undefined, after: Said): ParticipantEvent[] {
  const out: ParticipantEvent[] = [];
  if (before === undefined) out.push(CallsApiEvent.PARTICIPANT_JOINING);
  if (after.state === "JOINED" && before?.state !== "JOINED") out.push(CallsApiEvent.PARTICIPANT_JOINED);
  if (before === undefined) return out;
  const isMuted = after.muted === true;
  if (isMuted !== (before.muted === true)) {
    out.push(isMuted ? CallsApiEvent.PARTICIPANT_MUTED : CallsApiEvent.PARTICIPANT_UNMUTED);
  }
  const isOut = after.disconnected === true;
  if (isOut !== (before.disconnected === true)) {
    out.push(isOut ? CallsApiEvent.PARTICIPANT_DISCONNECTED : CallsApiEvent.PARTICIPANT_RECONNECTED);
  }
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
    participant.media.audio.muted = said.muted === true;
    participant.disconnected = said.disconnected === true;
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

function arrival({ call, identity, displayName, muted, disconnected }: Said): Participant {
  const endpoint = new WebrtcEndpoint(identity, displayName ?? undefined);
  const participant = new Participant(call, endpoint, State.JOINING, new Media(new Audio(muted === true)));
  participant.disconnected = disconnected === true;
  return participant;
}
