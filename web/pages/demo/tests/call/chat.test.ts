import { describe, expect, it } from "vitest";
import { codeOf, EMPTY, MOST_BYTES, MOST_TEXTS, opened, received, roomLeft, sent, settled } from "../../src/call/chat.js";

const text = (key: string) => ({ key, only: undefined, text: "hello", at: 0 });

describe("texts", () => {
  it("are unread until the chat is opened, and not while it is", () => {
    const two = received(received(EMPTY, { ...text("a"), from: "Dana" }), { ...text("b"), from: "Dana" });
    expect(two.unread).toBe(2);
    const open = opened(two, true);
    expect(open.unread).toBe(0);
    expect(received(open, { ...text("c"), from: "Dana" }).unread).toBe(0);
    expect(opened(open, false).unread).toBe(0);
  });

  it("of our own are on their way until it is told what became of them, once", () => {
    const one = sent(EMPTY, text("a"));
    expect(one.texts).toMatchObject([{ fate: "waiting", from: null }]);
    const delivered = settled(one, "a", "delivered");
    expect(delivered.texts).toMatchObject([{ fate: "delivered" }]);
    expect(settled(delivered, "a", "failed", "NOBODY")).toBe(delivered);
    expect(settled(one, "a", "failed", "NOBODY").texts).toMatchObject([{ fate: "failed", code: "NOBODY" }]);
    expect(settled(one, "other", "failed")).toBe(one);
  });

  it("are forgotten, the oldest first, beyond a number", () => {
    let chat = EMPTY;
    for (let n = 0; n < MOST_TEXTS + 3; n += 1) chat = sent(chat, text(`k${n}`));
    expect(chat.texts).toHaveLength(MOST_TEXTS);
    expect(chat.texts[0]?.key).toBe("k3");
  });
});

describe("the room for a text", () => {
  it.each([
    ["", null],
    ["x".repeat(59_999), null],
    ["x".repeat(60_000), 5_536],
    ["x".repeat(MOST_BYTES), 0],
    ["x".repeat(MOST_BYTES + 1), -1],
    ["ž".repeat(32_769), -2],
    ["👋".repeat(16_384), 0],
  ])("is counted in bytes", (written, left) => {
    expect(roomLeft(written)).toBe(left);
  });
});

describe("a code", () => {
  it.each([
    [new Error("TOO_LONG: A text has …"), "TOO_LONG"],
    [new Error("Something else"), ""],
    ["TOO_LONG: no error", ""],
  ])("is what the SDK's message begins with", (error, code) => {
    expect(codeOf(error)).toBe(code);
  });
});
