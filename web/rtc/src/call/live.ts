/** The life of a call of any kind: its own media, its pipe, and how it ends. */

import { CallsApiEvent, type CallEvents } from "../events/calls.js";
import { Emitter } from "../events/emitter.js";
import type { Call, CallState, FromHouse, Hangup } from "../generated/messages.js";
import { MutedTalk } from "../media/muted-talk.js";
import { OwnMedia, type OwnEvents } from "../media/own.js";
import { Peer, type Proposal, type Takes } from "../media/peer.js";
import type { Picture } from "../media/remote.js";
import { Statistics } from "../media/statistics.js";
import type { AudioOptions, AudioQualityMode } from "../options/audio.js";
import type { CustomData } from "../options/custom-data.js";
import type { RecordingOptions } from "../options/recording.js";
import type { VideoOptions } from "../options/video.js";
import type { Command } from "../signalling/numbering.js";
import { ApplicationErrorCode, CallError, unavailable, type ErrorCode } from "./error-codes.js";
import { heardBefore, owed } from "./snapshot.js";
import { CallStatus } from "./status.js";
import { type Parties, Texts } from "./texts.js";

/** How long the house may take to say that a call has ended, in ms. */
export const ENDED_WITHIN = 3_000;

/** Without these there is no call. */
const ENDING: readonly string[] = ["call", "call_application", "join", "accept", "decline", "hangup"];

/** Messages of the house about one call. */
export type CallMessage = Exclude<Extract<FromHouse, { readonly call?: string }>, { t: "incoming" | "incoming_application" }>;

/** Those that mean something else for each kind of call. */
export type OwnMessage = Exclude<
  CallMessage,
  { t: "ended" | "refused" | "pipe_answer" | "offer" | "sections" | "lost" | "failed" }
>;

/** What a call needs of its client. */
export interface Line {
  say(command: Command): void;
  /** Media is out: see whether the line is alive. */
  look(): void;
  /** The call is over, and another may begin. */
  over(): void;
  /** Devices chosen for all calls; undefined for any. */
  microphone(): string | undefined;
  camera(): string | undefined;
}

/** Options that every kind of call with pictures has. */
export interface LiveOptions {
  audio: boolean;
  audioOptions: AudioOptions;
  video: boolean;
  videoOptions: VideoOptions;
  /** None where the application decides itself. */
  readonly recordingOptions?: RecordingOptions;
  customData: CustomData;
  dataChannel: boolean;
}

/** What a kind of call opens with. */
export interface Opening {
  readonly takes: Takes;
  /** Whether interruptions of the network are ours to repair. */
  readonly reconnects: boolean;
  readonly onlyReceives?: boolean;
}

/** What comes from others. */
interface Incoming {
  pause(paused: boolean): void;
  /** Compare with what the peer receives. */
  update(): void;
}

export abstract class LiveCall<Options extends LiveOptions> {
  readonly id: string;
  readonly events = new Emitter<CallEvents>(CallsApiEvent);
  readonly own: OwnMedia;
  abstract readonly remote: Incoming;
  readonly startTime = new Date();
  establishTime: Date | undefined;
  endTime: Date | undefined;
  options: Options;
  texts: Texts | undefined;

  protected readonly line: Line;
  protected readonly peer: Peer;
  /** The event that tells the end. */
  protected abstract readonly over: CallsApiEvent.HANGUP | CallsApiEvent.ROOM_LEFT;
  /** Of an end that we want before the house knows of the call. */
  protected abstract readonly givenUp: ErrorCode;
  readonly #statistics: Statistics;
  readonly #mutedTalk: MutedTalk;
  #status: CallStatus;
  #ending: ReturnType<typeof setTimeout> | undefined;
  /** Commands that the house hears again although it had heard them: their refusal means nothing. */
  #repeated: string[] = [];
  #closed: Promise<void> | undefined;

  constructor(line: Line, id: string, options: Options, status: CallStatus.INITIALIZED | CallStatus.RINGING) {
    this.line = line;
    this.id = id;
    this.options = options;
    this.#status = status;
    this.peer = new Peer(id, (message) => line.say(message), {
      pipe: (connection) => this.texts?.carry(connection),
      sections: () => this.remote.update(),
      replaced: (last) => this.#statistics.keep(last),
      reconnecting: () => this.events.emit(CallsApiEvent.RECONNECTING, {}),
      reconnected: () => this.events.emit(CallsApiEvent.RECONNECTED, {}),
      look: () => line.look(),
      failed: (reason) => this.#fail(new CallError("MEDIA_ERROR", reason)),
    });
    this.own = new OwnMedia(this.peer, this.#ownEvents());
    this.#mutedTalk = new MutedTalk(() => this.events.emit(CallsApiEvent.TALKING_WHILE_MUTED, {}));
    this.#statistics = new Statistics(
      async () => {
        const report = await this.peer.statistics();
        this.peer.heed(report);
        return report;
      },
      (networkQuality, currentMediaStats) => {
        if (this.isEnding()) return;
        this.events.emit(CallsApiEvent.NETWORK_QUALITY_CHANGED, { networkQuality, currentMediaStats });
        line.say({ t: "quality", call: id, level: networkQuality });
      },
    );
  }

