/** Stays connected to the house: tries again when a socket is lost. */

import type { Connected, FromClient, FromHouse } from "../generated/messages.js";
import { Socket, type Ending, type SocketEvents } from "./socket.js";

export const FIRST_PAUSE = 50;
export const LONGEST_PAUSE = 1_000;
export const MOST_ATTEMPTS = 50;
/** A connection that lasted as long as this, in ms, starts the count of attempts anew. */
export const PROVEN_AFTER = 10_000;

/** Milliseconds before an attempt to reconnect, the first being 0; `chance` is 0 to 1 and spreads clients. */
export function pause(attempt: number, chance: number): number {
  return Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE) * (0.5 + chance / 2);
}

export interface ConnectionEvents {
  connected(message: Connected): void;
  /** Everything that was under way is lost; a `reconnected` or `disconnected` follows. */
  reconnecting(): void;
  reconnected(message: Connected): void;
  disconnected(reason: string): void;
  message(message: FromHouse): void;
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
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;

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
    this.#open();
  }

  /** Leave; nothing if it is offline. */
  disconnect(): void {
    if (this.#state === "OFFLINE") return;
    this.#socket?.close();
    this.#goOffline("The application has disconnected.");
  }

  say(message: FromClient): void {
    if (this.#state === "CONNECTED") this.#socket?.say(message);
  }

  #open(): void {
    const events: SocketEvents = {
      welcome: (message) => this.#welcome(message),
      message: (message) => this.#events.message(message),
      ended: (ending) => this.#ended(ending),
    };
    try {
      this.#socket = new Socket(this.#address, this.#token, this.#sdk, events, this.#log);
    } catch (error) {
      // E.g. a page on https may not open ws.
      this.#timer = setTimeout(() => this.#ended({ kind: "rejected", reason: String(error) }), 0);
    }
  }

  #welcome(message: Connected): void {
    const isFirst = this.#state === "CONNECTING";
    this.#state = "CONNECTED";
    this.#timer = setTimeout(() => (this.#attempts = 0), PROVEN_AFTER);
    if (isFirst) this.#events.connected(message);
    else this.#events.reconnected(message);
  }

  #ended({ kind, reason }: Ending): void {
    clearTimeout(this.#timer);
    const before = this.#state;
    if (kind === "rejected" || before === "CONNECTING" || this.#attempts >= MOST_ATTEMPTS) {
      this.#goOffline(reason);
      return;
    }
    this.#state = "RECONNECTING";
    this.#timer = setTimeout(() => this.#open(), pause(this.#attempts, Math.random()));
    this.#attempts += 1;
    if (before === "CONNECTED") this.#events.reconnecting();
  }

  #goOffline(reason: string): void {
    clearTimeout(this.#timer);
    this.#state = "OFFLINE";
    this.#socket = undefined;
    this.#events.disconnected(reason);
  }
}
