/** Where a visitor is on the page, and the ways from there: enter, call, be called, end. */

import {
  AudioOptions,
  CallsApiEvent,
  type IncomingWebrtcCall,
  type RingwayRTC,
  RingwayRTCEvent,
  RoomCallOptions,
  type RoomCall,
  type WebrtcCall,
  WebrtcCallOptions,
} from "ringway-rtc";
import { type Conversation, conversationOf, type Ended } from "../call/conversation.js";
import { release, type Taken, troublesOf, type Wanted } from "../devices/take.js";
import type { Trouble, Which } from "../devices/trouble.js";
import { type People, watchPeople } from "../people/presence.js";
import type { Sharing } from "../sharing/link.js";
import { NotLetIn, type Refusal, type Visit } from "./visit.js";

/** What a person brings to a call. */
export interface Way {
  readonly audio: boolean;
  readonly video: boolean;
}

/** Something that needs microphone or camera. */
export type Wish =
  | { readonly to: "call"; readonly identity: string; readonly who: string; readonly way: Way }
  | { readonly to: "join"; readonly room: string; readonly way: Way }
  | { readonly to: "accept"; readonly way: Way };

export type Screen =
  | { readonly at: "entry" }
  | { readonly at: "lobby" }
  | { readonly at: "room"; readonly room: string }
  | { readonly at: "incoming"; readonly call: IncomingWebrtcCall; readonly who: string }
  /** `room` is null in a call between two. */
  | { readonly at: "call"; readonly conversation: Conversation; readonly room: string | null }
  | { readonly at: "ended"; readonly ended: Ended };

export type Connection =
  | { readonly state: "none" | "connecting" | "online" }
  /** `since` is in ms since 1970. */
  | { readonly state: "reconnecting"; readonly since: number }
  | { readonly state: "offline"; readonly reason: string };

/** A wish that waits because a device can't be used. */
export interface Gate {
  readonly wish: Wish;
  readonly troubles: Partial<Record<Which, Trouble>>;
}

/** Everything that is shown outside a call. */
export interface Place {
  readonly screen: Screen;
  readonly name: string | null;
  readonly identity: string | null;
  readonly connection: Connection;
  readonly people: People;
  readonly sharing: Sharing | null;
  readonly isEntering: boolean;
  readonly refusal: Refusal | null;
  readonly gate: Gate | null;
  /** The wish is being carried out: devices are being opened. */
  readonly isOpening: boolean;
  /** The last thing asked for could not be done now. */
  readonly isRefusedNow: boolean;
}

/** What the journey needs of the world. */
export interface World {
  visit(name: string, invitation: string | null): Promise<Visit>;
  client(token: string): RingwayRTC;
  take(wanted: Wanted): Promise<Taken>;
  /** Chosen devices by their ids; undefined for the system's own choice. */
  chosen(): { readonly microphone?: string; readonly camera?: string };
  now(): number;
}

const NOWHERE: Place = {
  screen: { at: "entry" },
  name: null,
  identity: null,
  connection: { state: "none" },
  people: "awaited",
  sharing: null,
  isEntering: false,
  refusal: null,
  gate: null,
  isOpening: false,
  isRefusedNow: false,
};

/** A token that has just been renewed is not what the server minds. */
const RENEWED_WITHIN = 60_000;

export class Journey {
  readonly #world: World;
  readonly #listeners = new Set<() => void>();
  #place: Place = NOWHERE;
  #rtc: RingwayRTC | undefined;
  #invitation: string | null = null;
  #last: Wish | undefined;
  #renewed = -Infinity;
  /** Later answers belong to a wish that was given up. */
  #attempt = 0;