  /** Take what is said to this kind of call only. */
  protected abstract follow(message: OwnMessage): void;

  /** Follow what has changed from what was told to what is so now. */
  protected abstract catchUp(state: CallState): void;

  status(): CallStatus {
    return this.#status;
  }

  /** Whole seconds. */
  duration(): number {
    if (this.establishTime === undefined) return 0;
    return Math.floor(((this.endTime ?? new Date()).getTime() - this.establishTime.getTime()) / 1_000);
  }

  /** End it, or give it up. */
  hangup(): void {
    if (this.isEnding()) return;
    if (this.#status === CallStatus.INITIALIZED) {
      this.leave(this.givenUp, 0);
    } else {
      this.leave(ApplicationErrorCode.NORMAL_HANGUP, ENDED_WITHIN);
      this.line.say({ t: "hangup", call: this.id });
    }
  }

  /** Say that the person can see the call that came. */
  ring(): void {
    this.line.say({ t: "ringing", call: this.id });
  }

  /** Don't take a call that came. */
  decline(everywhere: boolean): void {
    if (this.isEnding()) return;
    this.leave(ApplicationErrorCode.REJECTED, ENDED_WITHIN);
    this.line.say({ t: "decline", call: this.id, ...(everywhere ? { everywhere } : {}) });
  }

  /** Take what the house says about this call. */
  hear(message: CallMessage): void {
    if (message.t === "ended") void this.finish(message.code);
    else if (message.t === "refused") this.#refused(message.command, message.code);
    else if (!this.isEnding()) this.#take(message);
  }

