/** A connected client over a scripted socket, and what it tells. */

import { vi } from "vitest";
import {
  type ApplicationCall,
  type CallsApiEvent,
  CallsApiEvent as Names,
  createRingwayRtc,
  type IncomingApplicationCall,
  type IncomingWebrtcCall,
  type RingwayRTC,
  RingwayRTCEvent,
  type RoomCall,
  type WebrtcCall,
} from "../src/index.js";
import type { FromClient, FromHouse } from "../src/generated/messages.js";
import { type FakeDevices, fakeBrowser, FakeSocket, token } from "./fakes.js";

export const WELCOME = {
  t: "connected",
  protocol: "1.2",
  identity: "alice",
  connection: "c1",
  resume: "token 1",
  resumeWithin: 60,
} as const;

export const OVER = { id: "10000", name: "NORMAL_HANGUP", description: "The call was hung up." };

export interface Told {
  readonly name: string;
  readonly event: Record<string, any>;
}

/** Everything a call tells, in order. */
export function follow(call: WebrtcCall | RoomCall | ApplicationCall): Told[] {
  const told: Told[] = [];
  for (const name of Object.values(Names)) {
    (call as WebrtcCall).on(name as CallsApiEvent.ERROR, (event) => told.push({ name, event }));
  }
  return told;
}

export const names = (told: readonly Told[]): string[] => told.map(({ name }) => name);

/** Move the clock, in ms. One is enough for promises, and for timers of no delay that follow from another. */
export const settle = (milliseconds = 1): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

export interface Scene {
  readonly rtc: RingwayRTC;
  readonly devices: FakeDevices;
  readonly told: Told[];
  readonly incoming: IncomingWebrtcCall[];
  readonly applications: IncomingApplicationCall[];
}

/** A client that is connected as alice. */
export async function connected(options: { incoming?: boolean; token?: string } = {}): Promise<Scene> {
  const devices = fakeBrowser();
  const rtc = createRingwayRtc(options.token ?? token());
  const told: Told[] = [];
  const incoming: IncomingWebrtcCall[] = [];
  const applications: IncomingApplicationCall[] = [];
  for (const name of Object.values(RingwayRTCEvent)) {
    if (name === RingwayRTCEvent.INCOMING_WEBRTC_CALL) {
      if (options.incoming !== false) rtc.on(name, (event) => incoming.push(event.incomingCall));
    } else if (name === RingwayRTCEvent.INCOMING_APPLICATION_CALL) {
      if (options.incoming !== false) rtc.on(name, (event) => applications.push(event.incomingCall));
    } else rtc.on(name as RingwayRTCEvent.CONNECTED, (event) => told.push({ name, event }));
  }
  rtc.connect();
  FakeSocket.last.open();
  hear(WELCOME);
  return { rtc, devices, told, incoming, applications };
}

export const hear = (message: FromHouse): void => FakeSocket.last.hear(message);

export const said = <T extends FromClient["t"]>(name: T): Extract<FromClient, { t: T }>[] =>
  FakeSocket.last.of(name);

export function answer(call: string): void {
  hear({ t: "pipe_answer", call, generation: 1, answer: "answer of the house", sections: [] });
}

/** Bring a call that was made to where both sides talk. */
export async function establish(call: WebrtcCall, more: object = {}): Promise<void> {
  await settle();
  answer(call.id());
  await settle();
  hear({ t: "rang", call: call.id() });
  hear({ t: "established", call: call.id(), at: 0, ...more });
  await settle();
}

export const ended = (call: string, code = OVER): void => hear({ t: "ended", call, code, at: 0 });
