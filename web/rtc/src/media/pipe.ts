/** One PeerConnection of a call: a generation of its pipe, one negotiation at a time. */

import type {
  Answer,
  Offer,
  PipeAnswer,
  Receiving,
  Section,
  Sections,
  Sending,
  Source,
} from "../generated/messages.js";
import { hold, type Limits } from "./limits.js";
import { Patience } from "./patience.js";

/** Longest wait for the browser's own candidates, in ms; without servers to ask they are there at once. */
export const GATHERED_WITHIN = 2_000;
/** The same for a pipe that takes another's place: the house finds our address by itself. */
export const GATHERED_AGAIN_WITHIN = 100;

/** Whether packets come through: DOWN is for good, unless something is done. */
export type Path = "UP" | "SHAKY" | "DOWN";

/** What is sent, and how much of it; the same for all generations of a call. */
export interface Sent {
  readonly tracks: Map<Source, MediaStreamTrack>;
  limits: Limits;
}

/** Which way sections go that have, or await, tracks of ours; "recvonly" awaits none. */
export type OwnWay = "sendrecv" | "sendonly" | "recvonly";

/** How many sections there shall be to receive in, of each kind. */
export interface Takes {
  readonly own: OwnWay;
  readonly voices: number;
  readonly pictures: number;
}

/** What comes in a section now. */
export interface Received extends Receiving {
  readonly track: MediaStreamTrack;
}

/** A complete offer. */
export interface Proposal {
  readonly offer: string;
  readonly sending: Sending[];
}

/** What comes of an offer of the house. */
export interface Agreed {
  readonly answer: Pick<Answer, "generation" | "negotiation" | "answer">;
  /** Sources that have a section now, and had none. */
  readonly added: readonly Source[];
  /** Whether the house has begun ICE anew (RFC 8445 section 9). */
  readonly restarted: boolean;
}

const PICTURES = ["CAMERA", "SCREEN"] as const satisfies readonly Source[];

