/** Stays connected to the house: a lost socket is replaced by another that goes on with the same line. */

import type { CallState, Connect, Connected, Ended, FromHouse, RejectCode, Resumed } from "../generated/messages.js";
import { PROTOCOL } from "../generated/messages.js";
import { type Command, Numbering } from "./numbering.js";
import { watchPage } from "./page.js";
import { DOUBTED_WITHIN, type Ending, RESPONSE_WITHIN, Socket, type SocketEvents } from "./socket.js";

export const FIRST_PAUSE = 50;
export const LONGEST_PAUSE = 1_000;
/** A connection that lasted as long as this, in ms, starts the pauses anew. */
export const PROVEN_AFTER = 10_000;
/** From the first attempt to being welcome, in ms. */
export const WELCOME_WITHIN = 10_000;
/** The same when another attempt follows anyway, in ms. */
export const WELCOME_BACK_WITHIN = 4_000;
/** After so many commands in a row we ask what was heard of them. */
export const ASK_AFTER = 50;

/** Rejections that may pass while the house still has the sockets that are lost. */
const PASSING: readonly RejectCode[] = ["TOO_MANY", "NOT_CONNECTED"];

/** Milliseconds before an attempt to reconnect, the first being 0; `chance` is 0 to 1 and spreads clients. */
export function pause(attempt: number, chance: number): number {
  return Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE) * (0.5 + chance / 2);
}

/** What is so now, in place of what was said meanwhile. */
export interface Snapshot {
  readonly calls: readonly CallState[];
  readonly ended: readonly Ended[];
  /** Commands that were said again. */
  readonly again: readonly Command[];
}

/** Messages that are for the client and its calls. */
export type News = Exclude<FromHouse, { t: "connected" | "resumed" | "rejected" | "malformed" | "pong" }>;

export interface ConnectionEvents {
  connected(message: Connected): void;
  /** The socket is lost; a `reconnected` or `disconnected` follows. */
  reconnecting(): void;
  /** Nothing was missed: it is said now, or the snapshot is in its place. */
  reconnected(snapshot: Snapshot | undefined): void;
  /** The line can't go on, and the house has forgotten it; a `reconnected` or `disconnected` follows. */
  forgotten(): void;
  disconnected(reason: string): void;
  message(message: News): void;
  /** The device has another network. */
  moved(): void;
  /** Ids of the calls that are alive here and known to the house. */
  calls(): readonly string[];
}

export type ConnectionState = "OFFLINE" | "CONNECTING" | "CONNECTED" | "RECONNECTING";

export class Connection {
  readonly #address: string;
  readonly #token: string;
  readonly #sdk: string;
  readonly #events: ConnectionEvents;
  readonly #log: (text: string) => void;
  #state: ConnectionState = "OFFLINE";
  #socket: Socket | undefined;
  #numbering = new Numbering();
  /** To go on with the line. */
  #resume: string | undefined;
  #resumeWithin = 0;
  /** When the house no longer keeps the line, by `Date.now()`. */
  #deadline = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #unwatch: (() => void) | undefined;

  constructor(
    address: string,
    token: string,
    sdk: string,
    events: ConnectionEvents,
    log: (text: string) => void,
  ) {
    this.#address = address;
    this.#token = token;
    this.#sdk = sdk;
    this.#events = events;
    this.#log = log;
  }

  state(): ConnectionState {
    return this.#state;
  }

