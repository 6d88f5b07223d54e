import { describe, expect, it } from "vitest";
import { LOUD, VoiceDetector } from "../../src/call/voice.js";

const heard = (...levels: number[]): (boolean | undefined)[] => {
  const detector = new VoiceDetector();
  return levels.map((level) => detector.take(level));
};
const QUIET = LOUD / 2;

describe("a voice", () => {
  it("begins with the second loud reading", () => {
    expect(heard(LOUD, LOUD, LOUD)).toEqual([undefined, true, undefined]);
  });

  it("is no click", () => {
    expect(heard(LOUD, QUIET, LOUD, QUIET)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("goes on over pauses between words, and ends after a longer one", () => {
    const pause = Array<number>(7).fill(QUIET);
    expect(heard(LOUD, LOUD, ...pause, LOUD, ...pause).filter((it) => it !== undefined)).toEqual([true]);
    expect(heard(LOUD, LOUD, ...pause, QUIET).filter((it) => it !== undefined)).toEqual([true, false]);
  });
});
