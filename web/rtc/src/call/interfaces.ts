/** Every kind of call, as an application sees it. */

import type {
  ApplicationCallEventName,
  CallEventHandler,
  CallEventName,
  PhoneCallEventName,
  RoomCallEventName,
  WebrtcCallEventName,
} from "../events/calls.js";
import type { DataChannel } from "../events/data-channel.js";
import type { AudioFilter, VideoFilter } from "../media/filters.js";
import type { ApplicationCallOptions } from "../options/application.js";
import type { AudioQualityMode } from "../options/audio.js";
import type { CallOptions } from "../options/call.js";
import type { CustomData } from "../options/custom-data.js";
import type { DeclineOptions } from "../options/decline.js";
import type { PhoneCallOptions } from "../options/phone.js";
import type { RecordingType } from "../options/recording.js";
import type { RoomCallOptions } from "../options/room.js";
import type { ViberCallOptions } from "../options/viber.js";
import type { WebrtcCallOptions } from "../options/webrtc.js";
import type {
  LocalCapturer,
  LocalWebrtcCapturer,
  ServerCapturer,
  ServerWebrtcCapturer,
} from "./captures.js";
import type { Endpoint } from "./endpoints.js";
import type { CallStatus } from "./status.js";
import type { CameraOrientation, DisplayOptions } from "./video.js";

/** What every call has. */
interface Talking {
  id(): string;
  /** What came with the call. */
  customData(): CustomData;
  status(): CallStatus;
  /** Whole seconds since it was established. */
  duration(): number;

  mute(shouldMute: boolean): Promise<void>;
  muted(): boolean;
  /** Not available yet: rejects with FEATURE_UNAVAILABLE. */
  sendDTMF(dtmf: string): Promise<void>;
  /** Send another microphone from now on. */
  setAudioInputDevice(deviceId: string): Promise<void>;
  setAudioQualityMode(mode: AudioQualityMode): void;
  audioQualityMode(): AudioQualityMode;
  audioFilter(): AudioFilter;
  /** Not available yet: rejects with FEATURE_UNAVAILABLE. */
  setAudioFilter(filter: AudioFilter): Promise<void>;
  clearAudioFilter(): Promise<void>;
}

/** What a call with pictures has. */
interface Showing {
  /** Begin or end to send the camera. */
  cameraVideo(on: boolean): Promise<void>;
  hasCameraVideo(): boolean;
  /** Send another camera from now on. */
  setVideoInputDevice(deviceId: string): Promise<void>;
  cameraOrientation(): CameraOrientation;
  setCameraOrientation(orientation: CameraOrientation): Promise<void>;

  /** The older form of `startScreenShare` and `stopScreenShare`. */
  screenShare(on: boolean): Promise<void>;
  startScreenShare(displayOptions?: DisplayOptions): Promise<void>;
  stopScreenShare(): Promise<void>;
  hasScreenShare(): boolean;
  /** End to send camera and screen. */
  stopVideo(): Promise<void>;

  /** Show no pictures of others on this side; they go on arriving. */
  pauseIncomingVideo(): void;
  resumeIncomingVideo(): void;

  videoFilter(): VideoFilter;
  /** Not available yet: rejects with FEATURE_UNAVAILABLE. */
  setVideoFilter(filter: VideoFilter): Promise<void>;
  clearVideoFilter(): Promise<void>;
  /** Undefined unless the options ask for it. */
  dataChannel(): DataChannel;
}

/** A call between two parties. Times are by this device's clock, and undefined before they come. */
export interface Call extends Talking {
  options(): CallOptions;
  startTime(): Date;
  establishTime(): Date;
  endTime(): Date;
  source(): Endpoint;
  destination(): Endpoint;
  /** The other side, whoever called. */
  counterpart(): Endpoint;
  /** End it, or give it up; HANGUP follows. */
  hangup(): void;
  on<K extends CallEventName>(name: K, handler: CallEventHandler<K>): void;
}

/** A call to a telephone. Not available yet: ends at once with FEATURE_UNAVAILABLE. */
export interface PhoneCall extends Call {
  options(): PhoneCallOptions;
  on<K extends PhoneCallEventName>(name: K, handler: CallEventHandler<K>): void;
}

/** A call to Viber. Not available yet: ends at once with FEATURE_UNAVAILABLE. */
export interface ViberCall extends Call {
  options(): ViberCallOptions;
}

/** A call between two clients. */
export interface WebrtcCall extends Call, Showing {
  options(): WebrtcCallOptions;
  /** While an incoming call rings: whether the caller has the camera on. */
  hasRemoteCameraVideo(): boolean;
  hasRemoteScreenShare(): boolean;
  /** Not available yet: throws FEATURE_UNAVAILABLE. */
  localCapturer(): LocalWebrtcCapturer;
  /** Not available yet: throws FEATURE_UNAVAILABLE. */
  serverCapturer(): ServerWebrtcCapturer;
  on<K extends WebrtcCallEventName>(name: K, handler: CallEventHandler<K>): void;
}

/** A call of many. Times are by this device's clock, and undefined before they come. */
export interface RoomCall extends Talking, Showing {
  options(): RoomCallOptions;
  name(): string;
  joinTime(): Date;
  leaveTime(): Date;
  /** Leave, or give up joining; ROOM_LEFT follows. */
  leave(): void;
  /** Not available yet: throws FEATURE_UNAVAILABLE. */
  localCapturer(): LocalCapturer;
  /** Not available yet: throws FEATURE_UNAVAILABLE. */
  serverCapturer(): ServerCapturer;
  on<K extends RoomCallEventName>(name: K, handler: CallEventHandler<K>): void;
}

/** What of an application's call is being recorded. */
export interface RecordingState {
  callRecording?: RecordingType;
  dialogRecording?: RecordingType;
  conferenceRecording?: RecordingType;
}

/**
 * A call that an application conducts: it answers, brings it together with others, and parts them. Times are by this
 * device's clock, and undefined before they come.
 */
export interface ApplicationCall extends Talking, Showing {
  options(): ApplicationCallOptions;
  callsConfigurationId(): string;
  startTime(): Date;
  establishTime(): Date;
  endTime(): Date;
  recordingState(): RecordingState;
  /** End it, or give it up; HANGUP follows. */
  hangup(): void;
  /** Not available yet: throws FEATURE_UNAVAILABLE. */
  localCapturer(): LocalCapturer;
  /** Not available yet: throws FEATURE_UNAVAILABLE. */
  serverCapturer(): ServerCapturer;
  on<K extends ApplicationCallEventName>(name: K, handler: CallEventHandler<K>): void;
}

/** A call that can be taken or declined, once. */
export interface IncomingCall {
  accept(options?: unknown): void;
  decline(options?: DeclineOptions): void;
}

export interface IncomingWebrtcCall extends WebrtcCall, IncomingCall {
  accept(options?: WebrtcCallOptions): void;
}

export interface IncomingApplicationCall extends ApplicationCall, IncomingCall {
  /** What the application calls from: whatever it says. */
  from(): string;
  fromDisplayName(): string | null;
  accept(options?: ApplicationCallOptions): void;
}
