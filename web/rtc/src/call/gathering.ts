/** The life of a call of many: a room, and who is in it. */

import { CallsApiEvent } from "../events/calls.js";
import type { CallState, Room } from "../generated/messages.js";
import type { Others } from "../media/others.js";
import type { RoomCallOptions } from "../options/room.js";
import { Company } from "./company.js";
import { ApplicationErrorCode } from "./error-codes.js";
import { type Line, LiveCall, type Opening, type OwnMessage } from "./live.js";
import { CallStatus } from "./status.js";

export class Gathering extends LiveCall<RoomCallOptions> {
  readonly name: string;
  readonly remote: Others;
  protected readonly over = CallsApiEvent.ROOM_LEFT;
  protected readonly givenUp = ApplicationErrorCode.NORMAL_HANGUP;
  readonly #company: Company;

  constructor(line: Line, id: string, name: string, options: RoomCallOptions) {
    super(line, id, options, CallStatus.INITIALIZED);
    this.name = name;
    this.#company = new Company(id, this.peer, this.events, options.participantEvents);
    this.remote = this.#company.remote;
    this.prepare(options, this.#company.parties());
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
    if (this.status() === CallStatus.ESTABLISHED) this.#company.compare(room.participants);
    else this.#joined(room);
  }

  protected follow(message: OwnMessage): void {
    if (message.t === "room_joined") this.#joined(message.room);
    else if (this.status() === CallStatus.ESTABLISHED) this.#company.hear(message);
  }

  #joined({ id, name, participants }: Room): void {
    if (!this.establish()) return;
    this.events.emit(CallsApiEvent.ROOM_JOINED, {
      id,
      name,
      participants: this.#company.meet(participants),
      stream: this.remote.audio,
      // Nothing is recorded yet.
      recordingType: "UNDEFINED",
    });
    this.#company.show();
    this.texts?.begin();
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
