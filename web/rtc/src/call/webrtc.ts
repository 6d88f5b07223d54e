/** Calls between two clients, as an application holds them. */

import type { CallEventHandler, WebrtcCallEventName } from "../events/calls.js";
import type { DataChannel } from "../events/data-channel.js";
import type { AudioFilter, VideoFilter } from "../media/filters.js";
import type { AudioQualityMode } from "../options/audio.js";
import { checkCustomData, type CustomData } from "../options/custom-data.js";
import { DeclineOptions } from "../options/decline.js";
import { WebrtcCallOptions } from "../options/webrtc.js";
import type { LocalWebrtcCapturer, ServerWebrtcCapturer } from "./captures.js";
import type { Conversation } from "./conversation.js";
import type { Endpoint } from "./endpoints.js";
import { CallError, unavailable } from "./error-codes.js";
import type { IncomingWebrtcCall, WebrtcCall } from "./interfaces.js";
import { CallStatus } from "./status.js";
import type { CameraOrientation, DisplayOptions } from "./video.js";

const DTMF = /^[0-9*#]+$/;

export class DialogCall implements WebrtcCall {
  readonly #conversation: Conversation;
  #audioQuality: AudioQualityMode | undefined;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  on<K extends WebrtcCallEventName>(name: K, handler: CallEventHandler<K>): void {
    this.#conversation.events.on(name, handler);
  }

  id(): string {
    return this.#conversation.beginning.id;
  }

  options(): WebrtcCallOptions {
    return this.#conversation.options;
  }

  customData(): CustomData {
    return this.#conversation.beginning.customData;
  }

  status(): CallStatus {
    return this.#conversation.status();
  }

  duration(): number {
    return this.#conversation.duration();
  }

  startTime(): Date {
    return this.#conversation.startTime;
  }

  // The familiar types promise a Date always; before it there is none.
  establishTime(): Date {
    return this.#conversation.establishTime as Date;
  }

  endTime(): Date {
    return this.#conversation.endTime as Date;
  }

  source(): Endpoint {
    return this.#conversation.beginning.source;
  }

  destination(): Endpoint {
    return this.#conversation.beginning.destination;
  }

  counterpart(): Endpoint {
    return this.#conversation.beginning.counterpart;
  }

  hangup(): void {
    this.#conversation.hangup();
  }

  mute(shouldMute: boolean): Promise<void> {
    return this.#conversation.own.mute(shouldMute);
  }

  muted(): boolean {
    return this.#conversation.own.muted();
  }

  setAudioInputDevice(deviceId: string): Promise<void> {
    return this.#conversation.own.setMicrophone(deviceId);
  }

  setAudioQualityMode(mode: AudioQualityMode): void {
    this.#audioQuality = mode;
    this.#conversation.limit(mode);
  }

  audioQualityMode(): AudioQualityMode {
    return this.#audioQuality ?? this.options().audioOptions.audioQualityMode;
  }

  cameraVideo(on: boolean): Promise<void> {
    return this.#conversation.own.camera(on);
  }

  hasCameraVideo(): boolean {
    return this.#conversation.own.has("CAMERA");
  }

  hasRemoteCameraVideo(): boolean {
    const { beginning, remote } = this.#conversation;
    return this.status() < CallStatus.ESTABLISHED ? beginning.remoteVideo : remote.has("CAMERA");
  }

  setVideoInputDevice(deviceId: string): Promise<void> {
    return this.#conversation.own.setCamera(deviceId);
  }

  cameraOrientation(): CameraOrientation {
    return this.#conversation.own.orientation();
  }

  setCameraOrientation(orientation: CameraOrientation): Promise<void> {
    return this.#conversation.own.setOrientation(orientation);
  }

  screenShare(on: boolean): Promise<void> {
    return this.#conversation.own.screen(on);
  }

  startScreenShare(displayOptions?: DisplayOptions): Promise<void> {
    return this.#conversation.own.screen(true, displayOptions);
  }

  stopScreenShare(): Promise<void> {
    return this.#conversation.own.screen(false);
  }

  hasScreenShare(): boolean {
    return this.#conversation.own.has("SCREEN");
  }

  hasRemoteScreenShare(): boolean {
    return this.#conversation.remote.has("SCREEN");
  }

  async stopVideo(): Promise<void> {
    await this.#conversation.own.camera(false);
    await this.#conversation.own.screen(false);
  }

  pauseIncomingVideo(): void {
    this.#conversation.remote.pause(true);
  }

  resumeIncomingVideo(): void {
    this.#conversation.remote.pause(false);
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

  dataChannel(): DataChannel {
    throw unavailable("The data channel");
  }

  localCapturer(): LocalWebrtcCapturer {
    throw unavailable("Capturing a picture");
  }

  serverCapturer(): ServerWebrtcCapturer {
    throw unavailable("Capturing a picture");
  }
}

export class IncomingDialogCall extends DialogCall implements IncomingWebrtcCall {
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    super(conversation);
    this.#conversation = conversation;
  }

  /** Take the call, once; nothing if it is over. */
  accept(options: WebrtcCallOptions = new WebrtcCallOptions()): void {
    this.#checkRinging("accept");
    checkCustomData(options.customData);
    void this.#conversation.accept(options);
  }

  /** Don't take the call; nothing if it is over. */
  decline(options: DeclineOptions = new DeclineOptions()): void {
    this.#checkRinging("decline");
    this.#conversation.decline(options.declineOnAllDevices);
  }

  #checkRinging(what: string): void {
    const status = this.status();
    if (status === CallStatus.RINGING || status === CallStatus.FINISHED) return;
    throw new Error(`Cannot ${what}, required status is RINGING, current status is ${CallStatus[status]}.`);
  }
}