  constructor(world: World) {
    this.#world = world;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Place => this.#place;

  /** Take a name and connect; then go to the room, or to the lobby. */
  async enter(name: string, invitation: string | null, room: string | null): Promise<void> {
    this.#invitation = invitation;
    this.#put({ isEntering: true, refusal: null });
    try {
      const visit = await this.#world.visit(name, invitation);
      this.#connect(visit);
      this.#put({ screen: room === null ? { at: "lobby" } : { at: "room", room } });
    } catch (error) {
      this.#put({ refusal: error instanceof NotLetIn ? error.refusal : { why: "insecure" } });
    } finally {
      this.#put({ isEntering: false });
    }
  }

  /** Give the name up. */
  leave(): void {
    const rtc = this.#rtc;
    this.#rtc = undefined;
    this.#attempt += 1;
    rtc?.disconnect();
    this.#put(NOWHERE);
  }

  /** Connect again under the same name. */
  async connectAgain(): Promise<void> {
    const { name } = this.#place;
    if (name === null) return;
    this.#put({ connection: { state: "connecting" } });
    try {
      this.#connect(await this.#world.visit(name, this.#invitation));
    } catch (error) {
      const reason = error instanceof NotLetIn ? error.refusal.why : String(error);
      this.#put({ connection: { state: "offline", reason } });
    }
  }

  openRoom(room: string): void {
    this.#put({ screen: { at: "room", room }, isRefusedNow: false });
  }

  home(): void {
    this.#put({ screen: { at: this.#rtc === undefined ? "entry" : "lobby" }, isRefusedNow: false, gate: null });
  }

  /** Open the devices that the wish needs; then do it, or say at the gate what is in the way. */
  async wish(wish: Wish): Promise<void> {
    const attempt = (this.#attempt += 1);
    if (wish.to !== "accept") this.#last = wish;
    this.#put({ isOpening: true, gate: null, isRefusedNow: false });
    const { microphone = "", camera = "" } = this.#world.chosen();
    const { audio, video } = wish.way;
    const taken = await this.#world.take({
      ...(audio ? { microphone } : {}),
      ...(video ? { camera } : {}),
    });
    if (attempt !== this.#attempt) {
      release(taken);
      return;
    }
    const troubles = troublesOf(taken);
    this.#put({ isOpening: false });
    if (Object.keys(troubles).length > 0) {
      release(taken);
      this.#put({ gate: { wish, troubles } });
    } else this.#fulfil(wish, taken);
  }

  /** Do what waits at the gate without the devices that are in the way. */
  goOnWithout(): void {
    const { gate } = this.#place;
    if (gate === null) return;
    const { audio, video } = gate.wish.way;
    const way = { audio: audio && gate.troubles.microphone === undefined, video: video && gate.troubles.camera === undefined };
    void this.wish({ ...gate.wish, way });
  }

  /** Give up what waits at the gate; a call goes on ringing. */
  closeGate(): void {
    this.#attempt += 1;
    this.#put({ gate: null, isOpening: false });
  }

  decline(): void {
    const { screen } = this.#place;
    if (screen.at === "incoming") screen.call.decline();
  }

