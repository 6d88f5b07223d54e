/** What a client tells: names of the events, and what comes with each. */

import type { IncomingApplicationCall, IncomingWebrtcCall } from "../call/interfaces.js";
import type { Person } from "../client/people.js";
import type { CustomData } from "../options/custom-data.js";
import type { Nothing } from "./calls.js";

export enum RingwayRTCEvent {
  CONNECTED = "connected",
  RECONNECTING = "reconnecting",
  RECONNECTED = "reconnected",
  DISCONNECTED = "disconnected",
  INCOMING_APPLICATION_CALL = "incoming-application-call",
  INCOMING_WEBRTC_CALL = "incoming-webrtc-call",
  PEOPLE_CHANGED = "people-changed",
}

/** Somebody calls; attach handlers to the call before accepting it. */
export class IncomingWebrtcCallEvent<T extends CustomData = CustomData> {
  constructor(
    readonly incomingCall: IncomingWebrtcCall,
    readonly customData: T,
  ) {}
}

/** An application calls. */
export class IncomingApplicationCallEvent<T extends CustomData = CustomData> {
  constructor(
    readonly incomingCall: IncomingApplicationCall,
    readonly customData: T,
  ) {}
}

/** What a handler of each event is given. */
export interface RTCEvents {
  [RingwayRTCEvent.CONNECTED]: { identity: string };
  [RingwayRTCEvent.RECONNECTING]: Nothing;
  [RingwayRTCEvent.RECONNECTED]: Nothing;
  [RingwayRTCEvent.DISCONNECTED]: { reason: string };
  [RingwayRTCEvent.INCOMING_APPLICATION_CALL]: IncomingApplicationCallEvent;
  [RingwayRTCEvent.INCOMING_WEBRTC_CALL]: IncomingWebrtcCallEvent;
  /** Everybody else who is there now. */
  [RingwayRTCEvent.PEOPLE_CHANGED]: { people: readonly Person[] };
}

export type RTCEventHandler<K extends RingwayRTCEvent> = (event: RTCEvents[K]) => void;
