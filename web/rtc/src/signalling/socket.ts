/** One WebSocket to the house: from its opening to its end, never twice. */

import type { Connect, Connected, FromClient, FromHouse, RejectCode, Resumed } from "../generated/messages.js";

/** Between two questions whether the house is there, in ms; each also says what we have heard. */
export const ASK_EVERY = 5_000;
/** How long the house may be silent after one, in ms. */
export const RESPONSE_WITHIN = 5_000;
/** The same when there is a reason to doubt, in ms. */
export const DOUBTED_WITHIN = 2_000;
/** A timer that is later than this, in ms, belongs to a page that slept: nothing could be heard. */
export const SLEPT = 1_000;

const GOODBYE = 1000;
/** Of a socket that another will replace: the house keeps the line. */
const LOST = 4000;

/** Why a socket has ended; after "lost" another attempt may succeed. */
export type Ending =
  | { readonly kind: "lost"; readonly reason: string }
  | { readonly kind: "rejected"; readonly code: RejectCode; readonly reason: string };

export interface SocketEvents {
  welcome(message: Connected | Resumed): void;
  message(message: Exclude<FromHouse, Connected | Resumed>): void;
  /** What we have heard, for the house to know. */
  heard(): number;
  /** Once, and nothing after it; never after `leave`. */
  ended(ending: Ending): void;
}

export class Socket {
  readonly #socket: WebSocket;
  readonly #events: SocketEvents;
  readonly #log: (text: string) => void;
  #phase: "greeting" | "open" | "ended" = "greeting";
  #asking: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;
  #pings = 0;

  /** `greet` gives the first message when the socket is open; `within`: from now to being welcome, in ms. */
  constructor(address: string, greet: () => Connect, within: number, events: SocketEvents, log: (text: string) => void) {
    this.#events = events;
    this.#log = log;
    this.#socket = new WebSocket(address);
    this.#expect(within);
    this.#socket.addEventListener("open", () => this.say(greet()));
    this.#socket.addEventListener("message", (event) => this.#hear(event.data));
    this.#socket.addEventListener("close", (event) => {
      this.lose(event.reason === "" ? "The server can not be reached." : `The server: ${event.reason}.`);
    });
  }

  say(message: FromClient): void {
    if (this.#phase === "ended" || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#log(`→ ${message.t}`);
    this.#socket.send(JSON.stringify(message));
  }

  /** Ask whether the house is there; it has this long to say anything, in ms. */
  ask(within: number): void {
    if (this.#phase !== "open") return;
    this.say({ t: "ping", number: (this.#pings += 1), heard: this.#events.heard() });
    this.#expect(within);
  }

  /** Close it for good: the house forgets the line. */
  leave(): void {
    this.#close(GOODBYE);
  }

  /** Give it up: another will take its place. */
  lose(reason: string): void {
    this.#end({ kind: "lost", reason });
  }

  #hear(data: unknown): void {
    if (this.#phase === "ended") return;
    const message = read(data);
    if (message === undefined) {
      this.#log("← a message that can not be understood");
      return;
    }
    this.#log(`← ${message.t}`);
    if (message.t === "rejected") {
      this.#end({ kind: "rejected", code: message.code, reason: `${message.code}: ${message.text}` });
    } else if (message.t === "connected" || message.t === "resumed") {
      if (this.#phase !== "greeting") return;
      this.#phase = "open";
      this.#calm();
      this.#asking = setInterval(() => this.ask(RESPONSE_WITHIN), ASK_EVERY);
      this.#events.welcome(message);
    } else if (message.t === "malformed") {
      console.error(`The server does not understand this SDK: ${message.text}`);
    } else if (this.#phase === "open") {
      this.#calm();
      this.#events.message(message);
    }
  }

  /** Something must be heard within this time; an earlier deadline holds. */
  #expect(within: number): void {
    const due = Date.now() + within;
    if (due >= this.#due) return;
    clearTimeout(this.#deadline);
    this.#due = due;
    this.#deadline = setTimeout(() => {
      const slept = Date.now() - this.#due > SLEPT;
      this.#due = Infinity;
      if (slept && this.#phase === "open") this.ask(DOUBTED_WITHIN);
      else this.lose("The server does not respond.");
    }, within);
  }

  #calm(): void {
    clearTimeout(this.#deadline);
    this.#due = Infinity;
  }

  #end(ending: Ending): void {
    if (this.#phase === "ended") return;
    this.#close(LOST);
    this.#events.ended(ending);
  }

  #close(code: number): void {
    this.#phase = "ended";
    clearInterval(this.#asking);
    this.#calm();
    this.#socket.close(code);
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
