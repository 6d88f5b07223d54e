/** The life of a call between two clients: what is said of it, and how it ends. */

import { CallsApiEvent, type CallEvents } from "../events/calls.js";
import { Emitter } from "../events/emitter.js";
import type { CallState, FromClient, FromHouse, Hangup } from "../generated/messages.js";
import { OwnMedia, type OwnEvents } from "../media/own.js";
import { Peer, type Proposal } from "../media/peer.js";
import { RemoteMedia, type RemoteEvents } from "../media/remote.js";
import { Statistics } from "../media/statistics.js";
import type { CustomData } from "../options/custom-data.js";
import type { WebrtcCallOptions } from "../options/webrtc.js";
import type { Command } from "../signalling/numbering.js";
import type { Endpoint } from "./endpoints.js";
import { ApplicationErrorCode, CallError, unavailable, type ErrorCode } from "./error-codes.js";
import { CallStatus } from "./status.js";
import { VideoRemovalReason } from "./video.js";

/** How long the house may take to say that a call has ended, in ms. */
export const ENDED_WITHIN = 3_000;

/** Messages of the house about one call. */
export type CallMessage = Exclude<Extract<FromHouse, { readonly call?: string }>, { t: "incoming" }>;

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

/** What is known of a call when it begins. */
export interface Beginning {
  readonly id: string;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly counterpart: Endpoint;
  readonly customData: CustomData;
  readonly options: WebrtcCallOptions;
  /** Whether the other side has a picture. */
  readonly remoteVideo: boolean;
}

export class Conversation {
  readonly beginning: Beginning;
  readonly events = new Emitter<CallEvents>(CallsApiEvent);
  readonly own: OwnMedia;
  readonly remote: RemoteMedia;
  readonly startTime = new Date();
  establishTime: Date | undefined;
  endTime: Date | undefined;
  options: WebrtcCallOptions;

  readonly #line: Line;
  readonly #peer: Peer;
  readonly #statistics: Statistics;
  #status: CallStatus;
  #ending: ReturnType<typeof setTimeout> | undefined;
  /** As the house has told. */
  #remoteMuted = false;
  /** Commands that the house had heard before it forgot so: their refusal means nothing. */
  #repeated: string[] = [];
  #closed: Promise<void> | undefined;

