/** Options of a room. */

import type { Way } from "../generated/messages.js";
import { AudioOptions } from "./audio.js";
import type { CustomData } from "./custom-data.js";
import { VideoCallBuilder } from "./picture.js";
import { RoomCallRecordingOptions } from "./recording.js";
import { VideoOptions } from "./video.js";

/** Which way media goes: SEND is seen and sees nobody, RECEIVE the reverse. */
export type Direction = Way | "BOTH";

export class RoomCallOptions {
  #autoReconnect: boolean | undefined;

  constructor(
    public audio = true,
    public audioOptions: AudioOptions = new AudioOptions(),
    public video = false,
    public videoOptions: VideoOptions = new VideoOptions(),
    public recordingOptions: RoomCallRecordingOptions = new RoomCallRecordingOptions(),
    public customData: CustomData = {},
    public dataChannel = false,
    autoReconnect?: boolean,
    public direction: Direction = "BOTH",
    /** Whether others in the room are told of. */
    public participantEvents = true,
  ) {
    this.#autoReconnect = autoReconnect;
  }

  static builder(): RoomCallOptionsBuilder {
    return new RoomCallOptionsBuilder();
  }

  /** What was set; false if nothing was. */
  get autoReconnect(): boolean {
    return this.#autoReconnect ?? false;
  }

  set autoReconnect(autoReconnect: boolean) {
    this.#autoReconnect = autoReconnect;
  }

  /** Rooms come back by themselves, unless they were told not to. */
  reconnects(): boolean {
    return this.#autoReconnect ?? true;
  }

  /** Whether nothing is sent from the start. */
  onlyReceives(): boolean {
    return this.direction === "RECEIVE" || (this.direction === "BOTH" && !this.audio && !this.video);
  }
}

/** Throw unless the wishes go together. */
export function checkRoomOptions(options: RoomCallOptions): void {
  if (!["SEND", "RECEIVE", "BOTH"].includes(options.direction)) {
    throw new Error("Invalid direction: it is SEND, RECEIVE or BOTH.");
  }
  if (options.direction === "SEND" && !options.audio && !options.video) {
    throw new Error("Invalid direction: SEND, and there is neither audio nor video.");
  }
  if (!options.participantEvents && !options.onlyReceives()) {
    throw new Error("Invalid participantEvents: only who sends nothing may be without them.");
  }
}

export class RoomCallOptionsBuilder extends VideoCallBuilder {
  #recording = new RoomCallRecordingOptions();
  #direction: Direction = "BOTH";
  #participantEvents = true;

  setRecordingOptions(options: RoomCallRecordingOptions): this {
    this.#recording = options;
    return this;
  }

  /** The older name of `setAutoReconnect`. */
  setAutoRejoin(autoRejoin: boolean): this {
    return this.setAutoReconnect(autoRejoin);
  }

  /** RECEIVE takes no devices, whatever `setAudio` and `setVideo` say. */
  setDirection(direction: Direction): this {
    this.#direction = direction;
    return this;
  }

  /** False is for who sends nothing: no PARTICIPANT events but those of pictures, and nobody in ROOM_JOINED. */
  setParticipantEvents(participantEvents: boolean): this {
    this.#participantEvents = participantEvents;
    return this;
  }

  build(): RoomCallOptions {
    return new RoomCallOptions(
      this.audio,
      this.audioOptions,
      this.video,
      this.videoOptions,
      this.#recording,
      { ...this.customData },
      this.dataChannel,
      this.autoReconnect,
      this.#direction,
      this.#participantEvents,
    );
  }
}
