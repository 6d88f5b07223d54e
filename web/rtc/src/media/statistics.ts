/** Reads a call's statistics each second, and says when the network changes. */

import { meanOpinion, networkQuality, rating } from "./quality.js";
import { AudioStats, CurrentMediaStats, type NetworkQuality, TotalMediaStats } from "./stats.js";

export const PERIOD = 1_000;

const COUNTERS = [
  "packetsSent",
  "bytesSent",
  "retransmittedPacketsSent",
  "retransmittedBytesSent",
  "packetsReceived",
  "bytesReceived",
  "packetsLost",
] as const satisfies readonly (keyof AudioStats)[];

interface Row {
  readonly id: string;
  readonly type: string;
  readonly kind?: string;
  readonly [name: string]: unknown;
}

/** Sum what getStats says about the sound (W3C Identifiers for WebRTC's Statistics). */
export function audioStats(report: Iterable<readonly [string, unknown]>): AudioStats {
  const rows = new Map<string, Row>();
  for (const [id, row] of report) rows.set(id, row as Row);
  const out = new AudioStats();
  let trip: number | undefined;
  for (const row of rows.values()) {
    if (row.type === "candidate-pair" && row["nominated"] === true) trip ??= seconds(row["currentRoundTripTime"]);
    if (row.kind !== "audio") continue;
    if (row.type === "outbound-rtp" || row.type === "inbound-rtp") {
      for (const name of COUNTERS) out[name] += number(row[name]);
      const codec = rows.get(String(row["codecId"]))?.["mimeType"];
      if (typeof codec === "string") out.codec = codec.replace(/^audio\//i, "");
    }
    if (row.type === "inbound-rtp") out.jitter = Math.max(out.jitter, 1_000 * number(row["jitter"]));
    if (row.type === "remote-inbound-rtp") trip = seconds(row["roundTripTime"]) ?? trip;
  }
  out.roundTripTime = 1_000 * (trip ?? 0);
  return out;
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function seconds(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

/** What was counted before, and what is counted and measured now. */
export function together(past: AudioStats, now: AudioStats): AudioStats {
  const out = Object.assign(new AudioStats(), now);
  for (const name of COUNTERS) out[name] += past[name];
  return out;
}

/** What was counted between two readings, and what is measured now. */
export function between(earlier: AudioStats, later: AudioStats): AudioStats {
  const out = Object.assign(new AudioStats(), later);
  for (const name of COUNTERS) out[name] = later[name] - earlier[name];
  return out;
}

export class Statistics {
  readonly #read: () => Promise<RTCStatsReport>;
  readonly #changed: (quality: NetworkQuality, current: CurrentMediaStats) => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** What pipes that are gone have counted. */
  #past = new AudioStats();
  #total = new AudioStats();
  #told: NetworkQuality | undefined;
  #candidate: NetworkQuality | undefined;

  constructor(
    read: () => Promise<RTCStatsReport>,
    changed: (quality: NetworkQuality, current: CurrentMediaStats) => void,
  ) {
    this.#read = read;
    this.#changed = changed;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), PERIOD);
  }

  /** Read once more and end. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#update();
  }

  total(): TotalMediaStats {
    return new TotalMediaStats(Object.assign(new AudioStats(), this.#total));
  }

  /** The pipe is gone, with these for its last words; another counts from nothing. */
  keep(last: RTCStatsReport): void {
    this.#past = together(this.#past, audioStats(last));
  }

  async #look(): Promise<void> {
    const before = this.#total;
    if (!(await this.#update())) return;
    const now = between(before, this.#total);
    const expected = now.packetsReceived + now.packetsLost;
    if (now.packetsReceived === 0) return;
    const r = rating({ ...now, loss: now.packetsLost / expected });
    this.#judge(networkQuality(r), new CurrentMediaStats(now, meanOpinion(r)));
  }

  /** A change counts when it has lasted for two readings. */
  #judge(quality: NetworkQuality, current: CurrentMediaStats): void {
    const lasts = quality === this.#candidate;
    this.#candidate = quality;
    if (!lasts || quality === this.#told) return;
    this.#told = quality;
    this.#changed(quality, current);
  }

  async #update(): Promise<boolean> {
    try {
      const past = this.#past;
      const report = await this.#read();
      // The pipe was replaced meanwhile: its counts are in the past by now.
      if (past !== this.#past) return false;
      this.#total = together(past, audioStats(report));
      return true;
    } catch {
      // A closed connection may have no more to say; what was read last stays.
      return false;
    }
  }
}
