/** One model over a call between two and over a room: what is seen, and what can be done. */

import {
  CallError,
  CallStatus,
  CameraOrientation,
  type ErrorCode,
  type RoomCall,
  type WebrtcCall,
  WebrtcEndpoint,
} from "ringway-rtc";
import { codeOf } from "./chat.js";
import { followCall, followRoom, followTexts, nameOf } from "./following.js";
import { people } from "./seats.js";
import { type Act, begin, type Hint, type News, next, type Phase, type View } from "./view.js";

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

/** None of the acts throws: what fails is told by the view's `trouble`. */
export interface Conversation {
  /** Hear of every change; returns how to stop. */
  subscribe(this: void, listener: () => void): () => void;
  /** Immutable; the same value until something changes. */
  snapshot(this: void): View;
  mute(on: boolean): void;
  /** Be heard while muted, as long as a key is held. */
  talk(held: boolean): void;
  camera(on: boolean): void;
  share(on: boolean): void;
  /** End the call, or leave the room. */
  hangup(): void;
  /** Undefined for whichever the system has chosen. */
  chooseMicrophone(deviceId: string | undefined): void;
  chooseCamera(deviceId: string | undefined): void;
  /** Write to all, or to everybody of this identity. */
  say(text: string, to?: string): void;
  /** The texts are being read, or not any more. */
  openChat(open: boolean): void;
  hint(hint: Hint): void;
  failed(act: Act, code: string): void;
  /** What went wrong was read. */
  dismiss(): void;
}

type Either = WebrtcCall | RoomCall;

/** Follow a call that was just made or accepted, or a room that is being joined. */
export function conversationOf(call: Either, names: Names): Conversation {
  const title = isRoom(call) ? call.name() : (names.other ?? nameOf(call.counterpart()));
  return new Followed(call, title, names.me);
}

class Followed implements Conversation {
  readonly #call: Either;
  readonly #listeners = new Set<() => void>();
  #view: View;
  #said = 0;
  /** The microphone is open only while a key is held. */
  #isHeld = false;
  /** Keys of our texts, by the ids that the SDK has given them. */
  readonly #keys = new Map<string, string>();

  constructor(call: Either, title: string, me: string) {
    this.#call = call;
    const hasChat = (call.dataChannel() as unknown) !== undefined;
    const kind = isRoom(call) ? "room" : "call";
    this.#view = begin({ kind, title, phase: phaseOf(call), me, isMuted: call.muted(), hasChat });
    const tell = (news: News): void => this.#tell(news);
    const seconds = (): number | null => (this.#view.since === null ? null : call.duration());
    if (isRoom(call)) followRoom(call, tell, seconds);
    else followCall(call, title, tell, seconds);
    followTexts(call, tell, (id) => this.#keys.get(id));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): View => this.#view;

  mute(on: boolean): void {
    void this.#act("microphone", () => this.#call.mute(on));
    this.#hearOwnMute();
  }

  talk(held: boolean): void {
    if (held === this.#isHeld || (held && !this.#call.muted())) return;
    this.#isHeld = held;
    this.mute(!held);
  }

  camera(on: boolean): void {
    void this.#act("camera", () => this.#call.cameraVideo(on));
  }

  share(on: boolean): void {
    void this.#act("screen", () => this.#call.screenShare(on));
  }

  hangup(): void {
    if (isRoom(this.#call)) this.#call.leave();
    else this.#call.hangup();
  }

  chooseMicrophone(deviceId: string | undefined): void {
    // To the SDK "" is any microphone.
    void this.#act("microphone", () => this.#call.setAudioInputDevice(deviceId ?? ""));
  }

  chooseCamera(deviceId: string | undefined): void {
    const change = (): Promise<void> =>
      deviceId === undefined
        ? this.#call.setCameraOrientation(CameraOrientation.FRONT)
        : this.#call.setVideoInputDevice(deviceId);
    void this.#act("camera", change);
  }

  say(text: string, to?: string): void {
    this.#said += 1;
    const key = `mine ${this.#said}`;
    const only = to === undefined ? undefined : this.#name(to);
    this.#tell({ t: "say", text: { key, only, text, at: Date.now() } });
    const whom = to === undefined ? undefined : new WebrtcEndpoint(to);
    this.#call.dataChannel().send(text, whom).then(
      (id) => this.#keys.set(id, key),
      (error: unknown) => this.#tell({ t: "fate", key, fate: "failed", code: codeOf(error) }),
    );
  }

  openChat(open: boolean): void {
    this.#tell({ t: "chat", open });
  }

  hint(hint: Hint): void {
    this.#tell({ t: "hint", hint });
  }

  failed(act: Act, code: string): void {
    this.#tell({ t: "failed", act, code });
  }

  dismiss(): void {
    this.#tell({ t: "dismiss" });
  }

  /** Do it, and tell when it is done, or why it is not. */
  async #act(act: Act, change: () => Promise<void>): Promise<void> {
    this.#tell({ t: "dismiss" });
    this.#tell({ t: "pending", act, on: true });
    try {
      await change();
    } catch (error) {
      this.#tell({ t: "failed", act, code: error instanceof CallError ? error.errorCode.name : "UNKNOWN" });
    }
    this.#tell({ t: "pending", act, on: false });
    this.#hearOwnMute();
  }

  #hearOwnMute(): void {
    this.#tell({ t: "me", to: { isMuted: this.#call.muted() } });
  }

  #tell(news: News): void {
    const view = next(this.#view, news);
    if (view === this.#view) return;
    this.#view = view;
    for (const listener of [...this.#listeners]) listener();
  }

  #name(identity: string): string {
    return people(this.#view.seats).find((person) => person.identity === identity)?.name ?? identity;
  }
}

function isRoom(call: Either): call is RoomCall {
  return "leave" in call;
}

function phaseOf(call: Either): Exclude<Phase, "live"> {
  return isRoom(call) || call.status() === CallStatus.CONNECTING ? "connecting" : "calling";
}
