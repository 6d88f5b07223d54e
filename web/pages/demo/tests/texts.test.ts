import { compileMessage } from "@lingui/message-utils/compileMessage";
import { ApplicationErrorCode } from "ringway-rtc";
import { describe, expect, it } from "vitest";
import { reason } from "../src/app/reasons.js";
import { refusalOf, waitOf } from "../src/journey/visit.js";
import { en } from "../src/texts/en.js";
import { say } from "../src/texts/texts.js";

describe("the catalogue", () => {
  it.each(Object.entries(en))("%s is a sentence in ICU MessageFormat", (_, text) => {
    expect(() => compileMessage(text)).not.toThrow();
    expect(text.trim()).not.toBe("");
    // A straight one begins a literal there.
    expect(text).not.toContain("'");
  });

  it("counts as people do", () => {
    expect(say("peopleCount", { count: 1 })).toBe("1 other person");
    expect(say("peopleCount", { count: 2 })).toBe("2 other people");
  });

  it("leaves what people write as it is", () => {
    expect(say("endNobody", { who: "{count} <b>'x'</b>" })).toContain("{count} <b>'x'</b>");
  });
});

describe("the end of a call", () => {
  it.each(Object.values(ApplicationErrorCode))("$name has a sentence, never a code", (errorCode) => {
    for (const room of [false, true]) {
      const text = reason({ who: "Dana", room, errorCode }, say);
      expect(text).toMatch(/\.$/);
      expect(text).not.toContain(errorCode.name);
    }
  });

  it("of a full room is not that of a busy person", () => {
    const errorCode = ApplicationErrorCode.BUSY;
    expect(reason({ who: "team", room: true, errorCode }, say)).toBe(say("endRoomFull"));
    expect(reason({ who: "Dana", room: false, errorCode }, say)).toContain("Dana");
  });
});

describe("a refusal", () => {
  it.each([
    [409, "NAME_TAKEN", "name-taken"],
    [401, "INVITATION_REQUIRED", "invitation-required"],
    [403, "INVITATION_UNKNOWN", "invitation-unknown"],
    [404, "NOT_FOUND", "off"],
    [400, "BAD_REQUEST", "name-missing"],
    [503, undefined, "unreachable"],
  ])("of status %s and code %s is %s", (status, code, why) => {
    expect(refusalOf(status, code, undefined, null)).toEqual({ why });
  });

  it("of too many tries says until when", () => {
    const before = Date.now();
    const refusal = refusalOf(429, "TOO_MANY_REQUESTS", "…", 12_000);
    expect(refusal).toMatchObject({ why: "too-many" });
    expect((refusal as { until: number }).until).toBeGreaterThanOrEqual(before + 12_000);
    expect(refusalOf(429, undefined, undefined, null)).toEqual({ why: "too-many", until: null });
  });

  it("of any other kind shows the server's sentence", () => {
    expect(refusalOf(503, "X", "Please come later.", null)).toEqual({ why: "other", text: "Please come later." });
  });

  it("reads both kinds of Retry-After", () => {
    expect(waitOf("12")).toBe(12_000);
    expect(waitOf(new Date(Date.now() + 30_000).toUTCString())).toBeGreaterThan(28_000);
    expect(waitOf("Thu, 01 Jan 1970 00:00:00 GMT")).toBe(0);
    expect(waitOf("soon")).toBeNull();
    expect(waitOf(null)).toBeNull();
  });
});
