/** The browser's edges, faked: sockets, peer connections, tracks and devices. */

import { vi } from "vitest";
import type { FromClient, FromHouse } from "../src/generated/messages.js";

export class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  readonly said: FromClient[] = [];

  constructor(readonly url: string) {
    super();
    FakeSocket.all.push(this);
  }

  static get last(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  /** Whether pings are answered. */
  pongs = true;

  send(text: string): void {
    const message = JSON.parse(text) as FromClient & { n?: number };
    this.said.push(message);
    if (message.t !== "ping" || !this.pongs) return;
    const heard = Math.max(0, ...this.said.map((each) => ("n" in each ? (each.n ?? 0) : 0)));
    void Promise.resolve().then(() => this.hear({ t: "pong", number: message.number, heard }));
  }

  /** With which code this side has closed it. */
  closed: number | undefined;

  close(code?: number): void {
    this.readyState = 3;
    this.closed = code;
  }

  hear(message: FromHouse | string): void {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }

  lose(reason = ""): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { reason, code: 1006 }));
  }

  names(): string[] {
    return this.said.map((message) => message.t);
  }

  /** Messages of the name, without their numbers. */
  of<T extends FromClient["t"]>(name: T): Extract<FromClient, { t: T }>[] {
    return this.said
      .filter((message): message is Extract<FromClient, { t: T }> => message.t === name)
      .map((message) => {
        const { n: _, ...rest } = message as typeof message & { n?: number };
        return rest as typeof message;
      });
  }
}

export class FakeTrack extends EventTarget {
  static count = 0;
  enabled = true;
  readyState = "live";
  contentHint = "";
  readonly id = `track-${(FakeTrack.count += 1)}`;
  settings: MediaTrackSettings = {};
  /** What it is a copy of; itself if it is none. */
  original: FakeTrack = this;

  constructor(readonly kind: string) {
    super();
  }

  stop(): void {
    this.readyState = "ended";
  }

  clone(): FakeTrack {
    const copy = new FakeTrack(this.kind);
    copy.original = this;
    return copy;
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  pullOut(): void {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }
}

export class FakeStream {
  #tracks: FakeTrack[];

  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = [...tracks];
  }