  /** `status`: INITIALIZED for a call to make, RINGING for one that came. */
  constructor(line: Line, beginning: Beginning, status: CallStatus.INITIALIZED | CallStatus.RINGING) {
    this.#line = line;
    this.beginning = beginning;
    this.options = beginning.options;
    this.#status = status;
    this.#peer = new Peer(beginning.id, (message) => line.say(message), {
      pipe: () => undefined,
      sections: () => this.remote.update(),
      replaced: (last) => this.#statistics.keep(last),
      reconnecting: () => this.events.emit(CallsApiEvent.RECONNECTING, {}),
      reconnected: () => this.events.emit(CallsApiEvent.RECONNECTED, {}),
      look: () => line.look(),
      failed: (reason) => this.#fail(new CallError("MEDIA_ERROR", reason)),
    });
    this.own = new OwnMedia(this.#peer, this.#ownEvents());
    this.remote = new RemoteMedia(this.#peer, this.#remoteEvents());
    this.#statistics = new Statistics(
      () => this.#peer.statistics(),
      (networkQuality, currentMediaStats) =>
        this.events.emit(CallsApiEvent.NETWORK_QUALITY_CHANGED, { networkQuality, currentMediaStats }),
    );
  }

  status(): CallStatus {
    return this.#status;
  }

  /** Whole seconds. */
  duration(): number {
    if (this.establishTime === undefined) return 0;
    return Math.floor(((this.endTime ?? new Date()).getTime() - this.establishTime.getTime()) / 1_000);
  }

  /** Call somebody. */
  async dial(to: string): Promise<void> {
    const { options } = this;
    await this.#open(options.video, ({ offer, sending }) => {
      this.#status = CallStatus.CALLING;
      this.#line.say({
        t: "call",
        to,
        ...(options.video ? { video: true } : {}),
        ...this.#terms(offer, sending),
      });
    });
  }

  /** Take a call that came. */
  async accept(options: WebrtcCallOptions): Promise<void> {
    if (this.#isEnding()) return;
    this.options = options;
    this.#status = CallStatus.CONNECTING;
    await this.#open(options.video || this.beginning.remoteVideo, ({ offer, sending }) => {
      this.#line.say({ t: "accept", ...this.#terms(offer, sending) });
    });
  }

  /** Say that the person can see the call. */
  ring(): void {
    this.#line.say({ t: "ringing", call: this.beginning.id });
  }

  /** Don't take a call that came. */
  decline(everywhere: boolean): void {
    if (this.#isEnding()) return;
    this.#leave(ApplicationErrorCode.REJECTED, ENDED_WITHIN);
    this.#line.say({ t: "decline", call: this.beginning.id, ...(everywhere ? { everywhere } : {}) });
  }

  /** End it, or give it up. */
  hangup(): void {
    if (this.#isEnding()) return;
    if (this.#status === CallStatus.INITIALIZED) {
      this.#leave(ApplicationErrorCode.CANCELLED, 0);
    } else {
      this.#leave(ApplicationErrorCode.NORMAL_HANGUP, ENDED_WITHIN);
      this.#line.say({ t: "hangup", call: this.beginning.id });
    }
  }

  /** Take what the house says about this call. */
  hear(message: CallMessage): void {
    if (message.t === "ended") void this.finish(message.code);
    else if (message.t === "refused") this.#refused(message.command, message.code);
    else if (!this.#isEnding()) this.#follow(message);
  }

  /** The end, told once. */
  async finish(errorCode: ErrorCode): Promise<void> {
    if (this.#status === CallStatus.FINISHED) return;
    clearTimeout(this.#ending);
    this.#status = CallStatus.FINISHED;
    this.endTime = new Date();
    this.own.stop();
    await this.#close();
    this.#line.over();
    this.events.emit(CallsApiEvent.HANGUP, { errorCode, totalMediaStats: this.#statistics.total() });
  }

  /** Whether the house was told of this call. */
  isKnown(): boolean {
    return this.#status !== CallStatus.INITIALIZED && this.#status !== CallStatus.FINISHED;
  }

  /** This is so now, whatever was told before; `again` are the commands that were said again. */
  adopt(state: CallState, again: readonly Command[]): void {
    const { call } = state;
    const isSaid = (...names: Command["t"][]): boolean => again.some(({ t }) => names.includes(t));
    if (this.#isEnding()) {
      if (!isSaid("hangup", "decline")) this.#line.say({ t: "hangup", call });
      return;
    }
    const isTaken = state.phase !== "RINGING" || state.incoming !== true;
    const isNews = (t: Command["t"]): boolean =>
      ["renegotiate", "restart_ice", "reopen"].includes(t) || (t === "accept" && !isTaken);
    this.#repeated = again.map(({ t }) => t).filter((t) => !isNews(t));
    if (state.phase === "RINGING") this.#follow({ t: "rang", call });
    if (state.phase === "ESTABLISHED") this.#catchUp(state);
    if (state.media === "LOST") this.#peer.lost(state.generation);
    if (!isTaken) return;
    if (state.muted !== this.own.muted() && !isSaid("mute")) {
      this.#line.say({ t: "mute", call, muted: this.own.muted() });
    }
    for (const source of ["CAMERA", "SCREEN"] as const) {
      const on = this.own.has(source);
      if (state.shows.includes(source) !== on && !isSaid("show")) this.#line.say({ t: "show", call, source, on });
    }
  }

  #catchUp(state: CallState): void {
    const { call, at = Date.now(), remoteMuted = false, remoteShows = [] } = state;
    if (this.#status !== CallStatus.ESTABLISHED) {
      this.#follow({ t: "established", call, at, remoteMuted, remoteShows });
      return;
    }
    this.#follow({ t: "remote_muted", call, muted: remoteMuted });
    for (const source of ["CAMERA", "SCREEN"] as const) {
      this.#follow({ t: "remote_shows", call, source, on: remoteShows.includes(source) });
    }
  }

  /** The line is lost, or goes on. */
  lineChanged(up: boolean): void {
    this.#peer.line(up);
  }

  /** The device has another network. */
  networkChanged(): void {
    this.#peer.moved();
  }

  #follow(message: Exclude<CallMessage, { t: "ended" | "refused" }>): void {
    switch (message.t) {
      case "rang":
        if (this.#status !== CallStatus.CALLING) return;
        this.#status = CallStatus.RINGING;
        this.events.emit(CallsApiEvent.RINGING, {});
        return;
      case "pipe_answer":
        this.#peer.answered(message);
        return;
      case "offer":
        this.#peer.offered(message);
        return;
      case "sections":
        this.#peer.meant(message);
        return;
      case "lost":
        this.#peer.lost(message.generation);
        return;
      case "established":
        if (this.#status === CallStatus.ESTABLISHED) return;
        this.#status = CallStatus.ESTABLISHED;
        this.establishTime = new Date();
        this.#statistics.start();
        this.remote.update();
        this.events.emit(CallsApiEvent.ESTABLISHED, { stream: this.remote.audio });
        this.#muteRemote(message.remoteMuted === true);
        this.remote.begin(message.remoteShows ?? []);
        return;
      case "remote_muted":
        this.#muteRemote(message.muted);
        return;
      case "remote_shows":
        this.remote.shows(message.source, message.on);
        return;
    }
  }

  #muteRemote(muted: boolean): void {
    if (muted === this.#remoteMuted) return;
    this.#remoteMuted = muted;
    this.events.emit(muted ? CallsApiEvent.REMOTE_MUTED : CallsApiEvent.REMOTE_UNMUTED, {});
  }

  #refused(command: string, code: ErrorCode): void {
    const repeated = this.#repeated.indexOf(command);
    if (repeated >= 0) this.#repeated.splice(repeated, 1);
    else if (["call", "accept", "decline", "hangup"].includes(command)) void this.finish(code);
    else if (command === "renegotiate" || command === "restart_ice" || command === "reopen") {
      this.#peer.refused(command, new CallError(code));
    } else if (!this.#isEnding()) this.events.emit(CallsApiEvent.ERROR, { errorCode: code });
  }

  async #open(takesVideo: boolean, present: (proposal: Proposal) => void): Promise<void> {
    const { options } = this;
    if (this.#isEnding()) return;
    try {
      refuseUnavailable(options);
      const { audio, video, videoOptions } = options;
      const devices = { microphone: this.#line.microphone(), camera: this.#line.camera() };
      this.#peer.recover(options.autoReconnect);
      await this.#peer.limit({ audio: options.audioOptions.audioQualityMode });
      await this.own.open({ audio, video, videoOptions, ...devices }, async (tracks) => {
        const proposal = await this.#peer.propose(tracks, takesVideo);
        if (!this.#isEnding()) present(proposal);
      });
    } catch (error) {
      this.#fail(error instanceof CallError ? error : new CallError("MEDIA_ERROR", undefined, error));
    }
  }

  #terms(offer: string, sending: Proposal["sending"]): Omit<Extract<FromClient, { t: "accept" }>, "t"> {
    const { customData, recordingOptions, autoReconnect } = this.options;
    return {
      call: this.beginning.id,
      offer,
      sending,
      ...(Object.keys(customData).length > 0 ? { customData } : {}),
      ...(recordingOptions.recordingType === "UNDEFINED" ? {} : { recording: recordingOptions.recordingType }),
      ...(autoReconnect ? { autoReconnect } : {}),
    };
  }

  #isEnding(): boolean {
    return this.#ending !== undefined || this.#status === CallStatus.FINISHED;
  }

  /** End because of ourselves: devices, or media that can't be carried. */
  #fail(error: CallError): void {
    if (this.#isEnding()) return;
    const { errorCode } = error;
    const isKnown = this.#status !== CallStatus.INITIALIZED;
    this.#leave(errorCode, 0);
    if (isKnown) this.#line.say({ t: "hangup", call: this.beginning.id, ...hangupCode(errorCode.name) });
  }

  /** Stop all media; if the house has no last word within `patience` ms, it is ours. */
  #leave(errorCode: ErrorCode, patience: number): void {
    this.#ending = setTimeout(() => void this.finish(errorCode), patience);
    this.own.stop();
    void this.#close();
  }

  #close(): Promise<void> {
    this.#closed ??= this.#statistics.stop().finally(() => this.#peer.close());
    return this.#closed;
  }

  #ownEvents(): OwnEvents {
    const { events } = this;
    const call = this.beginning.id;
    const added = { CAMERA: CallsApiEvent.CAMERA_VIDEO_ADDED, SCREEN: CallsApiEvent.SCREEN_SHARE_ADDED } as const;
    const removed = { CAMERA: CallsApiEvent.CAMERA_VIDEO_REMOVED, SCREEN: CallsApiEvent.SCREEN_SHARE_REMOVED } as const;
    return {
      added: (picture, stream) => events.emit(added[picture], { stream }),
      updated: (picture, stream) => {
        if (picture === "CAMERA") events.emit(CallsApiEvent.CAMERA_VIDEO_UPDATED, { stream });
      },
      removed: (picture) => events.emit(removed[picture], { reason: VideoRemovalReason.USER_REQUEST }),
      muted: (muted) => this.#line.say({ t: "mute", call, muted }),
      shows: (source, on) => this.#line.say({ t: "show", call, source, on }),
      failed: ({ errorCode }) => events.emit(CallsApiEvent.ERROR, { errorCode }),
    };
  }

  #remoteEvents(): RemoteEvents {
    const { events } = this;
    return {
      added: (picture, stream) =>
        events.emit(
          picture === "CAMERA" ? CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED : CallsApiEvent.REMOTE_SCREEN_SHARE_ADDED,
          { stream },
        ),
      removed: (picture) =>
        events.emit(
          picture === "CAMERA" ? CallsApiEvent.REMOTE_CAMERA_VIDEO_REMOVED : CallsApiEvent.REMOTE_SCREEN_SHARE_REMOVED,
          {},
        ),
    };
  }

  /** Hold the sound to a quality from now on. */
  limit(audio: WebrtcCallOptions["audioOptions"]["audioQualityMode"]): void {
    this.#peer.limit({ audio }).catch((error: unknown) => {
      this.events.emit(CallsApiEvent.ERROR, { errorCode: new CallError("MEDIA_ERROR", undefined, error).errorCode });
    });
  }
}

/** A wish that can't be fulfilled ends the call: an unfiltered picture is not what was asked for. */
function refuseUnavailable(options: WebrtcCallOptions): void {
  if (options.dataChannel) throw unavailable("The data channel");
  if (options.audioOptions.audioFilter !== undefined) throw unavailable("An audio filter");
  if (options.videoOptions.videoFilter !== undefined) throw unavailable("A video filter");
  if (options.audioOptions.detectTalkingWhileMuted) throw unavailable("Detection of talking while muted");
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
