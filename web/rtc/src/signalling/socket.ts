/** One WebSocket to the house: from its opening to its end, never twice. */

import type { Connected, FromClient, FromHouse } from "../generated/messages.js";
import { PROTOCOL } from "../generated/messages.js";

/** From the first attempt to being welcome, in ms. */
export const WELCOME_WITHIN = 10_000;
/** Silence after which we ask whether the house is there, in ms. */
export const ASK_AFTER = 15_000;
/** How long it may take to respond, in ms. */
export const RESPONSE_WITHIN = 10_000;

/** Why a socket has ended. */
export type Ending =
  /** Another attempt may succeed. */
  | { readonly kind: "lost"; readonly reason: string }
  /** It would not. */
  | { readonly kind: "rejected"; readonly reason: string };

export interface SocketEvents {
  welcome(message: Connected): void;
  message(message: FromHouse): void;
  /** Once, and nothing after it; never after `close`. */
  ended(ending: Ending): void;
}

export class Socket {
  readonly #socket: WebSocket;
  readonly #events: SocketEvents;
  readonly #log: (text: string) => void;
  #phase: "greeting" | "open" | "ended" = "greeting";
  #timer: ReturnType<typeof setTimeout>;
  #pings = 0;

  constructor(address: string, token: string, sdk: string, events: SocketEvents, log: (text: string) => void) {
    this.#events = events;
    this.#log = log;
    this.#socket = new WebSocket(address);
    this.#timer = setTimeout(() => this.#end("lost", "The server does not respond."), WELCOME_WITHIN);
    this.#socket.addEventListener("open", () => this.say({ t: "connect", protocol: PROTOCOL, token, sdk }));
    this.#socket.addEventListener("message", (event) => this.#hear(event.data));
    this.#socket.addEventListener("close", (event) => {
      this.#end("lost", event.reason === "" ? "The server can not be reached." : `The server: ${event.reason}.`);
    });
  }

  say(message: FromClient): void {
    if (this.#phase === "ended" || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#log(`→ ${message.t}`);
    this.#socket.send(JSON.stringify(message));
  }

  /** Leave. */
  close(): void {
    this.#phase = "ended";
    clearTimeout(this.#timer);
    this.#socket.close(1000);
  }

  #hear(data: unknown): void {
    if (this.#phase === "ended") return;
    const message = read(data);
    if (message === undefined) {
      this.#log("← a message that can not be understood");
      return;
    }
    this.#log(`← ${message.t}`);
    this.#listen();
    if (message.t === "rejected") this.#end("rejected", `${message.code}: ${message.text}`);
    else if (message.t === "connected") {
      if (this.#phase !== "greeting") return;
      this.#phase = "open";
      this.#events.welcome(message);
    } else if (message.t === "malformed") {
      console.error(`The server does not understand this SDK: ${message.text}`);
    } else if (message.t !== "pong" && this.#phase === "open") this.#events.message(message);
  }

  /** Something was heard: be patient again. */
  #listen(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.say({ t: "ping", number: (this.#pings += 1) });
      this.#timer = setTimeout(() => this.#end("lost", "The server does not respond."), RESPONSE_WITHIN);
    }, ASK_AFTER);
  }

  #end(kind: Ending["kind"], reason: string): void {
    if (this.#phase === "ended") return;
    this.close();
    this.#events.ended({ kind, reason });
  }
}

function read(data: unknown): FromHouse | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const message: unknown = JSON.parse(data);
    const isMessage = typeof message === "object" && message !== null && typeof (message as { t?: unknown }).t === "string";
    return isMessage ? (message as FromHouse) : undefined;
  } catch {
    return undefined;
  }
}