  getTracks(): FakeTrack[] {
    return [...this.#tracks];
  }

  getAudioTracks(): FakeTrack[] {
    return this.#tracks.filter((track) => track.kind === "audio");
  }

  getVideoTracks(): FakeTrack[] {
    return this.#tracks.filter((track) => track.kind === "video");
  }

  addTrack(track: FakeTrack): void {
    if (!this.#tracks.includes(track)) this.#tracks.push(track);
  }

  removeTrack(track: FakeTrack): void {
    this.#tracks = this.#tracks.filter((each) => each !== track);
  }
}

class FakeSender {
  parameters: RTCRtpSendParameters;

  constructor(
    public track: FakeTrack | null,
    encodings: RTCRtpEncodingParameters[],
  ) {
    this.parameters = { encodings } as RTCRtpSendParameters;
  }

  replaceTrack(track: FakeTrack | null): Promise<void> {
    this.track = track;
    return Promise.resolve();
  }

  getParameters(): RTCRtpSendParameters {
    return structuredClone(this.parameters);
  }

  setParameters(parameters: RTCRtpSendParameters): Promise<void> {
    this.parameters = parameters;
    return Promise.resolve();
  }
}

export class FakeTransceiver {
  mid: string | null = null;
  direction: string;
  readonly sender: FakeSender;
  readonly receiver: { track: FakeTrack; jitterBufferTarget?: number | null };

  constructor(kind: string, track: FakeTrack | null, init: RTCRtpTransceiverInit) {
    this.direction = init.direction ?? "sendrecv";
    this.sender = new FakeSender(track, init.sendEncodings ?? [{}]);
    this.receiver = { track: new FakeTrack(kind), jitterBufferTarget: null };
  }
}

export class FakeChannel extends EventTarget {
  readyState = "connecting";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  readonly said: any[] = [];

  constructor(
    readonly label: string,
    readonly init: RTCDataChannelInit,
  ) {
    super();
  }

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  open(): void {
    this.readyState = "open";
    this.dispatchEvent(new Event("open"));
  }

  close(): void {
    this.readyState = "closed";
    this.dispatchEvent(new Event("close"));
  }

  hear(message: object | string): void {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }

  texts(): string[] {
    return this.said.filter(({ t }) => t === "text").map(({ text }) => text);
  }
}

/** Descriptions are texts: an offer from the house like "offer video:3" adds a section of that mid. */
export class FakePeerConnection extends EventTarget {
  static all: FakePeerConnection[] = [];
  static stats: RTCStatsReport = new Map();
  static gathering: "complete" | "gathering" = "complete";
  iceGatheringState = FakePeerConnection.gathering;
  connectionState = "new";
  iceConnectionState = "new";
  signalingState = "stable";
  localDescription: { type: string; sdp: string } | null = null;
  readonly remote: { type: string; sdp: string }[] = [];
  readonly channels: FakeChannel[] = [];
  readonly #transceivers: FakeTransceiver[] = [];

  constructor(readonly configuration: RTCConfiguration) {
    super();
    FakePeerConnection.all.push(this);
  }

  static get last(): FakePeerConnection {
    const peer = FakePeerConnection.all.at(-1);
    if (peer === undefined) throw new Error("no peer connection was made");
    return peer;
  }

  addTransceiver(what: FakeTrack | string, init: RTCRtpTransceiverInit): FakeTransceiver {
    const track = typeof what === "string" ? null : what;
    const made = new FakeTransceiver(track?.kind ?? String(what), track, init);
    this.#transceivers.push(made);
    return made;
  }

  createDataChannel(label: string, init: RTCDataChannelInit): FakeChannel {
    const made = new FakeChannel(label, init);
    this.channels.push(made);
    return made;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.#transceivers;
  }

  createOffer(): Promise<{ type: string; sdp: string }> {
    return Promise.resolve({ type: "offer", sdp: "offer of the client" });
  }

  createAnswer(): Promise<{ type: string; sdp: string }> {
    return Promise.resolve({ type: "answer", sdp: "answer of the client" });
  }

  setLocalDescription(description: { type: string; sdp: string }): Promise<void> {
    this.localDescription = description;
    for (const [index, each] of this.#transceivers.entries()) each.mid ??= String(index);
    return Promise.resolve();
  }

  setRemoteDescription(description: { type: string; sdp: string }): Promise<void> {
    if (description.sdp.startsWith("broken")) return Promise.reject(new Error("no SDP"));
    this.remote.push(description);
    const added = /(audio|video):(\S+)/.exec(description.sdp);
    if (added?.[1] !== undefined && added[2] !== undefined) {
      const made = new FakeTransceiver(added[1], null, { direction: "recvonly" });
      made.mid = added[2];
      this.#transceivers.push(made);
    }
    return Promise.resolve();
  }

  getStats(): Promise<RTCStatsReport> {
    return Promise.resolve(FakePeerConnection.stats);
  }

  close(): void {
    this.signalingState = "closed";
  }

  /** Let it be in another state, e.g. "disconnected". */
  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

type Refusal = "NotAllowedError" | "NotFoundError" | "NotReadableError" | "OverconstrainedError" | "OddError";

export class FakeDevices {
  /** What getUserMedia rejects with, if it does. */
  refusal: Refusal | undefined;
  surface: string | undefined = "window";
  named = true;
  readonly asked: MediaStreamConstraints[] = [];
  readonly tracks: FakeTrack[] = [];

  getUserMedia = vi.fn((constraints: MediaStreamConstraints): Promise<FakeStream> => {
    this.asked.push(constraints);
    if (this.refusal !== undefined) return Promise.reject(Object.assign(new Error("no"), { name: this.refusal }));
    this.named = true;
    const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind] !== undefined);
    return Promise.resolve(this.#stream(kinds));
  });

  getDisplayMedia = vi.fn((): Promise<FakeStream> => {
    if (this.refusal !== undefined) return Promise.reject(Object.assign(new Error("no"), { name: this.refusal }));
    const stream = this.#stream(["video"]);
    const [track] = stream.getTracks();
    if (track !== undefined && this.surface !== undefined) track.settings = { displaySurface: this.surface };
    return Promise.resolve(stream);
  });

  enumerateDevices(): Promise<MediaDeviceInfo[]> {
    const device = (kind: MediaDeviceKind, deviceId: string): MediaDeviceInfo => {
      const label = this.named ? `the ${deviceId}` : "";
      return { kind, deviceId, groupId: "g", label, toJSON: () => ({}) };
    };
    return Promise.resolve([
      device("audioinput", "microphone"),
      device("audiooutput", "speaker"),
      device("videoinput", "camera"),
    ]);
  }

  #stream(kinds: readonly string[]): FakeStream {
    const tracks = kinds.map((kind) => new FakeTrack(kind));
    this.tracks.push(...tracks);
    return new FakeStream(tracks);
  }
}

/** Hears the same level, a root mean square, in every track. */
export class FakeAudioContext {
  static level = 0;
  static open = 0;
  static heard: FakeTrack | undefined;

  static install(): void {
    FakeAudioContext.level = 0;
    FakeAudioContext.open = 0;
    FakeAudioContext.heard = undefined;
    vi.stubGlobal("AudioContext", FakeAudioContext);
  }

  constructor() {
    FakeAudioContext.open += 1;
  }

  createAnalyser(): object {
    return { fftSize: 32, getFloatTimeDomainData: (samples: Float32Array) => samples.fill(FakeAudioContext.level) };
  }

  createMediaStreamSource(stream: FakeStream): { connect(): void } {
    [FakeAudioContext.heard] = stream.getTracks();
    return { connect: () => undefined };
  }

  close(): Promise<void> {
    FakeAudioContext.open -= 1;
    return Promise.resolve();
  }
}

/** Put the fakes where the browser's own would be; returns the devices. */
export function fakeBrowser(): FakeDevices {
  FakeSocket.all = [];
  FakePeerConnection.all = [];
  FakePeerConnection.stats = new Map();
  FakePeerConnection.gathering = "complete";
  const devices = new FakeDevices();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("RTCPeerConnection", FakePeerConnection);
  vi.stubGlobal("MediaStream", FakeStream);
  vi.stubGlobal("navigator", { mediaDevices: devices });
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  vi.stubGlobal("location", { origin: "https://page.example" });
  return devices;
}

export function token(claims: object = { identity: "alice", name: "Alice" }): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `e30.${payload}.c2ln`;
}
