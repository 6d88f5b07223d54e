/** Texts beside a call: in order, receipted, and said again on the pipe that takes a lost one's place. */

import { type DataChannel, DataChannelEvent, type DataChannelEventTypes } from "../events/data-channel.js";
import { Emitter } from "../events/emitter.js";
import { type Endpoint, WebrtcEndpoint } from "./endpoints.js";
import { Pace } from "./pace.js";

/** UTF-8 bytes of one text. */
export const MAX_TEXT = 65_536;
/** Bytes of one text as JSON writes it: beyond about this the engine ends the channel. */
const MAX_WRITTEN = 250_000;
/** Texts, and their bytes, that wait to be sent. */
export const MAX_WAITING = 1_000;
export const MAX_WAITING_BYTES = 4_194_304;
/** Texts without a receipt: fewer than both ends remember, so that none said again is delivered twice. */
export const MAX_UNRECEIPTED = 200;
/** Texts of one sender, and senders, that are remembered. */
export const REMEMBERED = 256;
const REMEMBERED_SENDERS = 1_024;
/** The browser's own buffer: above the first we pause, below the second we go on. */
const MAX_BUFFERED = 1024 * 1024;
const RESUMED_BELOW = 256 * 1024;
/** Pauses in ms before texts are said again that were refused for now. */
const AGAIN_AFTER: Readonly<Record<string, number>> = { NOT_JOINED: 250, TOO_FAST: 1_000 };

/** Who can be written to, and who writes. */
export interface Parties {
  /** The call ids behind the endpoint; "EVERYBODY" if there is nobody else; undefined if it is not told who is there. */
  calls(to: Endpoint): readonly string[] | "EVERYBODY" | undefined;
  endpoint(call: string): Endpoint | undefined;
}

interface Outgoing {
  readonly id: string;
  readonly text: string;
  readonly bytes: number;
  readonly to: Endpoint | undefined;
}

type Events = DataChannelEventTypes;

/** What the engine says on the channel (docs/data-channel.md). */
interface Heard {
  readonly t?: unknown;
  readonly id?: unknown;
  readonly from?: unknown;
  readonly label?: unknown;
  readonly direct?: unknown;
  readonly at?: unknown;
  readonly text?: unknown;
  readonly delivered?: unknown;
  readonly code?: unknown;
}

