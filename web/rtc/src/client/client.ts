/** The client of one person: connects, calls, and is called. */

import { HeldApplicationCall, HeldIncomingApplicationCall } from "../call/application.js";
import { Conducted } from "../call/conducted.js";
import { Conversation, type Beginning } from "../call/conversation.js";
import { WebrtcEndpoint } from "../call/endpoints.js";
import { ApplicationErrorCode } from "../call/error-codes.js";
import { Gathering } from "../call/gathering.js";
import type { ApplicationCall, PhoneCall, RoomCall, ViberCall, WebrtcCall } from "../call/interfaces.js";
import type { CallMessage, Line } from "../call/live.js";
import { HeldRoom } from "../call/room.js";
import { CallStatus } from "../call/status.js";
import { phoneCall, viberCall } from "../call/unavailable.js";
import { DialogCall, IncomingDialogCall } from "../call/webrtc.js";
import { Emitter } from "../events/emitter.js";
import {
  IncomingApplicationCallEvent,
  IncomingWebrtcCallEvent,
  RingwayRTCEvent,
  type RTCEventHandler,
  type RTCEvents,
} from "../events/client.js";
import type { CallState, Incoming, IncomingApplication } from "../generated/messages.js";
import { listDevices } from "../media/devices.js";
import { ApplicationCallOptions } from "../options/application.js";
import { checkCustomData } from "../options/custom-data.js";
import { PhoneCallOptions } from "../options/phone.js";
import { checkRoomOptions, RoomCallOptions } from "../options/room.js";
import { ViberCallOptions } from "../options/viber.js";
import { WebrtcCallOptions } from "../options/webrtc.js";
import { Connection, type News, type Snapshot } from "../signalling/connection.js";
import {
  checkCaller,
  checkConfiguration,
  checkIdentity,
  checkPhoneNumber,
  checkPlatform,
  checkRoomName,
} from "./destinations.js";
import type { RingwayRTC, RTCOptions } from "./interface.js";
import { type Person, Watch } from "./people.js";
import { signallingAddress } from "./server.js";
import { Capability, readToken } from "./token.js";
import { User } from "./user.js";

type AnyCall = Conversation | Gathering | Conducted;

const SDK = "ringway-rtc/0.1.0";

/** What a call begins with. */
const BEGINNINGS: readonly string[] = ["call", "call_application", "join"];

/** Make a client; it connects when it is told to. Throws for what is no token, or no browser for calls. */
export function createRingwayRtc(token: string, rtcOptions?: RTCOptions | null): RingwayRTC {
  return new Client(token, rtcOptions ?? {});
}

class Client implements RingwayRTC {
  readonly #events = new Emitter<RTCEvents>(RingwayRTCEvent);
  readonly #user: User;
  readonly #connection: Connection;
  readonly #maySeePeople: boolean;
  readonly #watch: Watch;
  #debug: boolean;
  #call: AnyCall | undefined;
  #microphone: string | undefined;
  #camera: string | undefined;

  constructor(token: string, options: RTCOptions) {
    const claims = readToken(token);
    if (typeof globalThis.navigator?.mediaDevices?.getUserMedia !== "function") {
      throw new Error("Browser does not support WebRTC.");
    }
    this.#user = new User(claims.identity as string, claims.name as string);
    this.#maySeePeople = claims.caps?.includes(Capability.PRESENCE) === true;
    this.#watch = new Watch(
      (command) => this.#connection.say(command),
      (people) => this.#events.emit(RingwayRTCEvent.PEOPLE_CHANGED, { people }),
    );
    this.#debug = options.debug === true;
    this.#connection = new Connection(
      signallingAddress(options.serverUrl, claims.iss),
      token,
      SDK,
      {
        connected: ({ identity }) => this.#events.emit(RingwayRTCEvent.CONNECTED, { identity }),
        reconnecting: () => {
          this.#call?.lineChanged(false);
          this.#events.emit(RingwayRTCEvent.RECONNECTING, {});
        },
        reconnected: (snapshot) => {
          this.#events.emit(RingwayRTCEvent.RECONNECTED, {});
          this.#watch.back(snapshot !== undefined);
          if (snapshot !== undefined) this.#adopt(snapshot);
          this.#call?.lineChanged(true);
        },
        forgotten: () => {
          this.#watch.forgotten();
          void this.#call?.finish(ApplicationErrorCode.NETWORK_ERROR);
        },
        disconnected: (reason) => {
          this.#watch.end(reason);
          this.#events.emit(RingwayRTCEvent.DISCONNECTED, { reason });
        },
        moved: () => this.#call?.networkChanged(),
        calls: () => (this.#call?.isKnown() === true ? [this.#call.id] : []),
        message: (message) => this.#hear(message),
      },
      (text) => {
        if (this.#debug) console.debug(`ringway-rtc ${text}`);
      },
    );
  }