export class Pipe {
  readonly connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: [] });
  /** Settles when the house has answered, or never will. */
  readonly opened: Promise<void>;
  readonly #sent: Sent;
  readonly #sending = new Map<Source, RTCRtpTransceiver>();
  #generation: number | undefined;
  #isOpen = false;
  #open!: () => void;
  #sections: readonly Section[] = [];
  #path: Path | undefined;
  #agreed: Agreed | undefined;
  #userName: string | undefined;
  #work: Promise<unknown> = Promise.resolve();
  readonly #patience = new Patience();

  /** The generation of a call's first pipe is what the house's answer says. */
  constructor(sent: Sent, generation: number | undefined, moved: (path: Path) => void) {
    this.#sent = sent;
    this.#generation = generation;
    this.opened = new Promise((resolve) => (this.#open = resolve));
    const look = (): void => {
      const path = pathOf(this.connection);
      if (path === undefined || path === this.#path || this.isClosed()) return;
      this.#path = path;
      moved(path);
    };
    this.connection.addEventListener("connectionstatechange", look);
    this.connection.addEventListener("iceconnectionstatechange", look);
  }

  generation(): number | undefined {
    return this.#generation;
  }

  isClosed(): boolean {
    return this.connection.signalingState === "closed";
  }

  /** Whether there is a section for the source. */
  sends(source: Source): boolean {
    return this.#sending.has(source);
  }

  /** Describe what we send and take; waits at most `within` ms for candidates. */
  async propose(takes: Takes, within: number): Promise<Proposal> {
    const { tracks } = this.#sent;
    const microphone = tracks.get("MICROPHONE");
    const way = takes.own === "sendonly" ? "sendonly" : "sendrecv";
    let voices = 0;
    if (microphone !== undefined || (takes.own === "sendrecv" && takes.voices > 0)) {
      this.#add("MICROPHONE", microphone ?? "audio", way);
      voices += 1;
    }
    let pictures = 0;
    for (const source of PICTURES) {
      const track = tracks.get(source);
      if (track === undefined) continue;
      this.#add(source, track, way);
      pictures += 1;
    }
    for (; voices < takes.voices; voices += 1) this.connection.addTransceiver("audio", { direction: "recvonly" });
    for (; pictures < takes.pictures; pictures += 1) this.connection.addTransceiver("video", { direction: "recvonly" });
    await this.connection.setLocalDescription(await this.connection.createOffer());
    await this.#gathered(within);
    const sending = [...this.#sending].flatMap(([source, { mid }]) => (mid === null ? [] : [{ mid, source }]));
    return { offer: this.#sdp(), sending };
  }

  #add(source: Source, track: MediaStreamTrack | "audio", direction: Exclude<OwnWay, "recvonly">): void {
    const encoding = hold({}, source, this.#sent.limits);
    const transceiver = this.connection.addTransceiver(track, { direction, sendEncodings: [encoding] });
    this.#sending.set(source, transceiver);
  }

  /** Take the house's answer to our proposal; false if it is not awaited. Rejects for what can't be used. */
  answer(message: PipeAnswer): Promise<boolean> {
    // Known at once: what the house says next about this generation waits its turn after the answer.
    this.#generation ??= message.generation;
    return this.#then(async () => {
      if (this.#isOpen || this.#generation !== message.generation) return false;
      await this.connection.setRemoteDescription({ type: "answer", sdp: message.answer });
      this.#userName = userName(message.answer);
      this.#isOpen = true;
      this.#sections = message.sections;
      for (const source of PICTURES) await this.cap(source);
      this.#open();
      return true;
    });
  }

  /** Take the house's offer; the same one again is agreed to in the same words. Rejects for what can't be used. */
  offer(message: Offer): Promise<Agreed | undefined> {
    return this.#then(async () => {
      const before = this.#agreed?.answer.negotiation ?? -1;
      if (!this.#isOpen || message.negotiation < before) return undefined;
      if (this.#agreed !== undefined && message.negotiation === before) {
        return { ...this.#agreed, added: [], restarted: false };
      }
      await this.connection.setRemoteDescription({ type: "offer", sdp: message.offer });
      const added = this.#bind(message.sections);
      await Promise.all(added.map((source) => this.put(source)));
      await this.connection.setLocalDescription(await this.connection.createAnswer());
      const user = userName(message.offer);
      const restarted = user !== undefined && user !== this.#userName;
      this.#userName = user ?? this.#userName;
      const { generation, negotiation } = message;
      this.#agreed = { answer: { generation, negotiation, answer: this.#sdp() }, added, restarted };
      this.#sections = message.sections;
      return this.#agreed;
    });
  }

  /** Take a new meaning of the sections there are. */
  mean({ sections }: Sections): Promise<void> {
    return this.#then(async () => {
      this.#sections = sections;
      return Promise.resolve();
    });
  }

  /** Let the source's section send the source's track, if there is a section. */
  async put(source: Source): Promise<void> {
    await this.#sending.get(source)?.sender.replaceTrack(this.#sent.tracks.get(source) ?? null);
  }

  /** Hold the source to its limits, if there is a section. */
  async cap(source: Source): Promise<void> {
    const sender = this.#sending.get(source)?.sender;
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings?.[0];
    if (sender === undefined || parameters === undefined || encoding === undefined) return;
    hold(encoding, source, this.#sent.limits);
    if (source !== "MICROPHONE") {
      parameters.degradationPreference = source === "SCREEN" ? "maintain-resolution" : "maintain-framerate";
    }
    await sender.setParameters(parameters);
  }

  /** Hold everything to its limits. */
  async capAll(): Promise<void> {
    await Promise.all([...this.#sending.keys()].map((source) => this.cap(source)));
  }

  /** What comes as the source now. */
  received(source: Source): MediaStreamTrack | undefined {
    const section = this.#sections.find(({ receives }) => receives?.source === source);
    if (section !== undefined) return this.#transceiver(section.mid)?.receiver.track;
    return source === "MICROPHONE" ? this.#sending.get(source)?.receiver.track : undefined;
  }

  /** Everything that comes now. */
  receiving(): Received[] {
    return this.#sections.flatMap(({ mid, receives }) => {
      const track = receives == null ? undefined : this.#transceiver(mid)?.receiver.track;
      return receives == null || track === undefined ? [] : [{ ...receives, track }];
    });
  }

  /** How many sections receive something now. */
  takes(): Omit<Takes, "own"> {
    const voices = this.#sections.filter(({ receives }) => receives?.source === "MICROPHONE").length;
    const pictures = this.#sections.filter(({ receives }) => receives !== undefined).length - voices;
    return { voices, pictures };
  }

  statistics(): Promise<RTCStatsReport> {
    return this.connection.getStats();
  }

  /** Let what comes wait for what was lost, as its statistics advise. */
  heed(report: RTCStatsReport): void {
    const parties = new Map(this.receiving().map(({ track, call }) => [track.id, call]));
    const waits = this.#patience.after(report, (track) => parties.get(track));
    for (const { receiver } of this.connection.getTransceivers()) {
      // A browser without it decides by itself.
      if (!("jitterBufferTarget" in receiver)) continue;
      const wait = waits.get(parties.get(receiver.track.id) ?? "") || null;
      if (receiver.jitterBufferTarget !== wait) receiver.jitterBufferTarget = wait;
    }
  }

  close(): void {
    this.connection.close();
    this.#open();
  }

  /** Do it after what was begun before, unless it is closed by then. */
  #then<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#work.then(() => {
      if (this.isClosed()) throw new ClosedError();
      return step();
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** Give sections that shall send to their sources; returns those that are new. */
  #bind(sections: readonly Section[]): Source[] {
    const added: Source[] = [];
    for (const { mid, sends } of sections) {
      const transceiver = this.#transceiver(mid);
      if (sends === undefined || transceiver === undefined || this.#sending.get(sends) === transceiver) continue;
      transceiver.direction = "sendrecv";
      this.#sending.set(sends, transceiver);
      added.push(sends);
    }
    return added;
  }

  #transceiver(mid: string): RTCRtpTransceiver | undefined {
    return this.connection.getTransceivers().find((each) => each.mid === mid);
  }

  #sdp(): string {
    return this.connection.localDescription?.sdp ?? "";
  }

  #gathered(within: number): Promise<void> {
    const { connection } = this;
    return new Promise((resolve) => {
      const look = (): void => {
        if (connection.iceGatheringState === "complete") finish();
      };
      const finish = (): void => {
        clearTimeout(timer);
        connection.removeEventListener("icegatheringstatechange", look);
        resolve();
      };
      const timer = setTimeout(finish, within);
      connection.addEventListener("icegatheringstatechange", look);
      look();
    });
  }
}

/** It was closed before its turn came: nothing is wrong with what was asked. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";
}

function pathOf({ connectionState, iceConnectionState }: RTCPeerConnection): Path | undefined {
  if (connectionState === "failed" || iceConnectionState === "failed") return "DOWN";
  if (connectionState === "disconnected" || iceConnectionState === "disconnected") return "SHAKY";
  return connectionState === "connected" ? "UP" : undefined;
}

/** The ICE user name of a bundled description (RFC 8839 section 5.4): another means that ICE begins anew. */
function userName(sdp: string): string | undefined {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
}
