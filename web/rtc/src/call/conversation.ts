/** The life of a call between two clients. */

import { CallsApiEvent } from "../events/calls.js";
import type { CallState } from "../generated/messages.js";
import { RemoteMedia, type RemoteEvents } from "../media/remote.js";
import type { CustomData } from "../options/custom-data.js";
import type { WebrtcCallOptions } from "../options/webrtc.js";
import type { Endpoint } from "./endpoints.js";
import { ApplicationErrorCode } from "./error-codes.js";
import { type Line, LiveCall, type Opening, type OwnMessage } from "./live.js";
import { CallStatus } from "./status.js";
import type { Parties } from "./texts.js";

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

export class Conversation extends LiveCall<WebrtcCallOptions> {
  readonly beginning: Beginning;
  readonly remote: RemoteMedia;
  protected readonly over = CallsApiEvent.HANGUP;
  protected readonly givenUp = ApplicationErrorCode.CANCELLED;
  /** As the house has told. */
  readonly #told = { muted: false, disconnected: false };

  /** `status`: INITIALIZED for a call to make, RINGING for one that came. */
  constructor(line: Line, beginning: Beginning, status: CallStatus.INITIALIZED | CallStatus.RINGING) {
    super(line, beginning.id, beginning.options, status);
    this.beginning = beginning;
    this.remote = new RemoteMedia(this.peer, this.#remoteEvents());
    this.prepare(beginning.options, this.#parties());
  }

  /** Call somebody. */
  async dial(to: string): Promise<void> {
    const { video, autoReconnect } = this.options;
    await this.open(this.#opening(video), (proposal) => {
      this.begun(CallStatus.CALLING);
      this.line.say({
        t: "call",
        to,
        ...(video ? { video } : {}),
        ...this.terms(proposal),
        ...(autoReconnect ? { autoReconnect } : {}),
      });
    });
  }

  /** Take a call that came. */
  async accept(options: WebrtcCallOptions): Promise<void> {
    if (this.isEnding()) return;
    this.prepare(options, this.#parties());
    await this.take(this.#opening(options.video || this.beginning.remoteVideo));
  }

  protected follow(message: OwnMessage): void {
    switch (message.t) {
      case "rang":
        if (this.status() !== CallStatus.CALLING) return;
        this.begun(CallStatus.RINGING);
        this.events.emit(CallsApiEvent.RINGING, {});
        return;
      case "established":
        if (!this.establish()) return;
        this.events.emit(CallsApiEvent.ESTABLISHED, { stream: this.remote.audio });
        this.#muteRemote(message.remoteMuted === true);
        this.remote.begin(message.remoteShows ?? []);
        this.texts?.begin();
        return;
      case "remote_muted":
        this.#muteRemote(message.muted);
        return;
      case "remote_shows":
        this.remote.shows(message.source, message.on);
        return;
      case "remote_disconnected":
        this.#disconnectRemote(message.disconnected);
        return;
      case "remote_quality":
        this.events.emit(CallsApiEvent.REMOTE_NETWORK_QUALITY_CHANGED, { networkQuality: message.level });
    }
  }

  protected catchUp(state: CallState): void {
    const { call, phase, remoteMuted = false, remoteShows = [], remoteDisconnected = false } = state;
    if (phase === "RINGING") this.follow({ t: "rang", call });
    if (phase !== "ESTABLISHED") return;
    this.follow({ t: "established", call, at: state.at ?? 0, remoteMuted, remoteShows });
    this.#muteRemote(remoteMuted);
    this.#disconnectRemote(remoteDisconnected);
    for (const source of ["CAMERA", "SCREEN"] as const) this.remote.shows(source, remoteShows.includes(source));
  }

  #muteRemote(muted: boolean): void {
    if (muted === this.#told.muted) return;
    this.#told.muted = muted;
    this.events.emit(muted ? CallsApiEvent.REMOTE_MUTED : CallsApiEvent.REMOTE_UNMUTED, {});
  }

  #disconnectRemote(disconnected: boolean): void {
    if (disconnected === this.#told.disconnected) return;
    this.#told.disconnected = disconnected;
    this.events.emit(disconnected ? CallsApiEvent.REMOTE_DISCONNECTED : CallsApiEvent.REMOTE_RECONNECTED, {});
  }

  #opening(takesVideo: boolean): Opening {
    const takes = { own: "sendrecv", voices: 1, pictures: takesVideo ? 1 : 0 } as const;
    return { takes, reconnects: this.options.autoReconnect };
  }

  /** There is nobody else: `to` changes nothing. */
  #parties(): Parties {
    const { counterpart } = this.beginning;
    return {
      calls: ({ type, identifier }) =>
        type === counterpart.type && identifier === counterpart.identifier ? "EVERYBODY" : [],
      endpoint: () => counterpart,
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
}
