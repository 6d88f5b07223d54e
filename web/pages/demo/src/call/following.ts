/** What the SDK tells of a call, a room and its texts, as news for the view. */

import {
  CallsApiEvent,
  DataChannelEvent,
  type Endpoint,
  type ErrorCode,
  type Participant,
  type RoomCall,
  State,
  type WebrtcCall,
} from "ringway-rtc";
import { type Arrival, type Level, type News, OTHER } from "./view.js";
import { followVoice } from "./voice.js";

export type Tell = (news: News) => void;

/** How long it lasted, in seconds; null if nobody talked. */
type Seconds = () => number | null;

export function nameOf({ displayIdentifier, identifier }: Endpoint): string {
  return displayIdentifier ?? identifier;
}

/** Follow a call between two; the other side is called `name`. */
export function followCall(call: WebrtcCall, name: string, tell: Tell, seconds: Seconds): void {
  const { identifier } = call.counterpart();
  const other: Arrival = { id: OTHER, identity: identifier, name, isMuted: false, isAway: false };
  const change = (to: Extract<News, { t: "changed" }>["to"]): void => tell({ t: "changed", id: OTHER, to });
  let quiet: (() => void) | undefined;
  followOwn(call, tell);
  call.on(CallsApiEvent.RINGING, () => tell({ t: "phase", phase: "ringing" }));
  call.on(CallsApiEvent.ESTABLISHED, ({ stream }) => {
    tell({ t: "live", at: Date.now(), sound: stream, people: [other] });
    quiet = followVoice(stream, (isTalking) => change({ isTalking }));
  });
  call.on(CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED, ({ stream }) => change({ camera: stream }));
  call.on(CallsApiEvent.REMOTE_CAMERA_VIDEO_REMOVED, () => change({ camera: null }));
  call.on(CallsApiEvent.REMOTE_SCREEN_SHARE_ADDED, ({ stream }) => tell({ t: "screen", id: OTHER, stream }));
  call.on(CallsApiEvent.REMOTE_SCREEN_SHARE_REMOVED, () => tell({ t: "screen", id: OTHER, stream: null }));
  call.on(CallsApiEvent.REMOTE_MUTED, () => change({ isMuted: true }));
  call.on(CallsApiEvent.REMOTE_UNMUTED, () => change({ isMuted: false }));
  call.on(CallsApiEvent.REMOTE_DISCONNECTED, () => change({ isAway: true }));
  call.on(CallsApiEvent.REMOTE_RECONNECTED, () => change({ isAway: false }));
  call.on(CallsApiEvent.REMOTE_NETWORK_QUALITY_CHANGED, ({ networkQuality }) => change({ network: levelOf(networkQuality) }));
  call.on(CallsApiEvent.HANGUP, ({ errorCode }) => {
    quiet?.();
    tell({ t: "ended", errorCode, duration: seconds() });
  });
}

/** Follow a room. */
export function followRoom(room: RoomCall, tell: Tell, seconds: Seconds): void {
  const talking = (isTalking: boolean) => ({ participant }: { participant: Participant }) =>
    tell({ t: "changed", id: participant.callId, to: { isTalking } });
  const came = ({ participant }: { participant: Participant }): void => tell({ t: "came", person: arrival(participant) });
  followOwn(room, tell);
  room.on(CallsApiEvent.ROOM_JOINED, ({ stream, participants }) =>
    tell({ t: "live", at: Date.now(), sound: stream, people: participants.filter(({ state }) => state === State.JOINED).map(arrival) }),
  );
  room.on(CallsApiEvent.PARTICIPANT_JOINED, came);
  room.on(CallsApiEvent.PARTICIPANT_LEFT, ({ participant }) => tell({ t: "left", id: participant.callId }));
  // Each of these is told when it is so already.
  for (const event of [
    CallsApiEvent.PARTICIPANT_MUTED,
    CallsApiEvent.PARTICIPANT_UNMUTED,
    CallsApiEvent.PARTICIPANT_DISCONNECTED,
    CallsApiEvent.PARTICIPANT_RECONNECTED,
  ] as const) {
    room.on(event, ({ participant }) => {
      if (participant.state === State.JOINED) came({ participant });
    });
  }
  room.on(CallsApiEvent.PARTICIPANT_STARTED_TALKING, talking(true));
  room.on(CallsApiEvent.PARTICIPANT_STOPPED_TALKING, talking(false));
  room.on(CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED, ({ participant, stream }) => {
    came({ participant });
    tell({ t: "changed", id: participant.callId, to: { camera: stream } });
  });
  room.on(CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_REMOVED, ({ participant }) =>
    tell({ t: "changed", id: participant.callId, to: { camera: null } }),
  );
  room.on(CallsApiEvent.PARTICIPANT_SCREEN_SHARE_ADDED, ({ participant, stream }) => {
    came({ participant });
    tell({ t: "screen", id: participant.callId, stream });
  });
  room.on(CallsApiEvent.PARTICIPANT_SCREEN_SHARE_REMOVED, ({ participant }) =>
    tell({ t: "screen", id: participant.callId, stream: null }),
  );
  room.on(CallsApiEvent.PARTICIPANT_NETWORK_QUALITY_CHANGED, ({ participant, networkQuality }) =>
    tell({ t: "changed", id: participant.callId, to: { network: levelOf(networkQuality) } }),
  );
  room.on(CallsApiEvent.STARTED_TALKING, () => tell({ t: "me", to: { isTalking: true } }));
  room.on(CallsApiEvent.STOPPED_TALKING, () => tell({ t: "me", to: { isTalking: false } }));
  room.on(CallsApiEvent.ROOM_LEFT, ({ errorCode }) => tell({ t: "ended", errorCode, duration: seconds() }));
}