export class Texts implements DataChannel {
  readonly #events = new Emitter<Events>(DataChannelEvent);
  readonly #parties: Parties;
  // A little slower than the engine allows, so that it never has to refuse.
  readonly #texts = new Pace(40, 150);
  readonly #bytes = new Pace(800 * 1024, 800 * 1024);
  #phase: "before" | "open" | "over" = "before";
  #channel: RTCDataChannel | undefined;
  #waiting: Outgoing[] = [];
  #waitingBytes = 0;
  readonly #said = new Map<string, Outgoing>();
  readonly #heard = new Map<string, Set<string>>();
  readonly #senders = new Map<string, Endpoint>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parties: Parties) {
    this.#parties = parties;
  }

  on<K extends DataChannelEvent>(name: K, handler: (event: Events[K]) => void): void {
    this.#events.on(name, handler);
  }

  /** Rejects with an Error whose message begins with TOO_LONG, TOO_FAST, NOBODY, NOT_JOINED or MALFORMED. */
  async send(text: string, to?: Endpoint): Promise<string> {
    if (typeof text !== "string") throw new Error("MALFORMED: A text is a string.");
    if (this.#phase === "over") throw new Error("NOT_JOINED: The call is over.");
    const bytes = encoded(text);
    if (bytes > MAX_TEXT) throw new Error(`TOO_LONG: A text has at most ${MAX_TEXT} bytes, this one has ${bytes}.`);
    // Some characters take six bytes there.
    if (bytes * 6 > MAX_WRITTEN && encoded(JSON.stringify(text)) > MAX_WRITTEN) {
      throw new Error(`TOO_LONG: A text has at most ${MAX_WRITTEN} bytes as JSON.`);
    }
    if (to != null && this.#phase === "open" && this.#callsOf(to).length === 0) {
      throw new Error(`NOBODY: ${to.identifier} is not in the call.`);
    }
    if (this.#waiting.length >= MAX_WAITING || this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      throw new Error(`TOO_FAST: More than ${MAX_WAITING} texts, or ${MAX_WAITING_BYTES} bytes, wait to be sent.`);
    }
    const id = crypto.randomUUID();
    this.#waiting.push({ id, text, bytes, to: to ?? undefined });
    this.#waitingBytes += bytes;
    this.#flush();
    return id;
  }

  /** Carry texts by this pipe from when its channel is open; to be called before the pipe is offered. */
  carry(connection: RTCPeerConnection): void {
    const channel = connection.createDataChannel("ringway", { negotiated: true, id: 0, ordered: true });
    channel.bufferedAmountLowThreshold = RESUMED_BELOW;
    channel.addEventListener("open", () => this.#use(channel));
    channel.addEventListener("message", (event) => this.#hear(channel, event.data));
    channel.addEventListener("bufferedamountlow", () => this.#flush());
    channel.addEventListener("close", () => {
      if (this.#channel === channel) this.#channel = undefined;
    });
  }

  /** The call stands: what waits is sent. */
  begin(): void {
    if (this.#phase === "before") this.#phase = "open";
    this.#flush();
  }

  /** No longer among these others: what has no receipt by now gets none, and what is written waits for the next. */
  rest(): void {
    if (this.#phase !== "open") return;
    this.#phase = "before";
    this.#giveUp();
  }

  /** The call is over: what has no receipt by now gets none. */
  end(): void {
    if (this.#phase === "over") return;
    this.#phase = "over";
    this.#giveUp();
  }

  /** Tell what the application writes to everybody. */
  broadcast(text: string, date: Date): void {
    this.#events.emit(DataChannelEvent.BROADCAST_TEXT_RECEIVED_EVENT, { text, date });
  }

  #giveUp(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lost = [...this.#said.values(), ...this.#waiting];
    this.#said.clear();
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { id } of lost) this.#receipt(id, false, new Date());
  }

  #use(channel: RTCDataChannel): void {
    this.#channel = channel;
    this.#takeBack();
    this.#flush();
  }

  /** What was said and not receipted is said again, in the order of old. */
  #takeBack(): void {
    for (const { bytes } of this.#said.values()) this.#waitingBytes += bytes;
    this.#waiting.unshift(...this.#said.values());
    this.#said.clear();
  }

  #flush(): void {
    if (this.#phase !== "open" || this.#timer !== undefined) return;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const channel = this.#channel;
      if (channel?.readyState !== "open" || channel.bufferedAmount > MAX_BUFFERED) return;
      if (this.#said.size >= MAX_UNRECEIPTED) return;
      const now = Date.now();
      const pause = Math.max(this.#texts.wait(1, now), this.#bytes.wait(next.bytes, now));
      if (pause > 0) {
        this.#pause(pause);
        return;
      }
      this.#texts.take(1, now);
      this.#bytes.take(next.bytes, now);
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes;
      this.#say(channel, next);
    }
  }

  #pause(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, milliseconds);
  }

  #say(channel: RTCDataChannel, outgoing: Outgoing): void {
    const { id, text, to } = outgoing;
    const calls = to === undefined ? "EVERYBODY" : this.#callsOf(to);
    if (calls.length === 0) {
      // They have left since. The sender gets the id first.
      setTimeout(() => this.#receipt(id, false, new Date()), 0);
      return;
    }
    this.#said.set(id, outgoing);
    tell(channel, { t: "text", id, text, ...(calls === "EVERYBODY" ? {} : { to: calls }) });
  }

  #callsOf(to: Endpoint): readonly string[] | "EVERYBODY" {
    const known = this.#parties.calls(to);
    if (known !== undefined) return known;
    // Then those are known who have written.
    return [...this.#senders]
      .filter(([, { type, identifier }]) => type === to.type && identifier === to.identifier)
      .map(([call]) => call);
  }

  #hear(channel: RTCDataChannel, data: unknown): void {
    const message = read(data);
    if (this.#phase === "over" || message === undefined) return;
    const { t, id, from, code } = message;
    if (t === "text" && typeof id === "string" && typeof from === "string") {
      tell(channel, { t: "got", from, id });
      if (this.#isNew(from, id)) this.#received(from, message);
    } else if (t === "delivered" && typeof id === "string") {
      if (this.#said.delete(id)) this.#receipt(id, message.delivered === true, dateOf(message.at));
      this.#flush();
    } else if (t === "refused" && typeof id === "string") this.#refused(id, String(code));
  }

  #refused(id: string, code: string): void {
    const again = AGAIN_AFTER[code];
    if (again !== undefined) {
      if (this.#said.has(id)) this.#takeBack();
      this.#pause(again);
    } else {
      if (this.#said.delete(id)) this.#receipt(id, false, new Date());
      this.#flush();
    }
  }

  #received(call: string, { text, direct, at, label }: Heard): void {
    const from = endpointOf(label) ?? this.#parties.endpoint(call) ?? new WebrtcEndpoint(call);
    remember(this.#senders, call, from, REMEMBERED_SENDERS);
    this.#events.emit(DataChannelEvent.TEXT_RECEIVED_EVENT, {
      text: String(text),
      from,
      isDirect: direct === true,
      date: dateOf(at),
    });
  }

  #isNew(from: string, id: string): boolean {
    const ids = this.#heard.get(from) ?? new Set<string>();
    const isNew = !ids.has(id);
    ids.delete(id);
    ids.add(id);
    for (const oldest of ids) {
      if (ids.size <= REMEMBERED) break;
      ids.delete(oldest);
    }
    remember(this.#heard, from, ids, REMEMBERED_SENDERS);
    return isNew;
  }

  #receipt(id: string, delivered: boolean, date: Date): void {
    this.#events.emit(DataChannelEvent.TEXT_DELIVERED_EVENT, { id, date, delivered });
  }
}

/** Keep the latest so many. */
function remember<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}

/** Bytes of UTF-8. */
function encoded(text: string): number {
  return new TextEncoder().encode(text).length;
}

function tell(channel: RTCDataChannel, message: object): void {
  if (channel.readyState === "open") channel.send(JSON.stringify(message));
}

function read(data: unknown): Heard | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Who the house says it is. */
function endpointOf(label: unknown): Endpoint | undefined {
  const said = read(label) as { identity?: unknown; displayName?: unknown } | undefined;
  if (typeof said?.identity !== "string") return undefined;
  return new WebrtcEndpoint(said.identity, typeof said.displayName === "string" ? said.displayName : undefined);
}

function dateOf(at: unknown): Date {
  return typeof at === "number" ? new Date(at) : new Date();
}
