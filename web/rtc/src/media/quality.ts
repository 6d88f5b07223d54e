/** How good a call sounds: ITU-T G.107 (E-model), from delay, jitter and loss. */

import { NetworkQuality } from "./stats.js";

/** What was measured in a while. */
export interface Way {
  /** Milliseconds. */
  roundTripTime: number;
  /** Milliseconds. */
  jitter: number;
  /** Lost packets of those expected, 0 to 1. */
  loss: number;
}

/** R of a perfect narrow-band call, G.107 table 3. */
const BEST = 93.2;
/** Coding and decoding a packet of 20 ms; it waits for twice the jitter besides. */
const CODING = 40;
/** Loss in percent that halves the quality: G.711 with concealment (G.113 appendix I), which Opus is not below. */
const ROBUSTNESS = 25.1;
/** Delay from which people begin to talk across each other, in ms (G.107 approximation by Cole and Rosenbluth). */
const NOTICED = 177.3;

/** The rating R, 0 to 100. */
export function rating({ roundTripTime, jitter, loss }: Way): number {
  const delay = roundTripTime / 2 + 2 * jitter + CODING;
  const impatience = 0.024 * delay + (delay > NOTICED ? 0.11 * (delay - NOTICED) : 0);
  const percent = 100 * Math.min(Math.max(loss, 0), 1);
  const damage = 95 * (percent / (percent + ROBUSTNESS));
  return Math.min(Math.max(BEST - impatience - damage, 0), 100);
}

/** Mean opinion score, 1 to 4.5 (G.107 annex B). */
export function meanOpinion(r: number): number {
  return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}

/** The classes of user satisfaction of G.109, with our names. */
export function networkQuality(r: number): NetworkQuality {
  if (r >= 90) return NetworkQuality.EXCELLENT;
  if (r >= 80) return NetworkQuality.GOOD;
  if (r >= 70) return NetworkQuality.FAIR;
  return r >= 60 ? NetworkQuality.POOR : NetworkQuality.BAD;
}
