import { describe, expect, it } from "vitest";
import { actOf, type Focus } from "../../src/call/keys.js";

const press = (key: string, focus: Focus = "none", more: object = {}) =>
  actOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more }, focus);

describe("a key", () => {
  it.each([
    ["m", "mute"],
    ["M", "mute"],
    ["v", "camera"],
    ["s", "share"],
    ["c", "chat"],
    ["?", "keys"],
    [" ", "talk"],
    ["x", null],
  ])("%j means %s", (key, act) => {
    expect(press(key)).toBe(act);
  });

  it("means nothing while somebody writes", () => {
    for (const key of ["m", "v", "s", "c", "?", " "]) expect(press(key, "text")).toBeNull();
  });

  it("of a control is the control's: Space presses it", () => {
    expect(press(" ", "control")).toBeNull();
    expect(press("m", "control")).toBe("mute");
  });

  it.each(["ctrlKey", "metaKey", "altKey", "repeat"])("with %s is not ours", (held) => {
    expect(press("m", "none", { [held]: true })).toBeNull();
  });
});
