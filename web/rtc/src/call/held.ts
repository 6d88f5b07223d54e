/** What every call lets an application do with its own media, and what it can't do yet. */

import type { DataChannel } from "../events/data-channel.js";
import type { AudioFilter, VideoFilter } from "../media/filters.js";
import type { AudioQualityMode } from "../options/audio.js";
import { CallError, unavailable } from "./error-codes.js";
import type { LiveCall, LiveOptions } from "./live.js";
import { CallStatus } from "./status.js";
import type { CameraOrientation, DisplayOptions } from "./video.js";

const DTMF = /^[0-9*#]+$/;

export abstract class HeldCall<Options extends LiveOptions> {
  readonly #live: LiveCall<Options>;
  #audioQuality: AudioQualityMode | undefined;

  constructor(live: LiveCall<Options>) {
    this.#live = live;
  }

  id(): string {
    return this.#live.id;
  }

  options(): Options {
    return this.#live.options;
  }

  status(): CallStatus {
    return this.#live.status();
  }

  duration(): number {
    return this.#live.duration();
  }

  mute(shouldMute: boolean): Promise<void> {
    return this.#live.own.mute(shouldMute);
  }

  muted(): boolean {
    return this.#live.own.muted();
  }

  setAudioInputDevice(deviceId: string): Promise<void> {
    return this.#live.own.setMicrophone(deviceId);
  }

  setAudioQualityMode(mode: AudioQualityMode): void {
    this.#audioQuality = mode;
    this.#live.limit(mode);
  }

  audioQualityMode(): AudioQualityMode {
    return this.#audioQuality ?? this.options().audioOptions.audioQualityMode;
  }

  cameraVideo(on: boolean): Promise<void> {
    return this.#live.own.camera(on);
  }

  hasCameraVideo(): boolean {
    return this.#live.own.has("CAMERA");
  }

  setVideoInputDevice(deviceId: string): Promise<void> {
    return this.#live.own.setCamera(deviceId);
  }

  cameraOrientation(): CameraOrientation {
    return this.#live.own.orientation();
  }

  setCameraOrientation(orientation: CameraOrientation): Promise<void> {
    return this.#live.own.setOrientation(orientation);
  }

  screenShare(on: boolean): Promise<void> {
    return this.#live.own.screen(on);
  }

  startScreenShare(displayOptions?: DisplayOptions): Promise<void> {
    return this.#live.own.screen(true, displayOptions);
  }

  stopScreenShare(): Promise<void> {
    return this.#live.own.screen(false);
  }

  hasScreenShare(): boolean {
    return this.#live.own.has("SCREEN");
  }

  async stopVideo(): Promise<void> {
    await this.#live.own.camera(false);
    await this.#live.own.screen(false);
  }

  pauseIncomingVideo(): void {
    this.#live.remote.pause(true);
  }

  resumeIncomingVideo(): void {
    this.#live.remote.pause(false);
  }

  async sendDTMF(dtmf: string): Promise<void> {
    if (!DTMF.test(dtmf)) throw new CallError("INVALID_REQUEST", "DTMF is of the signs 0-9, * and #.");
    throw unavailable("Sending DTMF");
  }

  audioFilter(): AudioFilter {
    return this.options().audioOptions.audioFilter as AudioFilter;
  }

  async setAudioFilter(_: AudioFilter): Promise<void> {
    throw unavailable("An audio filter");
  }

  /** There is never one to clear. */
  async clearAudioFilter(): Promise<void> {}

  videoFilter(): VideoFilter {
    return this.options().videoOptions.videoFilter as VideoFilter;
  }

  async setVideoFilter(_: VideoFilter): Promise<void> {
    throw unavailable("A video filter");
  }

  /** There is never one to clear. */
  async clearVideoFilter(): Promise<void> {}

  /** Undefined unless the options ask for it; the familiar types promise it always. */
  dataChannel(): DataChannel {
    return this.#live.texts as DataChannel;
  }

  localCapturer(): never {
    throw unavailable("Capturing a picture");
  }

  serverCapturer(): never {
    throw unavailable("Capturing a picture");
  }
}

/** A call that is made or taken, and hung up. */
export abstract class HeldTalk<Options extends LiveOptions> extends HeldCall<Options> {
  readonly #live: LiveCall<Options>;

  constructor(live: LiveCall<Options>) {
    super(live);
    this.#live = live;
  }

  startTime(): Date {
    return this.#live.startTime;
  }

  // The familiar types promise a Date always; before it there is none.
  establishTime(): Date {
    return this.#live.establishTime as Date;
  }

  endTime(): Date {
    return this.#live.endTime as Date;
  }

  hangup(): void {
    this.#live.hangup();
  }
}

/** Throw unless a call that came is still ringing, or over. */
export function checkRinging(what: "accept" | "decline", status: CallStatus): void {
  if (status === CallStatus.RINGING || status === CallStatus.FINISHED) return;
  throw new Error(`Cannot ${what}, required status is RINGING, current status is ${CallStatus[status]}.`);
}
