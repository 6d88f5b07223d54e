import { describe, expect, it } from "vitest";
import { heardBefore, owed } from "../src/call/snapshot.js";
import type { CallState } from "../src/generated/messages.js";

const own = { isEnding: false, muted: () => true, has: () => true };
const ALL = ["mute", "show", "show"];

const state = (phase: CallState["phase"], incoming: boolean): CallState => ({
  call: "c",
  phase,
  incoming,
  generation: 0,
  media: "NONE",
  muted: false,
  shows: [],
});

describe("what is owed after a snapshot", () => {
  it.each([
    ["CALLING", true, []],
    ["RINGING", true, []],
    ["CONNECTING", true, ALL],
    ["ESTABLISHED", true, ALL],
    ["CALLING", false, ALL],
    ["PRE_ESTABLISHED", false, ALL],
  ] as const)("is about media of a call that is taken: %s, incoming %s", (phase, incoming, names) => {
    expect(owed(state(phase, incoming), own, []).map(({ t }) => t)).toEqual(names);
  });

  it("is no acceptance that the house has not heard", () => {
    const accept = { t: "accept", call: "c", offer: "o", sending: [] } as const;
    expect(heardBefore(state("CALLING", true), [accept])).toEqual([]);
    expect(heardBefore(state("CONNECTING", true), [accept])).toEqual(["accept"]);
  });
});
