/** What a call tells: names of the events, and what comes with each. */

import type { ErrorCode } from "../call/error-codes.js";
import type { Participant } from "../call/participants.js";
import type { Role } from "../call/roles.js";
import type { CurrentMediaStats, NetworkQuality, TotalMediaStats } from "../media/stats.js";
import type { RecordingType } from "../options/recording.js";
import type { VideoRemovalReason } from "../call/video.js";

export enum CallsApiEvent {
  RINGING = "ringing",
  EARLY_MEDIA = "early-media",
  ESTABLISHED = "established",
  HANGUP = "hangup",
  ERROR = "error",
  CAMERA_VIDEO_ADDED = "camera-video-added",
  CAMERA_VIDEO_UPDATED = "camera-video-updated",
  CAMERA_VIDEO_REMOVED = "camera-video-removed",
  SCREEN_SHARE_ADDED = "screen-share-added",
  SCREEN_SHARE_REMOVED = "screen-share-removed",
  CONFERENCE_JOINED = "conference-joined",
  CONFERENCE_LEFT = "conference-left",
  PARTICIPANT_JOINING = "participant-joining",
  PARTICIPANT_JOINED = "participant-joined",
  PARTICIPANT_MUTED = "participant-muted",
  PARTICIPANT_UNMUTED = "participant-unmuted",
  PARTICIPANT_DEAF = "participant-deaf",
  PARTICIPANT_UNDEAF = "participant-undeaf",
  PARTICIPANT_BLINDED = "participant-blinded",
  PARTICIPANT_UNBLINDED = "participant-unblinded",
  STARTED_TALKING = "started-talking",
  STOPPED_TALKING = "stopped-talking",
  PARTICIPANT_STARTED_TALKING = "participant-started-talking",
  PARTICIPANT_STOPPED_TALKING = "participant-stopped-talking",
  PARTICIPANT_LEFT = "participant-left",
  PARTICIPANT_CAMERA_VIDEO_ADDED = "participant-camera-video-added",
  PARTICIPANT_CAMERA_VIDEO_REMOVED = "participant-camera-video-removed",
  PARTICIPANT_SCREEN_SHARE_ADDED = "participant-screen-share-added",
  PARTICIPANT_SCREEN_SHARE_REMOVED = "participant-screen-share-removed",
  PARTICIPANT_NETWORK_QUALITY_CHANGED = "participant-network-quality-changed",
  PARTICIPANT_DISCONNECTED = "participant-disconnected",
  PARTICIPANT_RECONNECTED = "participant-reconnected",
  ROLE_CHANGED = "role-changed",
  PARTICIPANT_ROLE_CHANGED = "participant-role-changed",
  TALKING_WHILE_MUTED = "talking-while-muted",
  ROOM_JOINED = "room-joined",
  ROOM_LEFT = "room-left",
  REMOTE_MUTED = "remote-muted",
  REMOTE_UNMUTED = "remote-unmuted",
  REMOTE_CAMERA_VIDEO_ADDED = "remote-camera-video-added",
  REMOTE_CAMERA_VIDEO_REMOVED = "remote-camera-video-removed",
  REMOTE_SCREEN_SHARE_ADDED = "remote-screen-share-added",
  REMOTE_SCREEN_SHARE_REMOVED = "remote-screen-share-removed",
  NETWORK_QUALITY_CHANGED = "network-quality-changed",
  REMOTE_NETWORK_QUALITY_CHANGED = "remote-network-quality-changed",
  REMOTE_DISCONNECTED = "remote-disconnected",
  REMOTE_RECONNECTED = "remote-reconnected",
  DIALOG_JOINED = "dialog-joined",
  DIALOG_LEFT = "dialog-left",
  RECONNECTING = "reconnecting",
  RECONNECTED = "reconnected",
  CALL_RECORDING_STARTED = "call-recording-started",
  CALL_RECORDING_STOPPED = "call-recording-stopped",
  CONFERENCE_RECORDING_STARTED = "conference-recording-started",
  CONFERENCE_RECORDING_STOPPED = "conference-recording-stopped",
  DIALOG_RECORDING_STARTED = "dialog-recording-started",
  DIALOG_RECORDING_STOPPED = "dialog-recording-stopped",
  ROOM_RECORDING_STARTED = "room-recording-started",
  MESSAGE_RECEIVED = "message-received",
  MACHINE_DETECTION_FINISHED = "machine-detection-finished",
  MACHINE_DETECTION_FAILED = "machine-detection-failed",
}

/** Comes with events that have nothing more to say. */
export type Nothing = Record<never, never>;

/** How sure a machine detection is of each kind, from 0 to 1. */
export interface ConfidenceRating {
  [key: string]: number;
}

