/** Types of each event and each handler by name, as namespaces. */

import type { ErrorCode } from "../call/error-codes.js";
import { type CallEvents, CallsApiEvent } from "./calls.js";
import type { RTCEvents, RingwayRTCEvent } from "./client.js";
import type { DataChannelEvent, DataChannelEventTypes } from "./data-channel.js";

export type AnyCallsApiEvent = CallEvents[CallsApiEvent];
export type AnyRingwayRTCEvent = RTCEvents[RingwayRTCEvent];
export type AnyDataChannelEvent = DataChannelEventTypes[DataChannelEvent];

/** Examples of the original write the enum's name in the plural. */
export const CallsApiEvents = CallsApiEvent;

export declare namespace CallsApiEvents {
  type RingingEvent = CallEvents[CallsApiEvent.RINGING];
  type EarlyMediaEvent = CallEvents[CallsApiEvent.EARLY_MEDIA];
  type EstablishedEvent = CallEvents[CallsApiEvent.ESTABLISHED];
  type HangupEvent = CallEvents[CallsApiEvent.HANGUP];
  type ErrorEvent = CallEvents[CallsApiEvent.ERROR];
  type CameraVideoAddedEvent = CallEvents[CallsApiEvent.CAMERA_VIDEO_ADDED];
  type CameraVideoUpdatedEvent = CallEvents[CallsApiEvent.CAMERA_VIDEO_UPDATED];
  type CameraVideoRemovedEvent = CallEvents[CallsApiEvent.CAMERA_VIDEO_REMOVED];
  type ScreenShareAddedEvent = CallEvents[CallsApiEvent.SCREEN_SHARE_ADDED];
  type ScreenShareRemovedEvent = CallEvents[CallsApiEvent.SCREEN_SHARE_REMOVED];
  type ConferenceJoinedEvent = CallEvents[CallsApiEvent.CONFERENCE_JOINED];
  type ConferenceLeftEvent = CallEvents[CallsApiEvent.CONFERENCE_LEFT];
  type ParticipantJoiningEvent = CallEvents[CallsApiEvent.PARTICIPANT_JOINING];
  type ParticipantJoinedEvent = CallEvents[CallsApiEvent.PARTICIPANT_JOINED];
  type ParticipantMutedEvent = CallEvents[CallsApiEvent.PARTICIPANT_MUTED];
  type ParticipantUnmutedEvent = CallEvents[CallsApiEvent.PARTICIPANT_UNMUTED];
  type ParticipantDeafEvent = CallEvents[CallsApiEvent.PARTICIPANT_DEAF];
  type ParticipantUndeafEvent = CallEvents[CallsApiEvent.PARTICIPANT_UNDEAF];
  type ParticipantBlindedEvent = CallEvents[CallsApiEvent.PARTICIPANT_BLINDED];
  type ParticipantUnblindedEvent = CallEvents[CallsApiEvent.PARTICIPANT_UNBLINDED];
  type StartedTalkingEvent = CallEvents[CallsApiEvent.STARTED_TALKING];
  type StoppedTalkingEvent = CallEvents[CallsApiEvent.STOPPED_TALKING];
  type ParticipantStartedTalkingEvent = CallEvents[CallsApiEvent.PARTICIPANT_STARTED_TALKING];
  type ParticipantStoppedTalkingEvent = CallEvents[CallsApiEvent.PARTICIPANT_STOPPED_TALKING];
  type ParticipantLeftEvent = CallEvents[CallsApiEvent.PARTICIPANT_LEFT];
  type ParticipantCameraVideoAddedEvent = CallEvents[CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED];
  type ParticipantCameraVideoRemovedEvent = CallEvents[CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_REMOVED];
  type ParticipantScreenShareAddedEvent = CallEvents[CallsApiEvent.PARTICIPANT_SCREEN_SHARE_ADDED];
  type ParticipantScreenShareRemovedEvent = CallEvents[CallsApiEvent.PARTICIPANT_SCREEN_SHARE_REMOVED];
  type ParticipantNetworkQualityChangedEvent = CallEvents[CallsApiEvent.PARTICIPANT_NETWORK_QUALITY_CHANGED];
  type ParticipantDisconnectedEvent = CallEvents[CallsApiEvent.PARTICIPANT_DISCONNECTED];
  type ParticipantReconnectedEvent = CallEvents[CallsApiEvent.PARTICIPANT_RECONNECTED];
  type RoleChangedEvent = CallEvents[CallsApiEvent.ROLE_CHANGED];
  type ParticipantRoleChangedEvent = CallEvents[CallsApiEvent.PARTICIPANT_ROLE_CHANGED];
  type TalkingWhileMutedEvent = CallEvents[CallsApiEvent.TALKING_WHILE_MUTED];
  type RoomJoinedEvent = CallEvents[CallsApiEvent.ROOM_JOINED];
  type RoomLeftEvent = CallEvents[CallsApiEvent.ROOM_LEFT];
  type RemoteMutedEvent = CallEvents[CallsApiEvent.REMOTE_MUTED];
  type RemoteUnmutedEvent = CallEvents[CallsApiEvent.REMOTE_UNMUTED];
  type RemoteCameraVideoAddedEvent = CallEvents[CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED];
  type RemoteCameraVideoRemovedEvent = CallEvents[CallsApiEvent.REMOTE_CAMERA_VIDEO_REMOVED];
  type RemoteScreenShareAddedEvent = CallEvents[CallsApiEvent.REMOTE_SCREEN_SHARE_ADDED];
  type RemoteScreenShareRemovedEvent = CallEvents[CallsApiEvent.REMOTE_SCREEN_SHARE_REMOVED];
  type NetworkQualityChangedEvent = CallEvents[CallsApiEvent.NETWORK_QUALITY_CHANGED];
  type RemoteNetworkQualityChangedEvent = CallEvents[CallsApiEvent.REMOTE_NETWORK_QUALITY_CHANGED];
  type RemoteDisconnectedEvent = CallEvents[CallsApiEvent.REMOTE_DISCONNECTED];
  type RemoteReconnectedEvent = CallEvents[CallsApiEvent.REMOTE_RECONNECTED];
  type DialogJoinedEvent = CallEvents[CallsApiEvent.DIALOG_JOINED];
  type DialogLeftEvent = CallEvents[CallsApiEvent.DIALOG_LEFT];
  type ReconnectingEvent = CallEvents[CallsApiEvent.RECONNECTING];
  type ReconnectedEvent = CallEvents[CallsApiEvent.RECONNECTED];
  type CallRecordingStartedEvent = CallEvents[CallsApiEvent.CALL_RECORDING_STARTED];
  type CallRecordingStoppedEvent = CallEvents[CallsApiEvent.CALL_RECORDING_STOPPED];
  type ConferenceRecordingStartedEvent = CallEvents[CallsApiEvent.CONFERENCE_RECORDING_STARTED];
  type ConferenceRecordingStoppedEvent = CallEvents[CallsApiEvent.CONFERENCE_RECORDING_STOPPED];
  type DialogRecordingStartedEvent = CallEvents[CallsApiEvent.DIALOG_RECORDING_STARTED];
  type DialogRecordingStoppedEvent = CallEvents[CallsApiEvent.DIALOG_RECORDING_STOPPED];
  type RoomRecordingStartedEvent = CallEvents[CallsApiEvent.ROOM_RECORDING_STARTED];
  type MessageReceivedEvent = CallEvents[CallsApiEvent.MESSAGE_RECEIVED];
  type MachineDetectionFinishedEvent = CallEvents[CallsApiEvent.MACHINE_DETECTION_FINISHED];
  type MachineDetectionFailedEvent = CallEvents[CallsApiEvent.MACHINE_DETECTION_FAILED];
  type ConferenceFinishedEvent = { errorCode: ErrorCode };
}

