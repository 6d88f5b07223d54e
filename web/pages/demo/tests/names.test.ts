import { describe, expect, it } from "vitest";
import { clock, identityOf, initials, spoken } from "../src/people/names.js";

describe("a name", () => {
  it.each([
    ["Dana", "dana"],
    ["  Dana  van Dyk ", "dana-van-dyk"],
    ["Žofka & Ana", "žofka-ana"],
    ["ＤＡＮＡ", "dana"],
    ["a b", "a-b"],
    ["ab", null],
    ["!!", null],
    ["", null],
    ["x".repeat(40), "x".repeat(32)],
    [`${"x".repeat(31)} y`, "x".repeat(31)],
  ])("%j can be called as %j", (name, identity) => {
    expect(identityOf(name)).toBe(identity);
  });

  it("has initials", () => {
    expect(["Dana", "Dana van Dyk", "", "žofka ana"].map(initials)).toEqual(["D", "DD", "", "ŽA"]);
  });
});

describe("a duration", () => {
  it("is shown as a clock", () => {
    expect([0, 7, 60, 3_599, 3_661].map(clock)).toEqual(["0:00", "0:07", "1:00", "59:59", "1:01:01"]);
  });

  it("is told in words", () => {
    expect([0, 1, 125, 3_600].map((seconds) => spoken(seconds, "en"))).toEqual([
      "0 seconds",
      "1 second",
      "2 minutes 5 seconds",
      "1 hour",
    ]);
  });
});