/** What a handler of each event is given. */
export interface CallEvents {
  [CallsApiEvent.RINGING]: Nothing;
  [CallsApiEvent.EARLY_MEDIA]: { stream: MediaStream };
  [CallsApiEvent.ESTABLISHED]: { stream: MediaStream };
  [CallsApiEvent.HANGUP]: { errorCode: ErrorCode; totalMediaStats: TotalMediaStats };
  [CallsApiEvent.ERROR]: { errorCode: ErrorCode };
  [CallsApiEvent.CAMERA_VIDEO_ADDED]: { stream: MediaStream };
  [CallsApiEvent.CAMERA_VIDEO_UPDATED]: { stream: MediaStream };
  [CallsApiEvent.CAMERA_VIDEO_REMOVED]: { reason: VideoRemovalReason };
  [CallsApiEvent.SCREEN_SHARE_ADDED]: { stream: MediaStream };
  [CallsApiEvent.SCREEN_SHARE_REMOVED]: { reason: VideoRemovalReason };
  [CallsApiEvent.CONFERENCE_JOINED]: { id: string; name: string; participants: Participant[]; recordingType: RecordingType };
  [CallsApiEvent.CONFERENCE_LEFT]: { errorCode: ErrorCode };
  [CallsApiEvent.PARTICIPANT_JOINING]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_JOINED]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_MUTED]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_UNMUTED]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_DEAF]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_UNDEAF]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_BLINDED]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_UNBLINDED]: { participant: Participant };
  [CallsApiEvent.STARTED_TALKING]: Nothing;
  [CallsApiEvent.STOPPED_TALKING]: Nothing;
  [CallsApiEvent.PARTICIPANT_STARTED_TALKING]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_STOPPED_TALKING]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_LEFT]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED]: { participant: Participant; stream: MediaStream };
  [CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_REMOVED]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_SCREEN_SHARE_ADDED]: { participant: Participant; stream: MediaStream };
  [CallsApiEvent.PARTICIPANT_SCREEN_SHARE_REMOVED]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_NETWORK_QUALITY_CHANGED]: { participant: Participant; networkQuality: NetworkQuality };
  [CallsApiEvent.PARTICIPANT_DISCONNECTED]: { participant: Participant };
  [CallsApiEvent.PARTICIPANT_RECONNECTED]: { participant: Participant };
  [CallsApiEvent.ROLE_CHANGED]: { role: Role };
  [CallsApiEvent.PARTICIPANT_ROLE_CHANGED]: { participant: Participant };
  [CallsApiEvent.TALKING_WHILE_MUTED]: Nothing;
  [CallsApiEvent.ROOM_JOINED]: { id: string; name: string; participants: Participant[]; stream: MediaStream; recordingType: RecordingType };
  [CallsApiEvent.ROOM_LEFT]: { errorCode: ErrorCode; totalMediaStats: TotalMediaStats };
  [CallsApiEvent.REMOTE_MUTED]: Nothing;
  [CallsApiEvent.REMOTE_UNMUTED]: Nothing;
  [CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED]: { stream: MediaStream };
  [CallsApiEvent.REMOTE_CAMERA_VIDEO_REMOVED]: Nothing;
  [CallsApiEvent.REMOTE_SCREEN_SHARE_ADDED]: { stream: MediaStream };
  [CallsApiEvent.REMOTE_SCREEN_SHARE_REMOVED]: Nothing;
  [CallsApiEvent.NETWORK_QUALITY_CHANGED]: { networkQuality: NetworkQuality; currentMediaStats: CurrentMediaStats };
  [CallsApiEvent.REMOTE_NETWORK_QUALITY_CHANGED]: { networkQuality: NetworkQuality };
  [CallsApiEvent.REMOTE_DISCONNECTED]: Nothing;
  [CallsApiEvent.REMOTE_RECONNECTED]: Nothing;
  [CallsApiEvent.DIALOG_JOINED]: { id: string; remote: Participant; recordingType: RecordingType };
  [CallsApiEvent.DIALOG_LEFT]: { errorCode: ErrorCode };
  [CallsApiEvent.RECONNECTING]: Nothing;
  [CallsApiEvent.RECONNECTED]: Nothing;
  [CallsApiEvent.CALL_RECORDING_STARTED]: { recordingType: RecordingType };
  [CallsApiEvent.CALL_RECORDING_STOPPED]: Nothing;
  [CallsApiEvent.CONFERENCE_RECORDING_STARTED]: { recordingType: RecordingType };
  [CallsApiEvent.CONFERENCE_RECORDING_STOPPED]: Nothing;
  [CallsApiEvent.DIALOG_RECORDING_STARTED]: { recordingType: RecordingType };
  [CallsApiEvent.DIALOG_RECORDING_STOPPED]: Nothing;
  [CallsApiEvent.ROOM_RECORDING_STARTED]: { recordingType: RecordingType };
  [CallsApiEvent.MESSAGE_RECEIVED]: { message: string };
  [CallsApiEvent.MACHINE_DETECTION_FINISHED]: { detectionResult: string; confidenceRating: ConfidenceRating };
  [CallsApiEvent.MACHINE_DETECTION_FAILED]: { reason: string };
}