  /** The end, told once. */
  async finish(errorCode: ErrorCode): Promise<void> {
    if (this.#status === CallStatus.FINISHED) return;
    clearTimeout(this.#ending);
    this.#status = CallStatus.FINISHED;
    this.endTime = new Date();
    this.own.stop();
    await this.#close();
    this.line.over();
    this.texts?.end();
    this.events.emit(this.over, { errorCode, totalMediaStats: this.#statistics.total() });
  }

  /** Whether the house was told of this call. */
  isKnown(): boolean {
    return this.#status !== CallStatus.INITIALIZED && this.#status !== CallStatus.FINISHED;
  }

  /** This is so now, whatever was told before; `again` are the commands about it that were said again. */
  adopt(state: CallState, again: readonly Command[]): void {
    this.#repeated = heardBefore(state, again);
    const isEnding = this.isEnding();
    if (!isEnding) {
      this.catchUp(state);
      if (state.media === "LOST") this.peer.lost(state.generation);
    }
    const own = { isEnding, muted: () => this.own.muted(), has: (picture: Picture) => this.own.has(picture) };
    for (const command of owed(state, own, again)) this.line.say(command);
  }

  /** The line is lost, or goes on. */
  lineChanged(up: boolean): void {
    this.peer.line(up);
  }

  /** The device has another network. */
  networkChanged(): void {
    this.peer.moved();
  }

  /** Hold the sound to a quality from now on. */
  limit(audio: AudioQualityMode): void {
    this.peer.limit({ audio }).catch((error: unknown) => {
      this.events.emit(CallsApiEvent.ERROR, { errorCode: new CallError("MEDIA_ERROR", undefined, error).errorCode });
    });
  }

  /** Prepare what the options ask for; a wish that can't be fulfilled throws. */
  protected prepare(options: Options, parties: Parties): void {
    this.options = options;
    if (options.dataChannel) this.texts ??= new Texts(parties);
  }

  protected async open(opening: Opening, present: (proposal: Proposal) => void): Promise<void> {
    const { options } = this;
    if (this.isEnding()) return;
    try {
      refuseUnavailable(options);
      const { audio, video, videoOptions } = options;
      const { takes, onlyReceives = false } = opening;
      const devices = { microphone: this.line.microphone(), camera: this.line.camera() };
      this.peer.recover(opening.reconnects);
      await this.peer.limit({ audio: options.audioOptions.audioQualityMode });
      await this.own.open({ audio, video, videoOptions, onlyReceives, ...devices }, async (tracks) => {
        const proposal = await this.peer.propose(tracks, takes);
        if (!this.isEnding()) present(proposal);
      });
    } catch (error) {
      this.#fail(error instanceof CallError ? error : new CallError("MEDIA_ERROR", undefined, error));
    }
  }

  /** Take a call that came. */
  protected async take(opening: Opening): Promise<void> {
    this.begun(CallStatus.CONNECTING);
    await this.open(opening, (proposal) => {
      const { reconnects } = opening;
      this.line.say({ t: "accept", ...this.terms(proposal), ...(reconnects ? { autoReconnect: reconnects } : {}) });
    });
  }

  protected begun(status: Exclude<CallStatus, CallStatus.ESTABLISHED | CallStatus.FINISHED>): void {
    this.#status = status;
  }

  /** Media flows; false if that is known. */
  protected establish(): boolean {
    if (this.#status === CallStatus.ESTABLISHED) return false;
    this.#status = CallStatus.ESTABLISHED;
    this.establishTime = new Date();
    this.#statistics.start();
    this.remote.update();
    return true;
  }

  /** What every message that brings an offer says, as far as it is not the default. */
  protected terms({ offer, sending }: Proposal): Pick<Call, "call" | "offer" | "sending" | "customData" | "recording"> {
    const { customData, recordingOptions } = this.options;
    const recording = recordingOptions?.recordingType ?? "UNDEFINED";
    return {
      call: this.id,
      offer,
      sending,
      ...(Object.keys(customData).length > 0 ? { customData } : {}),
      ...(recording === "UNDEFINED" ? {} : { recording }),
    };
  }

  protected isEnding(): boolean {
    return this.#ending !== undefined || this.#status === CallStatus.FINISHED;
  }

  /** Stop all media; if the house has no last word within `patience` ms, it is ours. */
  protected leave(errorCode: ErrorCode, patience: number): void {
    this.#ending = setTimeout(() => void this.finish(errorCode), patience);
    this.own.stop();
    void this.#close();
  }

  #take(message: Exclude<CallMessage, { t: "ended" | "refused" }>): void {
    switch (message.t) {
      case "pipe_answer":
        this.peer.answered(message);
        return;
      case "offer":
        this.peer.offered(message);
        return;
      case "sections":
        this.peer.meant(message);
        return;
      case "lost":
        this.peer.lost(message.generation);
        return;
      case "failed":
        this.events.emit(CallsApiEvent.ERROR, { errorCode: message.code });
        return;
      default:
        this.follow(message);
    }
  }

  #refused(command: string, code: ErrorCode): void {
    const repeated = this.#repeated.indexOf(command);
    if (repeated >= 0) this.#repeated.splice(repeated, 1);
    else if (ENDING.includes(command)) void this.finish(code);
    else if (command === "renegotiate" || command === "restart_ice" || command === "reopen") {
      this.peer.refused(command, new CallError(code));
    } else if (!this.isEnding()) this.events.emit(CallsApiEvent.ERROR, { errorCode: code });
  }

  /** End because of ourselves: devices, or media that can't be carried. */
  #fail(error: CallError): void {
    if (this.isEnding()) return;
    const { errorCode } = error;
    const isKnown = this.#status !== CallStatus.INITIALIZED;
    this.leave(errorCode, 0);
    if (isKnown) this.line.say({ t: "hangup", call: this.id, ...hangupCode(errorCode.name) });
  }

  #close(): Promise<void> {
    this.#closed ??= this.#statistics.stop().finally(() => this.peer.close());
    return this.#closed;
  }

  #ownEvents(): OwnEvents {
    const { events, id: call } = this;
    const added = { CAMERA: CallsApiEvent.CAMERA_VIDEO_ADDED, SCREEN: CallsApiEvent.SCREEN_SHARE_ADDED } as const;
    const removed = { CAMERA: CallsApiEvent.CAMERA_VIDEO_REMOVED, SCREEN: CallsApiEvent.SCREEN_SHARE_REMOVED } as const;
    return {
      added: (picture, stream) => events.emit(added[picture], { stream }),
      updated: (picture, stream) => {
        if (picture === "CAMERA") events.emit(CallsApiEvent.CAMERA_VIDEO_UPDATED, { stream });
      },
      removed: (picture, reason) => events.emit(removed[picture], { reason }),
      voice: (track, muted) => {
        if (this.options.audioOptions.detectTalkingWhileMuted) this.#mutedTalk.watch(muted ? track : undefined);
      },
      muted: (muted) => this.line.say({ t: "mute", call, muted }),
      shows: (source, on) => this.line.say({ t: "show", call, source, on }),
      failed: ({ errorCode }) => events.emit(CallsApiEvent.ERROR, { errorCode }),
    };
  }
}

/** A wish that can't be fulfilled ends the call: an unfiltered picture is not what was asked for. */
function refuseUnavailable(options: LiveOptions): void {
  if (options.audioOptions.audioFilter !== undefined) throw unavailable("An audio filter");
  if (options.videoOptions.videoFilter !== undefined) throw unavailable("A video filter");
}

function hangupCode(name: string): { code?: NonNullable<Hangup["code"]> } {
  switch (name) {
    case "DEVICE_FORBIDDEN":
    case "DEVICE_NOT_FOUND":
    case "DEVICE_UNAVAILABLE":
    case "MEDIA_ERROR":
      return { code: name };
    default:
      return {};
  }
}
