/** The PeerConnection of a call: one negotiation at a time, the house leads. */

import { CallError } from "../call/error-codes.js";
import type { FromClient, Offer, PipeAnswer, Section, Sections, Sending, Source } from "../generated/messages.js";
import { hold, type Limits } from "./limits.js";

/** Longest wait for the browser's own candidates, in ms; without servers to ask they are there at once. */
export const GATHERED_WITHIN = 2_000;
/** Longest wait for a section that was asked for, in ms. */
export const OFFERED_WITHIN = 10_000;

/** What a call is told by its PeerConnection. */
export interface PeerEvents {
  /** The meaning of sections has changed. */
  sections(): void;
  /** Media can't be carried; nothing will come any more. */
  failed(reason: string): void;
}

/** A complete offer. */
export interface Proposal {
  readonly offer: string;
  readonly sending: Sending[];
}

interface Waiting {
  resolve(): void;
  reject(error: CallError): void;
  timer: ReturnType<typeof setTimeout>;
}

export class Peer {
  readonly #call: string;
  readonly #say: (message: FromClient) => void;
  readonly #events: PeerEvents;
  readonly #connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: [] });
  readonly #sending = new Map<Source, RTCRtpTransceiver>();
  readonly #tracks = new Map<Source, MediaStreamTrack>();
  readonly #waiting = new Map<Source, Waiting>();
  readonly #opened: Promise<void>;
  #open!: () => void;
  #generation: number | undefined;
  #sections: readonly Section[] = [];
  #work: Promise<void> = Promise.resolve();
  #limits: Limits = {};