export declare namespace CallsEventHandlers {
  type Ringing = (event: CallsApiEvents.RingingEvent) => void;
  type EarlyMedia = (event: CallsApiEvents.EarlyMediaEvent) => void;
  type Established = (event: CallsApiEvents.EstablishedEvent) => void;
  type Hangup = (event: CallsApiEvents.HangupEvent) => void;
  type Error = (event: CallsApiEvents.ErrorEvent) => void;
  type CameraVideoAdded = (event: CallsApiEvents.CameraVideoAddedEvent) => void;
  type CameraVideoUpdated = (event: CallsApiEvents.CameraVideoUpdatedEvent) => void;
  type CameraVideoRemoved = (event: CallsApiEvents.CameraVideoRemovedEvent) => void;
  type ScreenShareAdded = (event: CallsApiEvents.ScreenShareAddedEvent) => void;
  type ScreenShareRemoved = (event: CallsApiEvents.ScreenShareRemovedEvent) => void;
  type ConferenceJoined = (event: CallsApiEvents.ConferenceJoinedEvent) => void;
  type ConferenceLeft = (event: CallsApiEvents.ConferenceLeftEvent) => void;
  type ParticipantJoining = (event: CallsApiEvents.ParticipantJoiningEvent) => void;
  type ParticipantJoined = (event: CallsApiEvents.ParticipantJoinedEvent) => void;
  type ParticipantMuted = (event: CallsApiEvents.ParticipantMutedEvent) => void;
  type ParticipantUnmuted = (event: CallsApiEvents.ParticipantUnmutedEvent) => void;
  type ParticipantDeaf = (event: CallsApiEvents.ParticipantDeafEvent) => void;
  type ParticipantUndeaf = (event: CallsApiEvents.ParticipantUndeafEvent) => void;
  type ParticipantBlinded = (event: CallsApiEvents.ParticipantBlindedEvent) => void;
  type ParticipantUnblinded = (event: CallsApiEvents.ParticipantUnblindedEvent) => void;
  type StartedTalking = (event: CallsApiEvents.StartedTalkingEvent) => void;
  type StoppedTalking = (event: CallsApiEvents.StoppedTalkingEvent) => void;
  type ParticipantStartedTalking = (event: CallsApiEvents.ParticipantStartedTalkingEvent) => void;
  type ParticipantStoppedTalking = (event: CallsApiEvents.ParticipantStoppedTalkingEvent) => void;
  type ParticipantLeft = (event: CallsApiEvents.ParticipantLeftEvent) => void;
  type ParticipantCameraVideoAdded = (event: CallsApiEvents.ParticipantCameraVideoAddedEvent) => void;
  type ParticipantCameraVideoRemoved = (event: CallsApiEvents.ParticipantCameraVideoRemovedEvent) => void;
  type ParticipantScreenShareAdded = (event: CallsApiEvents.ParticipantScreenShareAddedEvent) => void;
  type ParticipantScreenShareRemoved = (event: CallsApiEvents.ParticipantScreenShareRemovedEvent) => void;
  type ParticipantNetworkQualityChanged = (event: CallsApiEvents.ParticipantNetworkQualityChangedEvent) => void;
  type ParticipantDisconnected = (event: CallsApiEvents.ParticipantDisconnectedEvent) => void;
  type ParticipantReconnected = (event: CallsApiEvents.ParticipantReconnectedEvent) => void;
  type RoleChanged = (event: CallsApiEvents.RoleChangedEvent) => void;
  type ParticipantRoleChanged = (event: CallsApiEvents.ParticipantRoleChangedEvent) => void;
  type TalkingWhileMuted = (event: CallsApiEvents.TalkingWhileMutedEvent) => void;
  type RoomJoined = (event: CallsApiEvents.RoomJoinedEvent) => void;
  type RoomLeft = (event: CallsApiEvents.RoomLeftEvent) => void;
  type RemoteMuted = (event: CallsApiEvents.RemoteMutedEvent) => void;
  type RemoteUnmuted = (event: CallsApiEvents.RemoteUnmutedEvent) => void;
  type RemoteCameraVideoAdded = (event: CallsApiEvents.RemoteCameraVideoAddedEvent) => void;
  type RemoteCameraVideoRemoved = (event: CallsApiEvents.RemoteCameraVideoRemovedEvent) => void;
  type RemoteScreenShareAdded = (event: CallsApiEvents.RemoteScreenShareAddedEvent) => void;
  type RemoteScreenShareRemoved = (event: CallsApiEvents.RemoteScreenShareRemovedEvent) => void;
  type NetworkQualityChanged = (event: CallsApiEvents.NetworkQualityChangedEvent) => void;
  type RemoteNetworkQualityChanged = (event: CallsApiEvents.RemoteNetworkQualityChangedEvent) => void;
  type RemoteDisconnected = (event: CallsApiEvents.RemoteDisconnectedEvent) => void;
  type RemoteReconnected = (event: CallsApiEvents.RemoteReconnectedEvent) => void;
  type DialogJoined = (event: CallsApiEvents.DialogJoinedEvent) => void;
  type DialogLeft = (event: CallsApiEvents.DialogLeftEvent) => void;
  type Reconnecting = (event: CallsApiEvents.ReconnectingEvent) => void;
  type Reconnected = (event: CallsApiEvents.ReconnectedEvent) => void;
  type CallRecordingStarted = (event: CallsApiEvents.CallRecordingStartedEvent) => void;
  type CallRecordingStopped = (event: CallsApiEvents.CallRecordingStoppedEvent) => void;
  type ConferenceRecordingStarted = (event: CallsApiEvents.ConferenceRecordingStartedEvent) => void;
  type ConferenceRecordingStopped = (event: CallsApiEvents.ConferenceRecordingStoppedEvent) => void;
  type DialogRecordingStarted = (event: CallsApiEvents.DialogRecordingStartedEvent) => void;
  type DialogRecordingStopped = (event: CallsApiEvents.DialogRecordingStoppedEvent) => void;
  type RoomRecordingStarted = (event: CallsApiEvents.RoomRecordingStartedEvent) => void;
  type MessageReceived = (event: CallsApiEvents.MessageReceivedEvent) => void;
  type MachineDetectionFinished = (event: CallsApiEvents.MachineDetectionFinishedEvent) => void;
  type MachineDetectionFailed = (event: CallsApiEvents.MachineDetectionFailedEvent) => void;
  type ConferenceFinished = (event: CallsApiEvents.ConferenceFinishedEvent) => void;
}

