/** The media connection of a call: its pipe, and the next one when that is lost; the house leads. */

import { CallError } from "../call/error-codes.js";
import type { Offer, PipeAnswer, Sections, Source } from "../generated/messages.js";
import type { Command } from "../signalling/numbering.js";
import type { Limits } from "./limits.js";
import {
  ClosedError,
  GATHERED_AGAIN_WITHIN,
  GATHERED_WITHIN,
  type Path,
  Pipe,
  type Proposal,
  type Received,
  type Sent,
  type Takes,
} from "./pipe.js";
import type { Output } from "./recovery.js";
import { Repair } from "./repair.js";

export type { Proposal, Received, Takes } from "./pipe.js";

/** Longest wait for a section that was asked for, in ms. */
export const OFFERED_WITHIN = 10_000;

/** What a call is told by its media connection. */
export interface PeerEvents {
  /** A PeerConnection was made for each generation: here, before it is described. */
  pipe(connection: RTCPeerConnection): void;
  /** The meaning of sections has changed, or their tracks have. */
  sections(): void;
  /** Another pipe takes over; the statistics of the one before end with these. */
  replaced(last: RTCStatsReport): void;
  /** Media is out, and comes back: each told once, in turns. */
  reconnecting(): void;
  reconnected(): void;
  /** Something is wrong with the network: is the line alive? */
  look(): void;
  /** Media can't be carried; nothing will come any more. */
  failed(reason: string): void;
}

interface Waiting {
  resolve(): void;
  reject(error: CallError): void;
  timer: ReturnType<typeof setTimeout>;
  /** Of the pipe that it was asked of. */
  generation: number | undefined;
}

export class Peer {
  readonly #call: string;
  readonly #say: (message: Command) => void;
  readonly #events: PeerEvents;
  readonly #sent: Sent = { tracks: new Map(), limits: {} };
  readonly #waiting = new Map<Source, Waiting>();
  readonly #repair: Repair;
  #takes: Takes = { own: "sendrecv", voices: 1, pictures: 0 };
  /** The one that carries media. */
  #pipe: Pipe;
  /** The one that was proposed to take its place. */
  #next: Pipe | undefined;

  constructor(call: string, say: (message: Command) => void, events: PeerEvents) {
    this.#call = call;
    this.#say = say;
    this.#events = events;
    this.#repair = new Repair((output) => this.#perform(output));
    this.#pipe = this.#make(undefined);
  }

  /** Describe what we send and take. */
  propose(tracks: ReadonlyMap<Source, MediaStreamTrack>, takes: Takes): Promise<Proposal> {
    for (const [source, track] of tracks) this.#sent.tracks.set(source, track);
    this.#takes = takes;
    this.#events.pipe(this.#pipe.connection);
    return this.#pipe.propose(this.#takes, GATHERED_WITHIN);
  }

  /** Whether interruptions of the network are ours to repair. */
  recover(auto: boolean): void {
    this.#repair.take({ is: "auto", auto });
  }