  constructor(call: string, say: (message: FromClient) => void, events: PeerEvents) {
    this.#call = call;
    this.#say = say;
    this.#events = events;
    this.#opened = new Promise((resolve) => (this.#open = resolve));
    this.#connection.addEventListener("connectionstatechange", () => {
      if (this.#connection.connectionState === "failed") events.failed("The connection for media has failed.");
    });
  }

  /** Describe what we send and take; there is always a section for voices. */
  async propose(tracks: ReadonlyMap<Source, MediaStreamTrack>, takesVideo: boolean): Promise<Proposal> {
    const microphone = tracks.get("MICROPHONE");
    this.#add("MICROPHONE", microphone ?? "audio");
    const camera = tracks.get("CAMERA");
    if (camera !== undefined) this.#add("CAMERA", camera);
    else if (takesVideo) this.#connection.addTransceiver("video", { direction: "recvonly" });
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    await this.#gathered();
    const sending = [...this.#sending].flatMap(([source, { mid }]) => (mid === null ? [] : [{ mid, source }]));
    return { offer: this.#sdp(), sending };
  }

  #add(source: Source, track: MediaStreamTrack | "audio"): void {
    const encoding = hold({}, source, this.#limits);
    const transceiver = this.#connection.addTransceiver(track, {
      direction: "sendrecv",
      sendEncodings: [encoding],
    });
    if (track !== "audio") this.#tracks.set(source, track);
    this.#sending.set(source, transceiver);
  }

  /** Take the house's answer to our proposal. */
  answered(message: PipeAnswer): void {
    this.#then(async () => {
      await this.#connection.setRemoteDescription({ type: "answer", sdp: message.answer });
      this.#generation = message.generation;
      this.#mean(message.sections);
      this.#open();
    });
  }

  /** Take the house's offer and answer it. */
  offered(message: Offer): void {
    this.#then(async () => {
      if (message.generation !== this.#generation) return;
      await this.#connection.setRemoteDescription({ type: "offer", sdp: message.offer });
      const added = this.#bind(message.sections);
      await Promise.all(added.map((source) => this.#put(source)));
      await this.#connection.setLocalDescription(await this.#connection.createAnswer());
      this.#say({
        t: "answer",
        call: this.#call,
        generation: message.generation,
        negotiation: message.negotiation,
        answer: this.#sdp(),
      });
      await Promise.all(added.map((source) => this.#cap(source)));
      this.#mean(message.sections);
      for (const source of added) this.#settle(source);
    });
  }

  /** Take a new meaning of the sections we have. */
  meant(message: Sections): void {
    this.#then(async () => {
      if (message.generation === this.#generation) this.#mean(message.sections);
      return Promise.resolve();
    });
  }

  /** Send a track as the source, or nothing; asks for a section if there is none. Or a CallError. */
  async send(source: Source, track: MediaStreamTrack | null): Promise<void> {
    if (track === null) this.#tracks.delete(source);
    else this.#tracks.set(source, track);
    if (this.#sending.has(source)) {
      await this.#put(source);
      await this.#cap(source);
    } else if (track !== null) {
      await this.#opened;
      try {
        await this.#ask(source);
      } catch (error) {
        this.#tracks.delete(source);
        throw error;
      }
    }
  }

  /** Hold what is sent to other limits. */
  async limit(limits: Limits): Promise<void> {
    this.#limits = limits;
    await Promise.all([...this.#sending.keys()].map((source) => this.#cap(source)));
  }

  /** The house will send no offer that we asked for. */
  refused(error: CallError): void {
    for (const source of [...this.#waiting.keys()]) this.#settle(source, error);
  }

  /** What comes from the other side as the source now. */
  received(source: Source): MediaStreamTrack | undefined {
    const section = this.#sections.find((each) => each.receives?.source === source);
    if (section !== undefined) return this.#transceiver(section.mid)?.receiver.track;
    return source === "MICROPHONE" ? this.#sending.get("MICROPHONE")?.receiver.track : undefined;
  }

  statistics(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  close(): void {
    this.#connection.close();
    this.refused(new CallError("MEDIA_ERROR", "The call is over."));
  }

  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#connection.signalingState === "closed") return;
      try {
        await step();
      } catch (error) {
        if (this.#connection.signalingState as string !== "closed") this.#events.failed(String(error));
      }
    });
  }

  #mean(sections: readonly Section[]): void {
    this.#sections = sections;
    this.#events.sections();
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
    return this.#connection.getTransceivers().find((each) => each.mid === mid);
  }

  async #put(source: Source): Promise<void> {
    await this.#sending.get(source)?.sender.replaceTrack(this.#tracks.get(source) ?? null);
  }

  async #cap(source: Source): Promise<void> {
    const sender = this.#sending.get(source)?.sender;
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings?.[0];
    if (sender === undefined || parameters === undefined || encoding === undefined) return;
    hold(encoding, source, this.#limits);
    if (source !== "MICROPHONE") {
      parameters.degradationPreference = source === "SCREEN" ? "maintain-resolution" : "maintain-framerate";
    }
    await sender.setParameters(parameters);
  }

  #ask(source: Source): Promise<void> {
    const generation = this.#generation;
    if (generation === undefined || this.#waiting.has(source)) {
      return Promise.reject(new CallError("MEDIA_ERROR", "Another change of the call is under way."));
    }
    return new Promise((resolve, reject) => {
      const late = new CallError("REQUEST_TIMEOUT", "The server has made no room for this in time.");
      const timer = setTimeout(() => this.#settle(source, late), OFFERED_WITHIN);
      this.#waiting.set(source, { resolve, reject, timer });
      this.#say({ t: "renegotiate", call: this.#call, generation, sources: [source] });
    });
  }

  #settle(source: Source, error?: CallError): void {
    const waiting = this.#waiting.get(source);
    if (waiting === undefined) return;
    this.#waiting.delete(source);
    clearTimeout(waiting.timer);
    if (error === undefined) waiting.resolve();
    else waiting.reject(error);
  }

  #sdp(): string {
    return this.#connection.localDescription?.sdp ?? "";
  }

  #gathered(): Promise<void> {
    const connection = this.#connection;
    return new Promise((resolve) => {
      const look = (): void => {
        if (connection.iceGatheringState === "complete") finish();
      };
      const finish = (): void => {
        clearTimeout(timer);
        connection.removeEventListener("icegatheringstatechange", look);
        resolve();
      };
      const timer = setTimeout(finish, GATHERED_WITHIN);
      connection.addEventListener("icegatheringstatechange", look);
      look();
    });
  }
}