export declare namespace RingwayRTCEvents {
  type ConnectedEvent = RTCEvents[RingwayRTCEvent.CONNECTED];
  type ReconnectingEvent = RTCEvents[RingwayRTCEvent.RECONNECTING];
  type ReconnectedEvent = RTCEvents[RingwayRTCEvent.RECONNECTED];
  type DisconnectedEvent = RTCEvents[RingwayRTCEvent.DISCONNECTED];
  type IncomingApplicationCallEvent = RTCEvents[RingwayRTCEvent.INCOMING_APPLICATION_CALL];
  type IncomingWebrtcCallEvent = RTCEvents[RingwayRTCEvent.INCOMING_WEBRTC_CALL];
  type PeopleChangedEvent = RTCEvents[RingwayRTCEvent.PEOPLE_CHANGED];
}

export declare namespace RingwayRTCEventHandlers {
  type Connected = (event: RingwayRTCEvents.ConnectedEvent) => void;
  type Reconnecting = (event: RingwayRTCEvents.ReconnectingEvent) => void;
  type Reconnected = (event: RingwayRTCEvents.ReconnectedEvent) => void;
  type Disconnected = (event: RingwayRTCEvents.DisconnectedEvent) => void;
  type IncomingApplicationCall = (event: RingwayRTCEvents.IncomingApplicationCallEvent) => void;
  type IncomingWebrtcCall = (event: RingwayRTCEvents.IncomingWebrtcCallEvent) => void;
  type PeopleChanged = (event: RingwayRTCEvents.PeopleChangedEvent) => void;
}

export declare namespace DataChannelEvents {
  type TextDeliveredEvent = DataChannelEventTypes[DataChannelEvent.TEXT_DELIVERED_EVENT];
  type TextReceivedEvent = DataChannelEventTypes[DataChannelEvent.TEXT_RECEIVED_EVENT];
  type BroadcastTextReceivedEvent = DataChannelEventTypes[DataChannelEvent.BROADCAST_TEXT_RECEIVED_EVENT];
}

export declare namespace DataChannelEventHandlers {
  type TextDelivered = (event: DataChannelEvents.TextDeliveredEvent) => void;
  type TextReceived = (event: DataChannelEvents.TextReceivedEvent) => void;
  type BroadcastTextReceived = (event: DataChannelEvents.BroadcastTextReceivedEvent) => void;
}
