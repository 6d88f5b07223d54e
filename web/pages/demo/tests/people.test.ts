import { describe, expect, it } from "vitest";
import { changeBetween, matching, sorted } from "../src/people/presence.js";
import { roomTrouble } from "../src/people/rooms.js";

const person = (identity: string, displayName: string | null = null) => ({ identity, displayName });
const ids = (people: readonly { identity: string }[]): string[] => people.map(({ identity }) => identity);

describe("people", () => {
  const people = [person("zoe", "Zoë"), person("emil", "Émil"), person("b10", "Bob 10"), person("b2", "Bob 2"), person("plain-id")];

  it("are in the order of an address book", () => {
    expect(ids(sorted(people, "en"))).toEqual(["b2", "b10", "emil", "plain-id", "zoe"]);
  });

  it("are found whatever the case and the accents", () => {
    expect(ids(matching(people, "EMI"))).toEqual(["emil"]);
    expect(ids(matching(people, "zoe "))).toEqual(["zoe"]);
    expect(ids(matching(people, "lain"))).toEqual(["plain-id"]);
    expect(matching(people, "")).toHaveLength(people.length);
  });

  it("come and go by their identity, not by their name", () => {
    const change = changeBetween([person("a", "Old"), person("b")], [person("a", "New"), person("c")]);
    expect(ids(change.come)).toEqual(["c"]);
    expect(ids(change.gone)).toEqual(["b"]);
  });
});

describe("a room's name", () => {
  it.each(["abc", "team-meeting", "Ünïcode/1", "会議室", "a.b=c+d_e", "x".repeat(250)])("may be %s", (name) => {
    expect(roomTrouble(name)).toBeNull();
  });

  it.each([
    ["ab", "short"],
    ["", "short"],
    ["team meeting", "signs"],
    ["<b>room</b>", "signs"],
    ["🎉🎉🎉", "signs"],
    ["x".repeat(251), "long"],
  ])("may not be %s", (name, why) => {
    expect(roomTrouble(name)).toMatchObject({ why });
  });
});
