/** The others in a room, conference or dialog: who they are, what comes from them, and what is told of it. */

import { CallsApiEvent, type CallEvents } from "../events/calls.js";
import type { Emitter } from "../events/emitter.js";
import type { Participant as Said } from "../generated/messages.js";
import { Others, type OthersEvents, type Showing } from "../media/others.js";
import type { Peer } from "../media/peer.js";
import type { Picture } from "../media/remote.js";
import { WebrtcEndpoint } from "./endpoints.js";
import type { OwnMessage } from "./live.js";
import { Participant, State } from "./participants.js";
import { Roster } from "./roster.js";
import type { Parties } from "./texts.js";

const ADDED = {
  CAMERA: CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED,
  SCREEN: CallsApiEvent.PARTICIPANT_SCREEN_SHARE_ADDED,
} as const;
const REMOVED = {
  CAMERA: CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_REMOVED,
  SCREEN: CallsApiEvent.PARTICIPANT_SCREEN_SHARE_REMOVED,
} as const;

export class Company {
  readonly remote: Others;
  readonly #call: string;
  readonly #events: Emitter<CallEvents>;
  readonly #isTold: boolean;
  readonly #roster: Roster;
  /** Those whose pictures are told although they themselves are not. */
  readonly #unknown = new Map<string, Participant>();

  /** `isTold`: whether the house says who the others are. */
  constructor(call: string, peer: Peer, events: Emitter<CallEvents>, isTold: boolean) {
    this.#call = call;
    this.#events = events;
    this.#isTold = isTold;
    this.#roster = new Roster((event, participant) => events.emit(event, { participant }));
    this.remote = new Others(peer, this.#othersEvents());
  }

  /** Who can be written to. */
  parties(): Parties {
    return {
      calls: (to) => (this.#isTold ? this.#roster.callsOf(to) : undefined),
      endpoint: (call) => this.#roster.find(call)?.endpoint,
    };
  }

  /** Those who are there when we come; their pictures are told from `show` on. */
  meet(others: readonly Said[]): Participant[] {
    this.#roster.begin(others);
    return this.#roster.participants();
  }

  show(): void {
    this.remote.begin(this.#showing());
  }

  /** These are there now, whatever was told before. */
  compare(others: readonly Said[]): void {
    const there = new Set(others.map(({ call }) => call));
    for (const { callId } of this.#roster.participants()) if (!there.has(callId)) this.#leftBy(callId);
    for (const each of others) this.#roster.set(each);
    this.remote.show(this.#showing());
  }

  /** We are out: only the pictures are told. */
  leave(): void {
    this.remote.show(new Map());
    this.#roster.clear();
  }

  hear(message: OwnMessage): void {
    switch (message.t) {
      case "participant_changed":
        this.#roster.set(message.participant);
        this.remote.show(this.#showing());
        return;
      case "participant_left":
        this.#leftBy(message.participant);
        return;
      case "participant_quality": {
        const participant = this.#roster.find(message.participant);
        if (participant === undefined) return;
        const event = { participant, networkQuality: message.level };
        this.#events.emit(CallsApiEvent.PARTICIPANT_NETWORK_QUALITY_CHANGED, event);
        return;
      }
      case "talking":
        if (message.participant !== this.#call) this.#roster.talking(message.participant, message.talking);
        else this.#events.emit(message.talking ? CallsApiEvent.STARTED_TALKING : CallsApiEvent.STOPPED_TALKING, {});
    }
  }

  /** Pictures go before the person they belong to. */
  #leftBy(call: string): void {
    const showing = this.#showing();
    if (showing !== "ANYBODY") showing.delete(call);
    this.remote.show(showing);
    this.#roster.remove(call);
  }

  #showing(): Map<string, readonly Picture[]> | Exclude<Showing, ReadonlyMap<string, unknown>> {
    return this.#isTold ? this.#roster.showing() : "ANYBODY";
  }

  #participant(call: string): Participant {
    const known = this.#roster.find(call) ?? this.#unknown.get(call);
    if (known !== undefined) return known;
    const unknown = new Participant(call, new WebrtcEndpoint(""), State.JOINED);
    this.#unknown.set(call, unknown);
    return unknown;
  }

  #othersEvents(): OthersEvents {
    return {
      added: (call, picture, stream) =>
        this.#events.emit(ADDED[picture], { participant: this.#participant(call), stream }),
      removed: (call, picture) => this.#events.emit(REMOVED[picture], { participant: this.#participant(call) }),
    };
  }
}
