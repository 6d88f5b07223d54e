/** One model over a call between two and over a room: what is seen, and what can be done. */

import { CallsApiEvent, type ErrorCode, type RoomCall, type WebrtcCall } from "ringway-rtc";

/** What a finished call or room leaves behind. */
export interface Ended {
  /** The other side's name, or the room's. */
  readonly who: string;
  readonly room: boolean;
  readonly errorCode: ErrorCode;
  /** Seconds; null if nobody talked. */
  readonly duration: number | null;
}

/** What people are called. */
export interface Names {
  readonly me: string;
  /** The other side's; a room has its own. */
  readonly other?: string;
}

export interface View {
  readonly title: string;
  readonly kind: "call" | "room";
  readonly phase: "calling" | "ringing" | "connecting" | "live";
  /** When talking began, in ms since 1970. */
  readonly since: number | null;
  readonly sound: MediaStream | null;
  readonly mine: MediaStream | null;
  readonly theirs: MediaStream | null;
  readonly isMuted: boolean;
  readonly isOtherMuted: boolean;
  readonly isSharing: boolean;
  readonly trouble: string | null;
  readonly ended: { readonly errorCode: ErrorCode; readonly duration: number | null } | null;
}

export interface Conversation {
  subscribe(this: void, listener: () => void): () => void;
  /** Immutable; the same value until something changes. */
  snapshot(this: void): View;
  mute(on: boolean): void;
  camera(on: boolean): void;
  share(on: boolean): void;
  hangup(): void;
}

/** Follow a call that was just made or accepted, or a room that is being joined. */
export function conversationOf(call: WebrtcCall | RoomCall, names: Names): Conversation {
  const isRoom = "leave" in call;
  const listeners = new Set<() => void>();
  let view: View = {
    title: isRoom ? call.name() : (names.other ?? call.counterpart().identifier),
    kind: isRoom ? "room" : "call",
    phase: "calling",
    since: null,
    sound: null,
    mine: null,
    theirs: null,
    isMuted: false,
    isOtherMuted: false,
    isSharing: false,
    trouble: null,
    ended: null,
  };
  const put = (change: Partial<View>): void => {
    view = { ...view, ...change };
    for (const listener of listeners) listener();
  };
  const live = (sound: MediaStream): void => put({ phase: "live", since: Date.now(), sound });
  const over = (errorCode: ErrorCode): void =>
    put({ ended: { errorCode, duration: view.since === null ? null : call.duration() } });
  if (isRoom) {
    call.on(CallsApiEvent.ROOM_JOINED, ({ stream }) => live(stream));
    call.on(CallsApiEvent.ROOM_LEFT, ({ errorCode }) => over(errorCode));
    call.on(CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED, ({ stream }) => put({ theirs: stream }));
    call.on(CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_REMOVED, () => put({ theirs: null }));
    follow(call as never);
  } else {
    call.on(CallsApiEvent.RINGING, () => put({ phase: "ringing" }));
    call.on(CallsApiEvent.ESTABLISHED, ({ stream }) => live(stream));
    call.on(CallsApiEvent.HANGUP, ({ errorCode }) => over(errorCode));
    call.on(CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED, ({ stream }) => put({ theirs: stream }));
    call.on(CallsApiEvent.REMOTE_CAMERA_VIDEO_REMOVED, () => put({ theirs: null }));
    call.on(CallsApiEvent.REMOTE_MUTED, () => put({ isOtherMuted: true }));
    call.on(CallsApiEvent.REMOTE_UNMUTED, () => put({ isOtherMuted: false }));
    follow(call as never);
  }

  function follow(either: { on: WebrtcCall["on"] & RoomCall["on"] }): void {
    either.on(CallsApiEvent.CAMERA_VIDEO_ADDED, ({ stream }) => put({ mine: stream }));
    either.on(CallsApiEvent.CAMERA_VIDEO_UPDATED, ({ stream }) => put({ mine: stream }));
    either.on(CallsApiEvent.CAMERA_VIDEO_REMOVED, () => put({ mine: null }));
    either.on(CallsApiEvent.SCREEN_SHARE_ADDED, () => put({ isSharing: true }));
    either.on(CallsApiEvent.SCREEN_SHARE_REMOVED, () => put({ isSharing: false }));
    either.on(CallsApiEvent.ERROR, ({ errorCode }) => put({ trouble: errorCode.name }));
  }

  /** What fails is told by ERROR. */
  const act = (done: Promise<void>): void => void done.catch(() => undefined).finally(() => put({ isMuted: call.muted() }));
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => view,
    mute: (on) => act(call.mute(on)),
    camera: (on) => act(call.cameraVideo(on)),
    share: (on) => act(call.screenShare(on)),
    hangup: () => (isRoom ? call.leave() : call.hangup()),
  };
}
