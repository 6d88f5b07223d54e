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

/** One difference: its event, and what it does to the object that the application holds. */
interface Change {
  readonly event: ParticipantEvent;
  apply(participant: Participant): void;
}

const joined = (participant: Participant): void => void (participant.state = State.JOINED);
const muted = (is: boolean) => (participant: Participant): void => void (participant.media.audio.muted = is);
const disconnected = (is: boolean) => (participant: Participant): void => void (participant.disconnected = is);

/**
 * What has happened between two states of somebody, in the order in which it is told. Who was not there
 * before comes in the state in which the house shows them: only JOINING, and JOINED, are told.
 */
export function changes(before: Said | undefined, after: Said): Change[] {
  const out: Change[] = [];
  const hasJoined = after.state === "JOINED" && before?.state !== "JOINED";
  if (before === undefined) out.push({ event: CallsApiEvent.PARTICIPANT_JOINING, apply: () => undefined });
  if (hasJoined) out.push({ event: CallsApiEvent.PARTICIPANT_JOINED, apply: joined });
  if (before === undefined) return out;
  const isMuted = after.muted === true;
  if (isMuted !== (before.muted === true)) {
    const event = isMuted ? CallsApiEvent.PARTICIPANT_MUTED : CallsApiEvent.PARTICIPANT_UNMUTED;
    out.push({ event, apply: muted(isMuted) });
  }
  const isOut = after.disconnected === true;
  if (isOut !== (before.disconnected === true)) {
    const event = isOut ? CallsApiEvent.PARTICIPANT_DISCONNECTED : CallsApiEvent.PARTICIPANT_RECONNECTED;
    out.push({ event, apply: disconnected(isOut) });
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

  /** The call ids of everybody who is reached by this. */
  callsOf({ type, identifier }: Endpoint): string[] {
    return this.participants()
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
      if (said.state === "JOINED") joined(participant);
      this.#entries.set(said.call, { said, participant });
    }
  }

  /** Somebody is like this now. */
  set(said: Said): void {
    const before = this.#entries.get(said.call);
    const entry: Entry = before ?? { said, participant: arrival(said) };
    const steps = changes(before?.said, said);
    entry.said = said;
    this.#entries.set(said.call, entry);
    for (const { event, apply } of steps) {
      apply(entry.participant);
      this.#tell(event, entry.participant);
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

function arrival({ call, identity, displayName, muted: isMuted, disconnected: isOut }: Said): Participant {
  const endpoint = new WebrtcEndpoint(identity, displayName ?? undefined);
  const participant = new Participant(call, endpoint, State.JOINING, new Media(new Audio(isMuted === true)));
  participant.disconnected = isOut === true;
  return participant;
}