  /** Take the house's answer to a proposal. */
  answered(message: PipeAnswer): void {
    const next = this.#next;
    if (next?.generation() === message.generation) {
      this.#settleWith(next.answer(message), next, (taken) => (taken ? this.#replace(next) : undefined));
    } else if (next === undefined) {
      const pipe = this.#pipe;
      this.#settleWith(pipe.answer(message), pipe, (taken) => {
        if (!taken) return;
        this.#repair.take({ is: "answered", generation: message.generation });
        this.#events.sections();
      });
    }
  }

  /** Take the house's offer and answer it. */
  offered(message: Offer): void {
    const pipe = this.#of(message.generation);
    if (pipe === undefined) return;
    this.#settleWith(pipe.offer(message), pipe, async (agreed) => {
      if (agreed === undefined) return;
      this.#say({ t: "answer", call: this.#call, ...agreed.answer });
      if (agreed.restarted) this.#repair.take({ is: "restarted" });
      await Promise.all(agreed.added.map((source) => pipe.cap(source)));
      this.#events.sections();
      for (const source of agreed.added) this.#settle(source);
    });
  }

  /** Take a new meaning of the sections we have. */
  meant(message: Sections): void {
    const pipe = this.#of(message.generation);
    if (pipe !== undefined) this.#settleWith(pipe.mean(message), pipe, () => this.#events.sections());
  }

  /** The house wants a pipe of this generation. */
  lost(generation: number): void {
    this.#repair.take({ is: "lost", generation });
  }

  /** The line is lost, or back. */
  line(up: boolean): void {
    this.#repair.take({ is: "line", up });
  }

  /** The device has another network. */
  moved(): void {
    this.#repair.take({ is: "moved" });
  }

  /** The house will not do what was asked for. */
  refused(command: "renegotiate" | "restart_ice" | "reopen", error: CallError): void {
    if (command === "restart_ice") this.#repair.take({ is: "refused", what: "RESTART" });
    else if (command === "reopen") this.#repair.take({ is: "refused", what: "PIPE" });
    else for (const source of [...this.#waiting.keys()]) this.#settle(source, error);
  }

  /** Send a track as the source, or nothing; asks for a section if there is none. Or a CallError. */
  async send(source: Source, track: MediaStreamTrack | null): Promise<void> {
    const { tracks } = this.#sent;
    if (track === null) tracks.delete(source);
    else tracks.set(source, track);
    for (const pipe of this.#pipes()) {
      await pipe.put(source);
      await pipe.cap(source);
    }
    if (track === null || this.#newest().sends(source)) return;
    await this.#opened();
    try {
      // Another pipe may have been proposed meanwhile, with a section for it.
      if (!this.#newest().sends(source)) await this.#ask(source);
    } catch (error) {
      tracks.delete(source);
      throw error;
    }
  }

  /** Hold what is sent to other limits. */
  async limit(limits: Limits): Promise<void> {
    this.#sent.limits = limits;
    for (const pipe of this.#pipes()) await pipe.capAll();
  }

  /** What comes from the other side as the source now; undefined also while a pipe is replaced. */
  received(source: Source): MediaStreamTrack | undefined {
    return this.#pipe.received(source);
  }

  /** Everything that comes from others now; less also while a pipe is replaced. */
  receiving(): Received[] {
    return this.#pipe.receiving();
  }

  /** Of the pipe that carries media now. */
  statistics(): Promise<RTCStatsReport> {
    return this.#pipe.statistics();
  }

  /** Let what comes wait for what was lost, as these statistics of it advise. */
  heed(report: RTCStatsReport): void {
    this.#pipe.heed(report);
  }

  close(): void {
    this.#repair.stop();
    for (const pipe of this.#pipes()) pipe.close();
    this.refused("renegotiate", new CallError("MEDIA_ERROR", "The call is over."));
  }

  #make(generation: number | undefined): Pipe {
    const pipe: Pipe = new Pipe(this.#sent, generation, (path: Path) => {
      if (pipe === this.#newest()) this.#repair.take({ is: "path", path });
    });
    return pipe;
  }

  #newest(): Pipe {
    return this.#next ?? this.#pipe;
  }

  #pipes(): Pipe[] {
    return this.#next === undefined ? [this.#pipe] : [this.#pipe, this.#next];
  }

  #of(generation: number): Pipe | undefined {
    return this.#pipes().find((each) => each.generation() === generation);
  }

  #perform(output: Output): void {
    switch (output.do) {
      case "restart": {
        const generation = this.#newest().generation();
        if (generation !== undefined) this.#say({ t: "restart_ice", call: this.#call, generation });
        return;
      }
      case "open":
        void this.#reopen(output.generation);
        return;
      case "tell":
        if (output.what === "RECONNECTING") this.#events.reconnecting();
        else this.#events.reconnected();
        return;
      case "look":
        this.#events.look();
        return;
      case "fail":
        this.#events.failed("The connection for media has failed.");
        return;
    }
  }

  /** Propose another pipe, with the sections that the one before had come to need. */
  async #reopen(generation: number): Promise<void> {
    const { voices, pictures } = this.#pipe.takes();
    const takes = {
      own: this.#takes.own,
      voices: Math.max(voices, this.#takes.voices),
      pictures: Math.max(pictures, this.#takes.pictures),
    };
    this.#next?.close();
    const next = this.#make(generation);
    this.#next = next;
    this.#events.pipe(next.connection);
    try {
      const proposal = await next.propose(takes, GATHERED_AGAIN_WITHIN);
      if (!next.isClosed()) this.#say({ t: "reopen", call: this.#call, generation, ...proposal });
    } catch (error) {
      this.#broken(next, error);
    }
  }

  async #replace(next: Pipe): Promise<void> {
    const before = this.#pipe;
    const last = await before.statistics().catch(() => undefined);
    if (this.#next !== next) return;
    this.#pipe = next;
    this.#next = undefined;
    if (last !== undefined) this.#events.replaced(last);
    before.close();
    this.#events.sections();
    for (const [source, { generation }] of [...this.#waiting]) {
      if (next.sends(source)) this.#settle(source);
      else if (generation !== next.generation()) this.#wish(source);
    }
  }

  /** Do what follows from a negotiation; a pipe whose negotiation fails is broken, unless it is closed. */
  #settleWith<T>(negotiation: Promise<T>, pipe: Pipe, then: (outcome: T) => Promise<void> | undefined | void): void {
    negotiation.then(then).catch((error: unknown) => this.#broken(pipe, error));
  }

  #broken(pipe: Pipe, error: unknown): void {
    if (pipe.isClosed() || error instanceof ClosedError) return;
    if (pipe === this.#next) this.#repair.take({ is: "broken" });
    else if (pipe === this.#pipe) this.#events.failed(String(error));
  }

  /** Wait for the newest pipe to be open. */
  async #opened(): Promise<void> {
    let pipe: Pipe;
    do {
      pipe = this.#newest();
      await pipe.opened;
    } while (pipe !== this.#newest());
  }

  #ask(source: Source): Promise<void> {
    if (this.#newest().isClosed() || this.#waiting.has(source)) {
      return Promise.reject(new CallError("MEDIA_ERROR", "Another change of the call is under way."));
    }
    return new Promise((resolve, reject) => {
      const late = new CallError("REQUEST_TIMEOUT", "The server has made no room for this in time.");
      const timer = setTimeout(() => this.#settle(source, late), OFFERED_WITHIN);
      this.#waiting.set(source, { resolve, reject, timer, generation: undefined });
      this.#wish(source);
    });
  }

  #wish(source: Source): void {
    const generation = this.#newest().generation();
    const waiting = this.#waiting.get(source);
    if (generation === undefined || waiting === undefined) return;
    waiting.generation = generation;
    this.#say({ t: "renegotiate", call: this.#call, generation, sources: [source] });
  }

  #settle(source: Source, error?: CallError): void {
    const waiting = this.#waiting.get(source);
    if (waiting === undefined) return;
    this.#waiting.delete(source);
    clearTimeout(waiting.timer);
    if (error === undefined) waiting.resolve();
    else waiting.reject(error);
  }
}