/** Events of every call between two parties. */
export type CallEventName =
  | CallsApiEvent.RINGING
  | CallsApiEvent.EARLY_MEDIA
  | CallsApiEvent.ESTABLISHED
  | CallsApiEvent.HANGUP
  | CallsApiEvent.ERROR
  | CallsApiEvent.TALKING_WHILE_MUTED
  | CallsApiEvent.NETWORK_QUALITY_CHANGED
  | CallsApiEvent.RECONNECTING
  | CallsApiEvent.RECONNECTED
  | CallsApiEvent.CALL_RECORDING_STARTED;

/** Events of a call to a telephone. */
export type PhoneCallEventName =
  | CallEventName
  | CallsApiEvent.MACHINE_DETECTION_FINISHED
  | CallsApiEvent.MACHINE_DETECTION_FAILED;

/** Events of a call between two clients. */
export type WebrtcCallEventName =
  | CallEventName
  | CallsApiEvent.CAMERA_VIDEO_ADDED
  | CallsApiEvent.CAMERA_VIDEO_UPDATED
  | CallsApiEvent.CAMERA_VIDEO_REMOVED
  | CallsApiEvent.SCREEN_SHARE_ADDED
  | CallsApiEvent.SCREEN_SHARE_REMOVED
  | CallsApiEvent.REMOTE_MUTED
  | CallsApiEvent.REMOTE_UNMUTED
  | CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED
  | CallsApiEvent.REMOTE_CAMERA_VIDEO_REMOVED
  | CallsApiEvent.REMOTE_SCREEN_SHARE_ADDED
  | CallsApiEvent.REMOTE_SCREEN_SHARE_REMOVED
  | CallsApiEvent.REMOTE_NETWORK_QUALITY_CHANGED
  | CallsApiEvent.REMOTE_DISCONNECTED
  | CallsApiEvent.REMOTE_RECONNECTED;

/** Events of calls with many participants. */
export type GatheringEventName =
  | CallsApiEvent.ERROR
  | CallsApiEvent.CAMERA_VIDEO_ADDED
  | CallsApiEvent.CAMERA_VIDEO_UPDATED
  | CallsApiEvent.CAMERA_VIDEO_REMOVED
  | CallsApiEvent.SCREEN_SHARE_ADDED
  | CallsApiEvent.SCREEN_SHARE_REMOVED
  | CallsApiEvent.PARTICIPANT_JOINING
  | CallsApiEvent.PARTICIPANT_JOINED
  | CallsApiEvent.PARTICIPANT_MUTED
  | CallsApiEvent.PARTICIPANT_UNMUTED
  | CallsApiEvent.PARTICIPANT_DEAF
  | CallsApiEvent.PARTICIPANT_UNDEAF
  | CallsApiEvent.PARTICIPANT_BLINDED
  | CallsApiEvent.PARTICIPANT_UNBLINDED
  | CallsApiEvent.STARTED_TALKING
  | CallsApiEvent.STOPPED_TALKING
  | CallsApiEvent.PARTICIPANT_STARTED_TALKING
  | CallsApiEvent.PARTICIPANT_STOPPED_TALKING
  | CallsApiEvent.PARTICIPANT_LEFT
  | CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED
  | CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_REMOVED
  | CallsApiEvent.PARTICIPANT_SCREEN_SHARE_ADDED
  | CallsApiEvent.PARTICIPANT_SCREEN_SHARE_REMOVED
  | CallsApiEvent.PARTICIPANT_NETWORK_QUALITY_CHANGED
  | CallsApiEvent.PARTICIPANT_DISCONNECTED
  | CallsApiEvent.PARTICIPANT_RECONNECTED
  | CallsApiEvent.TALKING_WHILE_MUTED
  | CallsApiEvent.NETWORK_QUALITY_CHANGED
  | CallsApiEvent.RECONNECTING
  | CallsApiEvent.RECONNECTED
  | CallsApiEvent.ROLE_CHANGED
  | CallsApiEvent.PARTICIPANT_ROLE_CHANGED;

/** Events of a room. */
export type RoomCallEventName =
  | GatheringEventName
  | CallsApiEvent.ROOM_JOINED
  | CallsApiEvent.ROOM_LEFT
  | CallsApiEvent.ROOM_RECORDING_STARTED;

/** Events of a call that an application conducts. */
export type ApplicationCallEventName =
  | CallEventName
  | GatheringEventName
  | CallsApiEvent.CONFERENCE_JOINED
  | CallsApiEvent.CONFERENCE_LEFT
  | CallsApiEvent.DIALOG_JOINED
  | CallsApiEvent.DIALOG_LEFT
  | CallsApiEvent.CALL_RECORDING_STOPPED
  | CallsApiEvent.CONFERENCE_RECORDING_STARTED
  | CallsApiEvent.CONFERENCE_RECORDING_STOPPED
  | CallsApiEvent.DIALOG_RECORDING_STARTED
  | CallsApiEvent.DIALOG_RECORDING_STOPPED
  | CallsApiEvent.MESSAGE_RECEIVED
  | CallsApiEvent.MACHINE_DETECTION_FINISHED
  | CallsApiEvent.MACHINE_DETECTION_FAILED;

/** Something that listens to one event, or to any of several. */
export type CallEventHandler<K extends CallsApiEvent> = (event: CallEvents[K]) => void;