  /** The same call or room once more. */
  again(): void {
    if (this.#last !== undefined) void this.wish(this.#last);
  }

  /** A call or a room is over. */
  ended(ended: Ended): void {
    this.#attempt += 1;
    this.#put({ screen: { at: "ended", ended }, gate: null, isOpening: false });
  }

  #connect({ token, identity, displayName, sharing }: Visit): void {
    this.#rtc?.disconnect();
    const rtc = this.#world.client(token);
    this.#rtc = rtc;
    const put = (change: Partial<Place>): void => {
      if (this.#rtc === rtc) this.#put(change);
    };
    this.#put({ name: displayName, identity, sharing, connection: { state: "connecting" }, people: "awaited" });
    rtc.on(RingwayRTCEvent.CONNECTED, () => put({ connection: { state: "online" } }));
    rtc.on(RingwayRTCEvent.RECONNECTED, () => put({ connection: { state: "online" } }));
    rtc.on(RingwayRTCEvent.RECONNECTING, () => put({ connection: { state: "reconnecting", since: this.#world.now() } }));
    rtc.on(RingwayRTCEvent.DISCONNECTED, ({ reason }) => {
      if (this.#rtc === rtc) this.#disconnected(reason);
    });
    rtc.on(RingwayRTCEvent.INCOMING_WEBRTC_CALL, ({ incomingCall }) => {
      if (this.#rtc === rtc) this.#incoming(incomingCall);
    });
    watchPeople(rtc, (people) => put({ people }));
    rtc.connect();
  }

  /** A token that has run out is renewed without a word, once. */
  #disconnected(reason: string): void {
    const now = this.#world.now();
    const isStale = /^(TOKEN_EXPIRED|INVALID_TOKEN)/.test(reason);
    this.#put({ connection: { state: "offline", reason }, people: "awaited" });
    if (!isStale || now - this.#renewed < RENEWED_WITHIN) return;
    this.#renewed = now;
    void this.connectAgain();
  }

  #incoming(call: IncomingWebrtcCall): void {
    const { identifier, displayIdentifier } = call.counterpart();
    const who = displayIdentifier ?? identifier;
    const way = { audio: true, video: call.hasRemoteCameraVideo() };
    this.#last = { to: "call", identity: identifier, who, way };
    this.#attempt += 1;
    this.#put({ screen: { at: "incoming", call, who }, gate: null, isOpening: false });
    call.on(CallsApiEvent.HANGUP, ({ errorCode }) => {
      // An accepted call is followed by its screen.
      const { screen } = this.#place;
      if (screen.at !== "incoming" || screen.call !== call) return;
      this.ended({ who, room: false, errorCode, duration: null });
    });
  }

  #fulfil(wish: Wish, taken: Taken): void {
    const rtc = this.#rtc;
    const { screen, name } = this.#place;
    if (rtc === undefined || name === null) {
      release(taken);
      return;
    }
    const { microphone, camera } = this.#world.chosen();
    if (microphone !== undefined) rtc.setAudioInputDevice(microphone);
    if (camera !== undefined) rtc.setVideoInputDevice(camera);
    let call: WebrtcCall | RoomCall;
    let other: string | undefined;
    try {
      if (wish.to === "call") {
        call = rtc.callWebrtc(wish.identity, callOptions(wish.way));
        other = wish.who;
      } else if (wish.to === "join") {
        call = rtc.joinRoom(wish.room, roomOptions(wish.way));
      } else if (screen.at === "incoming") {
        screen.call.accept(callOptions(wish.way));
        call = screen.call;
        other = screen.who;
      } else {
        release(taken);
        return;
      }
    } catch {
      release(taken);
      this.#put({ screen: { at: "lobby" }, isRefusedNow: true });
      return;
    }
    holdUntilTalking(call, taken);
    const conversation = conversationOf(call, other === undefined ? { me: name } : { me: name, other });
    this.#put({ screen: { at: "call", conversation, room: wish.to === "join" ? wish.room : null } });
  }

  #put(change: Partial<Place>): void {
    this.#place = { ...this.#place, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** A device that stays open until the call has it too need not be started twice. */
function holdUntilTalking(call: WebrtcCall | RoomCall, taken: Taken): void {
  const letGo = (): void => release(taken);
  if ("leave" in call) {
    call.on(CallsApiEvent.ROOM_JOINED, letGo);
    call.on(CallsApiEvent.ROOM_LEFT, letGo);
  } else {
    call.on(CallsApiEvent.RINGING, letGo);
    call.on(CallsApiEvent.ESTABLISHED, letGo);
    call.on(CallsApiEvent.HANGUP, letGo);
  }
}

function callOptions({ audio, video }: Way): WebrtcCallOptions {
  return WebrtcCallOptions.builder()
    .setAudio(audio)
    .setVideo(video)
    .setDataChannel(true)
    .setAutoReconnect(true)
    .setAudioOptions(heedful())
    .build();
}

function roomOptions({ audio, video }: Way): RoomCallOptions {
  return RoomCallOptions.builder()
    .setAudio(audio)
    .setVideo(video)
    .setDataChannel(true)
    .setAudioOptions(heedful())
    .build();
}

function heedful(): AudioOptions {
  return AudioOptions.builder().setDetectTalkingWhileMuted(true).build();
}
