/** Everything an application may import, under both families of names. */

export { createRingwayRtc, createRingwayRtc as createInfobipRtc } from "./client/client.js";
export type {
  RingwayRTC,
  RingwayRTC as InfobipRTC,
  RingwayRTCFactory,
  RingwayRTCFactory as InfobipRTCFactory,
  RTCOptions,
} from "./client/interface.js";
export type { Person } from "./client/people.js";
export { InvalidTokenError } from "./client/token.js";
export { User } from "./client/user.js";

export * from "./call/captures.js";
export {
  Endpoint,
  EndpointType,
  PhoneEndpoint,
  SipEndpoint,
  ViberEndpoint,
  WebrtcEndpoint,
  WebsocketEndpoint,
  WhatsAppEndpoint,
} from "./call/endpoints.js";
export { ApplicationErrorCode, CallError, type ErrorCode, type ErrorCodeName } from "./call/error-codes.js";
export type {
  ApplicationCall,
  Call,
  IncomingApplicationCall,
  IncomingCall,
  IncomingWebrtcCall,
  PhoneCall,
  RecordingState,
  RoomCall,
  ViberCall,
  WebrtcCall,
} from "./call/interfaces.js";
export { Audio, Media, Participant, State, Video } from "./call/participants.js";
export {
  AdvisorRole,
  AuditorRole,
  DefaultRole,
  ListenerRole,
  MonitorRole,
  Role,
  RoleType,
} from "./call/roles.js";
export { CallStatus } from "./call/status.js";
export {
  CameraOrientation,
  type DisplayOptions,
  type DisplaySurface,
  VideoMode,
  VideoRemovalReason,
  VideoType,
} from "./call/video.js";
export {
  RingwayCallsConfiguration,
  RingwayCallsConfiguration as InfobipCallsConfiguration,
} from "./client/configuration.js";

export { CallsApiEvent, type ConfidenceRating } from "./events/calls.js";
export {
  IncomingApplicationCallEvent,
  IncomingWebrtcCallEvent,
  RingwayRTCEvent,
  RingwayRTCEvent as InfobipRTCEvent,
} from "./events/client.js";
export { type DataChannel, DataChannelEvent } from "./events/data-channel.js";
export {
  type AnyCallsApiEvent,
  type AnyDataChannelEvent,
  type AnyRingwayRTCEvent,
  type AnyRingwayRTCEvent as AnyInfobipRTCEvent,
  CallsApiEvents,
  type CallsEventHandlers,
  type DataChannelEventHandlers,
  type DataChannelEvents,
  type RingwayRTCEventHandlers,
  type RingwayRTCEventHandlers as InfobipRTCEventHandlers,
  type RingwayRTCEvents,
  type RingwayRTCEvents as InfobipRTCEvents,
} from "./events/namespaces.js";

export { MediaDevice, RTCMediaDevice } from "./media/devices.js";
export type { AudioFilter, RTCVideoFrame, VideoFilter, VideoFilterManager } from "./media/filters.js";
export { AudioStats, CurrentMediaStats, NetworkQuality, TotalMediaStats } from "./media/stats.js";

export { ApplicationCallOptions } from "./options/application.js";
export { AudioOptions, AudioQualityMode } from "./options/audio.js";
export { CallOptions } from "./options/call.js";
export type { CustomData } from "./options/custom-data.js";
export { DeclineOptions } from "./options/decline.js";
export { MachineDetectionOptions } from "./options/machine-detection.js";
export { PhoneCallOptions } from "./options/phone.js";
export { PlatformOptions } from "./options/platform.js";
export {
  PhoneCallRecordingOptions,
  type PhoneCallRecordingType,
  RecordingOptions,
  type RecordingType,
  RoomCallRecordingOptions,
  type RoomCallRecordingType,
  ViberCallRecordingOptions,
  type ViberCallRecordingType,
  WebrtcCallRecordingOptions,
  type WebrtcCallRecordingType,
} from "./options/recording.js";
export { RoomCallOptions } from "./options/room.js";
export { VideoOptions } from "./options/video.js";
export { ViberCallOptions } from "./options/viber.js";
export { WebrtcCallOptions } from "./options/webrtc.js";
