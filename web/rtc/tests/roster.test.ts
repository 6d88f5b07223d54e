import { describe, expect, it } from "vitest";
import { changes, Roster } from "../src/call/roster.js";
import { WebrtcEndpoint } from "../src/index.js";
import type { Participant as Said } from "../src/generated/messages.js";

const BOB: Said = { call: "b", identity: "bob", state: "JOINED" };

describe("the difference between two states of somebody", () => {
  it.each<[string, Partial<Said> | undefined, Partial<Said>, string[]]>([
    ["comes", undefined, { state: "JOINING" }, ["participant-joining"]],
    ["is suddenly in", undefined, {}, ["participant-joining", "participant-joined"]],
    ["comes muted and cut off", undefined, { muted: true, disconnected: true }, ["participant-joining", "participant-joined"]],
    ["is in", { state: "JOINING" }, {}, ["participant-joined"]],
    ["goes back", {}, { state: "JOINING" }, []],
    ["is the same", {}, {}, []],
    ["is the same in other words", {}, { muted: false, disconnected: false, shows: [] }, []],
    ["is muted", {}, { muted: true }, ["participant-muted"]],
    ["is heard", { muted: true }, { muted: false }, ["participant-unmuted"]],
    ["is made deaf", {}, { deaf: true }, ["participant-deaf"]],
    ["hears", { deaf: true }, {}, ["participant-undeaf"]],
    ["is made blind", {}, { blind: true }, ["participant-blinded"]],
    ["sees", { blind: true }, { blind: false }, ["participant-unblinded"]],
    ["listens", {}, { role: { type: "LISTENER" } }, ["participant-role-changed"]],
    ["speaks", { role: { type: "LISTENER" } }, {}, ["participant-role-changed"]],
    ["plays the same in other words", {}, { role: { type: "DEFAULT" } }, []],
    [
      "advises somebody else",
      { role: { type: "ADVISOR", advised: ["a"] } },
      { role: { type: "ADVISOR", advised: ["b"] } },
      ["participant-role-changed"],
    ],
    [
      "advises the same",
      { role: { type: "ADVISOR", advised: ["a", "b"] } },
      { role: { type: "ADVISOR", advised: ["b", "a"] } },
      [],
    ],
    ["is cut off", {}, { disconnected: true }, ["participant-disconnected"]],
    ["is back", { disconnected: true }, {}, ["participant-reconnected"]],
    ["shows something", {}, { shows: ["CAMERA"] }, []],
    [
      "is in, muted and cut off at once",
      { state: "JOINING" },
      { muted: true, disconnected: true },
      ["participant-joined", "participant-muted", "participant-disconnected"],
    ],
    [
      "is back and heard",
      { muted: true, disconnected: true },
      {},
      ["participant-unmuted", "participant-reconnected"],
    ],
  ])("somebody %s", (_, before, after, events) => {
    expect(changes(before && { ...BOB, ...before }, { ...BOB, ...after })).toEqual(events);
  });
});

describe("a roster", () => {
  it("changes the object before it is told", () => {
    const seen: unknown[] = [];
    const roster = new Roster((event, { state, media, disconnected }) =>
      seen.push([event, state, media.audio.muted, disconnected]),
    );
    roster.set({ ...BOB, muted: true });
    roster.set({ ...BOB, disconnected: true });
    expect(seen).toEqual([
      ["participant-joining", "JOINING", true, false],
      ["participant-joined", "JOINED", true, false],
      ["participant-unmuted", "JOINED", false, true],
      ["participant-disconnected", "JOINED", false, true],
    ]);
  });

  it("finds all calls of a person", () => {
    const roster = new Roster(() => undefined);
    roster.begin([BOB, { ...BOB, call: "b2" }, { ...BOB, call: "b3", state: "JOINING" }, { ...BOB, call: "c", identity: "carol" }]);
    expect(roster.callsOf(new WebrtcEndpoint("bob", "Bobby"))).toEqual(["b", "b2"]);
    expect(roster.callsOf(new WebrtcEndpoint("eve"))).toEqual([]);
    roster.remove("b");
    expect(roster.callsOf(new WebrtcEndpoint("bob"))).toEqual(["b2"]);
  });

  it("tells talking only when it begins and ends", () => {
    const seen: string[] = [];
    const roster = new Roster((event) => seen.push(event));
    roster.begin([BOB]);
    for (const talking of [false, true, true, false]) roster.talking("b", talking);
    expect(seen).toEqual(["participant-started-talking", "participant-stopped-talking"]);
  });
});