/** Follow the texts beside either, if there are any. `keyOf` knows our own by the SDK's id. */
export function followTexts(call: WebrtcCall | RoomCall, tell: Tell, keyOf: (id: string) => string | undefined): void {
  const channel = call.dataChannel() as ReturnType<typeof call.dataChannel> | undefined;
  let heard = 0;
  channel?.on(DataChannelEvent.TEXT_RECEIVED_EVENT, ({ text, from, isDirect, date }) => {
    heard += 1;
    const only = isDirect ? { only: null } : { only: undefined };
    tell({ t: "text", text: { key: `heard ${heard}`, from: nameOf(from), ...only, text, at: date.getTime() } });
  });
  channel?.on(DataChannelEvent.TEXT_DELIVERED_EVENT, ({ id, delivered }) => {
    const key = keyOf(id);
    if (key !== undefined) tell({ t: "fate", key, fate: delivered ? "delivered" : "failed" });
  });
}

type Brings = CallsApiEvent.CAMERA_VIDEO_ADDED | CallsApiEvent.CAMERA_VIDEO_UPDATED | CallsApiEvent.SCREEN_SHARE_ADDED;
type Says =
  | CallsApiEvent.CAMERA_VIDEO_REMOVED
  | CallsApiEvent.SCREEN_SHARE_REMOVED
  | CallsApiEvent.RECONNECTING
  | CallsApiEvent.RECONNECTED
  | CallsApiEvent.TALKING_WHILE_MUTED;

/** What both kinds tell alike of our own side. */
interface TellsOwn {
  on(name: Brings, handler: (event: { stream: MediaStream }) => void): void;
  on(name: Says, handler: () => void): void;
  on(name: CallsApiEvent.NETWORK_QUALITY_CHANGED, handler: (event: { networkQuality: number }) => void): void;
  on(name: CallsApiEvent.ERROR, handler: (event: { errorCode: ErrorCode }) => void): void;
}

function followOwn(call: TellsOwn, tell: Tell): void {
  call.on(CallsApiEvent.CAMERA_VIDEO_ADDED, ({ stream }) => tell({ t: "me", to: { camera: stream } }));
  call.on(CallsApiEvent.CAMERA_VIDEO_UPDATED, ({ stream }) => tell({ t: "me", to: { camera: stream } }));
  call.on(CallsApiEvent.CAMERA_VIDEO_REMOVED, () => tell({ t: "me", to: { camera: null } }));
  call.on(CallsApiEvent.SCREEN_SHARE_ADDED, ({ stream }) => tell({ t: "my-screen", stream }));
  call.on(CallsApiEvent.SCREEN_SHARE_REMOVED, () => tell({ t: "my-screen", stream: null }));
  call.on(CallsApiEvent.NETWORK_QUALITY_CHANGED, ({ networkQuality }) => tell({ t: "me", to: { network: levelOf(networkQuality) } }));
  call.on(CallsApiEvent.RECONNECTING, () => tell({ t: "lost", at: Date.now() }));
  call.on(CallsApiEvent.RECONNECTED, () => tell({ t: "found" }));
  call.on(CallsApiEvent.TALKING_WHILE_MUTED, () => tell({ t: "hint", hint: "muted-talk" }));
  // What was asked for and fails is told once more, by its promise, which knows what it was.
  call.on(CallsApiEvent.ERROR, ({ errorCode }) => tell({ t: "failed", act: "device", code: errorCode.name }));
}

function arrival({ callId, endpoint, media, disconnected }: Participant): Arrival {
  return { id: callId, identity: endpoint.identifier, name: nameOf(endpoint), isMuted: media.audio.muted, isAway: disconnected };
}

/** The SDK's levels are these numbers. */
function levelOf(quality: number): Level {
  return quality as Level;
}