  /** Nothing if it is connected, or about to be. A first attempt that fails is the last. */
  connect(): void {
    if (this.#state !== "OFFLINE") return;
    this.#state = "CONNECTING";
    this.#attempts = 0;
    this.#unwatch = watchPage({
      look: () => this.look(),
      moved: () => {
        this.#hurry();
        this.#events.moved();
      },
      leaving: () => this.#leave("The page was left."),
    });
    this.#open();
  }

  /** Leave; nothing if it is offline. */
  disconnect(): void {
    this.#leave("The application has disconnected.");
  }

  /** Say it, now or when the line goes on; it is heard once. Nothing if there is no line. */
  say(command: Command): void {
    if (this.#state !== "CONNECTED" && this.#state !== "RECONNECTING") return;
    const numbered = this.#numbering.say(command);
    if (numbered === undefined) {
      this.#forget();
      this.#socket?.lose("The server hears nothing.");
    } else if (this.#state === "CONNECTED") {
      this.#socket?.say(numbered);
      if (this.#numbering.unheard().length % ASK_AFTER === 0) this.#socket?.ask(RESPONSE_WITHIN);
    }
  }

  /** See whether the house is there: something has happened that may have cut us off. */
  look(): void {
    if (this.#state === "CONNECTED") this.#socket?.ask(DOUBTED_WITHIN);
    else if (this.#state === "RECONNECTING" && this.#socket === undefined) this.#hurry();
  }

  /** The network is another: the socket may be dead, and an attempt under way as well. */
  #hurry(): void {
    if (this.#state === "CONNECTED") this.#socket?.ask(DOUBTED_WITHIN);
    if (this.#state !== "RECONNECTING") return;
    this.#attempts = 0;
    clearTimeout(this.#timer);
    if (this.#socket !== undefined) this.#socket.lose("The network has changed.");
    else this.#open();
  }

  #open(): void {
    const within = this.#state === "CONNECTING" ? WELCOME_WITHIN : WELCOME_BACK_WITHIN;
    const events: SocketEvents = {
      welcome: (message) => this.#welcome(message),
      message: (message) => this.#hear(message),
      heard: () => this.#numbering.heard(),
      ended: (ending) => this.#ended(ending),
    };
    try {
      this.#socket = new Socket(this.#address, () => this.#greeting(), within, events, this.#log);
    } catch (error) {
      // E.g. a page on https may not open ws.
      this.#timer = setTimeout(() => this.#leave(String(error)), 0);
    }
  }

  #greeting(): Connect {
    const greeting = { t: "connect", protocol: PROTOCOL, token: this.#token, sdk: this.#sdk } as const;
    if (this.#state !== "RECONNECTING" || this.#resume === undefined) return greeting;
    const resume = { token: this.#resume, heard: this.#numbering.heard(), calls: this.#events.calls() };
    return { ...greeting, resume };
  }

  #welcome(message: Connected | Resumed): void {
    const isFirst = this.#state === "CONNECTING";
    this.#state = "CONNECTED";
    this.#resume = message.resume;
    this.#resumeWithin = message.resumeWithin * 1_000;
    this.#timer = setTimeout(() => (this.#attempts = 0), PROVEN_AFTER);
    if (message.t === "resumed") this.#goOn(message);
    else {
      this.#forgetNumbers();
      if (isFirst) this.#events.connected(message);
      else {
        this.#events.forgotten();
        this.#events.reconnected(undefined);
      }
    }
  }

  #goOn({ heard, number, snapshot, ended }: Resumed): void {
    this.#numbering.acknowledge(heard);
    const again = [...this.#numbering.unheard()];
    for (const command of again) this.#socket?.say(command);
    // The house keeps the token that was used until it hears that the next has arrived.
    this.#socket?.ask(RESPONSE_WITHIN);
    if (snapshot === undefined) this.#events.reconnected(undefined);
    else {
      this.#numbering.goOn(number);
      this.#events.reconnected({ calls: snapshot, ended: ended ?? [], again });
    }
  }

  #hear(message: Exclude<FromHouse, Connected | Resumed>): void {
    if (message.t === "pong") {
      this.#numbering.acknowledge(message.heard ?? 0);
      return;
    }
    if (message.t === "rejected" || message.t === "malformed") return;
    const kind = this.#numbering.hear(message);
    if (kind === "NEW") this.#events.message(message);
    else if (kind === "GAP") this.#socket?.lose("A message was lost.");
  }

  #ended(ending: Ending): void {
    clearTimeout(this.#timer);
    this.#socket = undefined;
    const before = this.#state;
    if (ending.kind === "rejected" && ending.code.startsWith("RESUME_")) {
      this.#forget();
      this.#open();
      return;
    }
    const isFinal = ending.kind === "rejected" && !(before === "RECONNECTING" && PASSING.includes(ending.code));
    if (isFinal || before === "CONNECTING") {
      this.#goOffline(ending.reason);
      return;
    }
    this.#state = "RECONNECTING";
    if (before === "CONNECTED") this.#deadline = Date.now() + this.#resumeWithin;
    this.#timer = setTimeout(() => this.#retry(ending.reason), pause(this.#attempts, Math.random()));
    this.#attempts += 1;
    if (before === "CONNECTED") this.#events.reconnecting();
  }

  #retry(reason: string): void {
    if (Date.now() >= this.#deadline) this.#goOffline(reason);
    else this.#open();
  }

  /** The line can't go on: what follows is another. */
  #forget(): void {
    this.#resume = undefined;
    this.#forgetNumbers();
    this.#events.forgotten();
  }

  #forgetNumbers(): void {
    this.#numbering = new Numbering();
  }

  #leave(reason: string): void {
    if (this.#state === "OFFLINE") return;
    this.#socket?.leave();
    this.#goOffline(reason);
  }

  #goOffline(reason: string): void {
    clearTimeout(this.#timer);
    this.#unwatch?.();
    this.#state = "OFFLINE";
    this.#socket = undefined;
    this.#forget();
    this.#events.disconnected(reason);
  }
}
