/** The life of a call of many: a room, and who is in it. */

import { CallsApiEvent } from "../events/calls.js";
import type { CallState, Room } from "../generated/messages.js";
import { Others, type OthersEvents, type Showing } from "../media/others.js";
import type { Picture } from "../media/remote.js";
import type { RoomCallOptions } from "../options/room.js";
import { WebrtcEndpoint } from "./endpoints.js";
import { ApplicationErrorCode } from "./error-codes.js";
import { type Line, LiveCall, type Opening, type OwnMessage } from "./live.js";
import { Participant, State } from "./participants.js";
import { Roster } from "./roster.js";
import { CallStatus } from "./status.js";

const ADDED = {
  CAMERA: CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED,
  SCREEN: CallsApiEvent.PARTICIPANT_SCREEN_SHARE_ADDED,
} as const;
const REMOVED = {
  CAMERA: CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_REMOVED,
  SCREEN: CallsApiEvent.PARTICIPANT_SCREEN_SHARE_REMOVED,
} as const;

export class Gathering extends LiveCall<RoomCallOptions> {
  readonly name: string;
  readonly remote: Others;
  protected readonly over = CallsApiEvent.ROOM_LEFT;
  protected readonly givenUp = ApplicationErrorCode.NORMAL_HANGUP;
  readonly #roster: Roster;
  /** Those whose pictures are told although they themselves are not. */
  readonly #unknown = new Map<string, Participant>();

  constructor(line: Line, id: string, name: string, options: RoomCallOptions) {
    super(line, id, options, CallStatus.INITIALIZED);
    this.name = name;
    this.#roster = new Roster((event, participant) => this.events.emit(event, { participant }));
    this.remote = new Others(this.peer, this.#othersEvents());
    this.prepare(options, {
      calls: (to) => (options.participantEvents ? this.#roster.callsOf(to) : undefined),
      endpoint: (call) => this.#roster.find(call)?.endpoint,
    });
  }

  async join(): Promise<void> {
    const { options } = this;
    const { direction, participantEvents } = options;
    const way = !participantEvents ? "RECEIVE" : direction === "BOTH" ? undefined : direction;
    await this.open(opening(options), (proposal) => {
      this.begun(CallStatus.CALLING);
      this.line.say({
        t: "join",
        room: this.name,
        ...this.terms(proposal),
        ...(way === undefined ? {} : { way }),
        ...(participantEvents ? {} : { participantEvents }),
        autoReconnect: options.reconnects(),
      });
    });
  }

  protected catchUp({ room }: CallState): void {
    if (room === undefined) return;
    if (this.status() === CallStatus.ESTABLISHED) {
      const there = new Set(room.participants.map(({ call }) => call));
      for (const { callId } of this.#roster.participants()) if (!there.has(callId)) this.#leftBy(callId);
      for (const each of room.participants) this.#roster.set(each);
      this.remote.show(this.#showing());
    } else this.#joined(room);
  }

  protected follow(message: OwnMessage): void {
    if (message.t === "room_joined") this.#joined(message.room);
    else if (this.status() === CallStatus.ESTABLISHED) this.#hearOfOthers(message);
  }

  #hearOfOthers(message: OwnMessage): void {
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
        this.events.emit(CallsApiEvent.PARTICIPANT_NETWORK_QUALITY_CHANGED, event);
        return;
      }
      case "talking":
        if (message.participant !== this.id) this.#roster.talking(message.participant, message.talking);
        else this.events.emit(message.talking ? CallsApiEvent.STARTED_TALKING : CallsApiEvent.STOPPED_TALKING, {});
    }
  }

  #joined({ id, name, participants }: Room): void {
    if (!this.establish()) return;
    this.#roster.begin(participants);
    this.events.emit(CallsApiEvent.ROOM_JOINED, {
      id,
      name,
      participants: this.#roster.participants(),
      stream: this.remote.audio,
      // Nothing is recorded yet.
      recordingType: "UNDEFINED",
    });
    this.remote.begin(this.#showing());
    this.texts?.begin();
  }

  /** Pictures go before the person they belong to. */
  #leftBy(call: string): void {
    const showing = this.#showing();
    if (showing !== "ANYBODY") showing.delete(call);
    this.remote.show(showing);
    this.#roster.remove(call);
  }

  #showing(): Map<string, readonly Picture[]> | Exclude<Showing, ReadonlyMap<string, unknown>> {
    return this.options.participantEvents ? this.#roster.showing() : "ANYBODY";
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
        this.events.emit(ADDED[picture], { participant: this.#participant(call), stream }),
      removed: (call, picture) => this.events.emit(REMOVED[picture], { participant: this.#participant(call) }),
    };
  }
}

/** Which sections the first offer has; the house offers more as others come. */
function opening(options: RoomCallOptions): Opening {
  const { audio, dataChannel, direction } = options;
  const reconnects = options.reconnects();
  if (direction === "SEND") return { takes: { own: "sendonly", voices: 0, pictures: 0 }, reconnects };
  const onlyReceives = direction === "RECEIVE" || !options.participantEvents;
  if (audio && !onlyReceives) return { takes: { own: "sendrecv", voices: 1, pictures: 0 }, reconnects };
  // A chat needs no section for media until somebody sends some.
  const isChat = dataChannel && options.onlyReceives() && direction === "BOTH";
  return { takes: { own: "recvonly", voices: isChat ? 0 : 1, pictures: 0 }, reconnects, onlyReceives };
}
