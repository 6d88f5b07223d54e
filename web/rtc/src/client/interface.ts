/** The client, as an application sees it. */

import type {
  ApplicationCall,
  PhoneCall,
  RoomCall,
  ViberCall,
  WebrtcCall,
} from "../call/interfaces.js";
import type { RingwayRTCEvent, RTCEventHandler } from "../events/client.js";
import type { ApplicationCallOptions } from "../options/application.js";
import type { PhoneCallOptions } from "../options/phone.js";
import type { RoomCallOptions } from "../options/room.js";
import type { ViberCallOptions } from "../options/viber.js";
import type { WebrtcCallOptions } from "../options/webrtc.js";
import type { Person } from "./people.js";
import type { User } from "./user.js";

/** How a client behaves. */
export interface RTCOptions {
  /** Write to the console what is said to and by the server. */
  debug?: boolean;
  /** Where the server is; by default the token's issuer, the script's origin, or the page's. */
  serverUrl?: string;
  [name: string]: unknown;
}

/** Makes a client from a token, as `createRingwayRtc` does. */
export type RingwayRTCFactory = (token: string, rtcOptions?: RTCOptions | null) => RingwayRTC;

/**
 * A client of one person. It has one call at a time: while there is one, the call methods throw, and
 * another incoming call is declined on this device.
 */
export interface RingwayRTC {
  /** Begin to connect; CONNECTED or DISCONNECTED follows. */
  connect(): void;
  /** Hang up and leave; nothing when not connected. */
  disconnect(): void;
  connectedUser(): User;
  /**
   * Give the others of the account who are connected, and tell PEOPLE_CHANGED from then on. Rejects when the token lacks the
   * capability "presence", and when this client is not connected.
   */
  people(): Promise<readonly Person[]>;
  callWebrtc(identity: string, options?: WebrtcCallOptions): WebrtcCall;
  /** Not available yet: the call ends with FEATURE_UNAVAILABLE. */
  callPhone(phoneNumber: string, phoneCallOptions?: PhoneCallOptions): PhoneCall;
  /** Not available yet: the call ends with FEATURE_UNAVAILABLE. */
  callViber(phoneNumber: string, from: string, viberCallOptions?: ViberCallOptions): ViberCall;
  /** Join the room of this name, or begin it. */
  joinRoom(roomName: string, options?: RoomCallOptions): RoomCall;
  /** Call the application of this calls configuration: what becomes of the call is up to it. */
  callApplication(callsConfigurationId: string, options?: ApplicationCallOptions): ApplicationCall;
  getAudioInputDevices(): Promise<MediaDeviceInfo[]>;
  /** Choose the microphone of later calls. */
  setAudioInputDevice(deviceId: string): void;
  unsetAudioInputDevice(deviceId: string): void;
  getAudioOutputDevices(): Promise<MediaDeviceInfo[]>;
  getVideoInputDevices(): Promise<MediaDeviceInfo[]>;
  /** Choose the camera of later calls. */
  setVideoInputDevice(deviceId: string): void;
  unsetVideoInputDevice(deviceId: string): void;
  /** Add a handler; throws for an unknown event. */
  on<K extends RingwayRTCEvent>(name: K, handler: RTCEventHandler<K>): void;
}