  on<K extends RingwayRTCEvent>(name: K, handler: RTCEventHandler<K>): void {
    this.#events.on(name, handler);
  }

  debug(debug: boolean): void {
    this.#debug = debug;
  }

  connect(): void {
    this.#connection.connect();
  }

  disconnect(): void {
    this.#call?.hangup();
    void this.#call?.finish(ApplicationErrorCode.NORMAL_HANGUP);
    this.#connection.disconnect();
  }

  connectedUser(): User {
    return this.#user;
  }

  people(): Promise<readonly Person[]> {
    if (!this.#maySeePeople) {
      return Promise.reject(new Error("Cannot see who is there: the token lacks the capability presence."));
    }
    const state = this.#connection.state();
    if (state !== "CONNECTED" && state !== "RECONNECTING") {
      return Promise.reject(new Error(`Cannot see who is there, required status is CONNECTED, current status is ${state}.`));
    }
    return this.#watch.people();
  }

  callWebrtc(identity: string, options: WebrtcCallOptions = new WebrtcCallOptions()): WebrtcCall {
    checkIdentity(identity);
    checkCustomData(options.customData);
    this.#checkFree();
    const destination = new WebrtcEndpoint(identity);
    const conversation = this.#converse(
      {
        id: crypto.randomUUID(),
        source: this.#self(),
        destination,
        counterpart: destination,
        customData: options.customData,
        options,
        remoteVideo: false,
      },
      CallStatus.INITIALIZED,
    );
    setTimeout(() => void conversation.dial(identity), 0);
    return new DialogCall(conversation);
  }

  callPhone(phoneNumber: string, options: PhoneCallOptions = new PhoneCallOptions()): PhoneCall {
    checkPhoneNumber(phoneNumber);
    this.#checkFree();
    return phoneCall(this.#user.identity, phoneNumber, options);
  }

  callViber(phoneNumber: string, from: string, options: ViberCallOptions = new ViberCallOptions()): ViberCall {
    checkPhoneNumber(phoneNumber);
    checkCaller(from);
    this.#checkFree();
    return viberCall(this.#user.identity, phoneNumber, options);
  }

  joinRoom(roomName: string, options: RoomCallOptions = new RoomCallOptions()): RoomCall {
    checkRoomName(roomName);
    checkRoomOptions(options);
    checkCustomData(options.customData);
    this.#checkFree();
    const gathering = this.#begin((line) => new Gathering(line, crypto.randomUUID(), roomName, options));
    setTimeout(() => void gathering.join(), 0);
    return new HeldRoom(gathering);
  }

  callApplication(
    callsConfigurationId: string,
    options: ApplicationCallOptions = new ApplicationCallOptions(),
  ): ApplicationCall {
    checkConfiguration(callsConfigurationId);
    checkPlatform(options.platformOptions);
    checkCustomData(options.customData);
    this.#checkFree();
    const beginning = {
      id: crypto.randomUUID(),
      configuration: callsConfigurationId,
      customData: options.customData,
      options,
      remoteVideo: false,
    };
    const conducted = this.#begin((line) => new Conducted(line, beginning, CallStatus.INITIALIZED));
    setTimeout(() => void conducted.dial(), 0);
    return new HeldApplicationCall(conducted);
  }

  getAudioInputDevices(): Promise<MediaDeviceInfo[]> {
    return listDevices("audioinput");
  }

  getAudioOutputDevices(): Promise<MediaDeviceInfo[]> {
    return listDevices("audiooutput");
  }

  getVideoInputDevices(): Promise<MediaDeviceInfo[]> {
    return listDevices("videoinput");
  }

  setAudioInputDevice(deviceId: string): void {
    this.#microphone = deviceId;
  }

  unsetAudioInputDevice(deviceId: string): void {
    if (this.#microphone === deviceId) this.#microphone = undefined;
  }

  setVideoInputDevice(deviceId: string): void {
    this.#camera = deviceId;
  }

  unsetVideoInputDevice(deviceId: string): void {
    if (this.#camera === deviceId) this.#camera = undefined;
  }

  #self(): WebrtcEndpoint {
    return new WebrtcEndpoint(this.#user.identity, this.#user.displayName);
  }

  /** The familiar sentence, which names callApplication whatever was asked for. */
  #checkFree(): void {
    const state = this.#connection.state();
    const status = state === "CONNECTED" && this.#call !== undefined ? "CALL_ACTIVE" : state;
    if (status === "CONNECTED") return;
    throw new Error(`Cannot callApplication, required status is CONNECTED, current status is ${status}.`);
  }

  #converse(beginning: Beginning, status: CallStatus.INITIALIZED | CallStatus.RINGING): Conversation {
    return this.#begin((line) => new Conversation(line, beginning, status));
  }

  #begin<C extends AnyCall>(make: (line: Line) => C): C {
    const line: Line = {
      say: (message) => this.#connection.say(message),
      look: () => this.#connection.look(),
      over: () => {
        if (this.#call === call) this.#call = undefined;
      },
      microphone: () => this.#microphone,
      camera: () => this.#camera,
    };
    const call = make(line);
    this.#call = call;
    return call;
  }

  #hear(message: News): void {
    if (message.t === "incoming") this.#incoming(message);
    else if (message.t === "incoming_application") this.#incomingApplication(message);
    else if (message.t === "people" || message.t === "people_changed") this.#watch.hear(message);
    else if (message.t === "refused" && message.command === "watch_people") this.#watch.end(message.text);
    else if ("call" in message && message.call === this.#call?.id) this.#call.hear(message as CallMessage);
  }

  #incoming(message: Incoming): void {
    if (!this.#mayRing(message, RingwayRTCEvent.INCOMING_WEBRTC_CALL)) return;
    const source = new WebrtcEndpoint(message.source.identity, message.source.displayName);
    const customData = { ...message.customData };
    const conversation = this.#converse(
      {
        id: message.call,
        source,
        destination: this.#self(),
        counterpart: source,
        customData,
        options: new WebrtcCallOptions(),
        remoteVideo: message.video,
      },
      CallStatus.RINGING,
    );
    conversation.ring();
    const call = new IncomingDialogCall(conversation);
    this.#events.emit(RingwayRTCEvent.INCOMING_WEBRTC_CALL, new IncomingWebrtcCallEvent(call, customData));
  }

  #incomingApplication(message: IncomingApplication): void {
    if (!this.#mayRing(message, RingwayRTCEvent.INCOMING_APPLICATION_CALL)) return;
    const customData = { ...message.customData };
    const beginning = {
      id: message.call,
      configuration: message.configuration,
      from: { identifier: message.from, displayName: message.fromDisplayName ?? null },
      customData,
      options: new ApplicationCallOptions(),
      remoteVideo: message.video,
    };
    const conducted = this.#begin((line) => new Conducted(line, beginning, CallStatus.RINGING));
    conducted.ring();
    const call = new HeldIncomingApplicationCall(conducted);
    this.#events.emit(RingwayRTCEvent.INCOMING_APPLICATION_CALL, new IncomingApplicationCallEvent(call, customData));
  }

  /** Whether the call can ring here; it is declined on this device if it can't, unless it rings already. */
  #mayRing({ call }: { readonly call: string }, told: RingwayRTCEvent): boolean {
    if (this.#call?.id === call) return false;
    const isFree = this.#call === undefined && this.#events.has(told);
    if (!isFree) this.#connection.say({ t: "decline", call });
    return isFree;
  }

  /** A call of which only a snapshot tells. */
  #ringingSince(state: CallState): void {
    const { call, configuration, source, video = false, customData = {} } = state;
    if (source === undefined) return;
    if (configuration === undefined) this.#incoming({ t: "incoming", call, source, video, customData });
    else {
      const { identity: from, displayName } = source;
      const name = displayName === undefined ? {} : { fromDisplayName: displayName };
      this.#incomingApplication({ t: "incoming_application", call, configuration, from, ...name, video, customData });
    }
  }

  /** Follow what has happened while the house could not tell, or had forgotten what it told. */
  #adopt({ calls, ended, again }: Snapshot): void {
    for (const message of ended) this.#hear(message);
    for (const state of calls) {
      const said = again.filter((it) => "call" in it && it.call === state.call);
      const isOver = said.some(({ t }) => t === "hangup" || t === "decline");
      if (state.call === this.#call?.id) this.#call.adopt(state, said);
      else if (isRinging(state) && !isOver) this.#ringingSince(state);
      else if (!isOver) this.#connection.say({ t: "hangup", call: state.call });
    }
    const id = this.#call?.id;
    const isNamed =
      calls.some(({ call }) => call === id) || again.some((it) => BEGINNINGS.includes(it.t) && "call" in it && it.call === id);
    if (this.#call?.isKnown() === true && !isNamed) void this.#call.finish(ApplicationErrorCode.NETWORK_ERROR);
  }
}

/** Whether it rings here, or would if this device knew of it. */
function isRinging({ incoming, phase, source }: CallState): boolean {
  return incoming === true && (phase === "CALLING" || phase === "RINGING") && source !== undefined;
}
