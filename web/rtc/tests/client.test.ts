import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createInfobipRtc, createRingwayRtc, type RingwayRTC, RingwayRTCEvent } from "../src/index.js";
import { loadedFrom } from "../src/client/server.js";
import { FakeSocket, fakeBrowser, token } from "./fakes.js";
import { connected } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  loadedFrom(undefined);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const OFFLINE = "Cannot callApplication, required status is CONNECTED, current status is OFFLINE.";

describe("creating a client", () => {
  it.each([
    undefined,
    null,
    "",
    "nonsense",
    "a.b.c",
    "a.!!.c",
    `a.${btoa("[1")}.c`,
    `a.${btoa("1")}.c`,
  ])("refuses %j as a token", (bad) => {
    fakeBrowser();
    const create = (): RingwayRTC => createRingwayRtc(bad as string);
    expect(create).toThrow(/^Invalid token specified/);
    expect(create).toThrow(expect.objectContaining({ name: "InvalidTokenError" }));
  });

  it("takes an expired token, and one without a name", () => {
    fakeBrowser();
    const rtc = createInfobipRtc(token({ identity: "ålesund", exp: 1 }), { debug: true });
    expect(rtc.connectedUser().identity).toBe("ålesund");
    expect(rtc.connectedUser().displayName).toBeUndefined();
  });

  it("needs a browser that can call", () => {
    fakeBrowser();
    vi.stubGlobal("navigator", {});
    expect(() => createRingwayRtc(token())).toThrow("Browser does not support WebRTC.");
  });

  it("does not connect", () => {
    fakeBrowser();
    createRingwayRtc(token()).disconnect();
    expect(FakeSocket.all).toHaveLength(0);
  });
});

describe("finding the server", () => {
  function address(claims: object, options = {}): string {
    createRingwayRtc(token(claims), options).connect();
    return FakeSocket.last.url;
  }

  it("asks the option, the token, the script and the page, in this order", () => {
    fakeBrowser();
    loadedFrom("https://script.example/sdk/ringway-rtc.js?v=1");
    const iss = "https://issuer.example";
    expect(address({ iss }, { serverUrl: "http://option.example:8080/" })).toBe(
      "ws://option.example:8080/rtc/1/socket",
    );
    expect(address({ iss })).toBe("wss://issuer.example/rtc/1/socket");
    expect(address({ iss: "no address" })).toBe("wss://script.example/rtc/1/socket");
    loadedFrom("blob:null/1");
    expect(address({})).toBe("wss://page.example/rtc/1/socket");
  });

  it("keeps a path of the address, and takes ws for http", () => {
    fakeBrowser();
    expect(address({}, { serverUrl: "wss://x.example/voice/?a#b" })).toBe("wss://x.example/voice/rtc/1/socket");
  });

  it.each(["", "example.com", "ftp://x", 5, null, "https://"])("refuses the option %j", (serverUrl) => {
    fakeBrowser();
    expect(() => createRingwayRtc(token(), { serverUrl: serverUrl as string })).toThrow(
      `Invalid serverUrl '${String(serverUrl)}'.`,
    );
  });
});

describe("arguments", () => {
  const calls: [string, (rtc: RingwayRTC) => unknown, string][] = [
    ["callWebrtc ab", (rtc) => rtc.callWebrtc("ab"), "Invalid destination."],
    ["callWebrtc 65", (rtc) => rtc.callWebrtc("a".repeat(65)), "Invalid destination."],
    ["callWebrtc a@b", (rtc) => rtc.callWebrtc("a@b.c"), "Invalid destination."],
    ["callWebrtc blank", (rtc) => rtc.callWebrtc("a b c"), "Invalid destination."],
    ["callWebrtc undefined", (rtc) => rtc.callWebrtc(undefined as unknown as string), "Invalid destination."],
    ["joinRoom ab", (rtc) => rtc.joinRoom("ab"), "Invalid room name."],
    ["joinRoom 251", (rtc) => rtc.joinRoom("a".repeat(251)), "Invalid room name."],
    ["callPhone letters", (rtc) => rtc.callPhone("12a"), "Invalid destination"],
    ["callPhone plus", (rtc) => rtc.callPhone("+"), "Invalid destination"],
    ["callViber letters", (rtc) => rtc.callViber("x", "123"), "Invalid destination"],
    ["callViber from", (rtc) => rtc.callViber("123", "me"), "Invalid caller identifier."],
    ["callApplication", (rtc) => rtc.callApplication(""), "Invalid callsConfigurationId ''"],
    ["callWebrtc ok", (rtc) => rtc.callWebrtc("žofka.+-/=_9"), OFFLINE],
    ["callWebrtc 64", (rtc) => rtc.callWebrtc("𝒜".repeat(64)), OFFLINE],
    ["joinRoom ok", (rtc) => rtc.joinRoom("a".repeat(250)), OFFLINE],
    ["callPhone ok", (rtc) => rtc.callPhone("1"), OFFLINE],
    ["callViber ok", (rtc) => rtc.callViber("+1", "2"), OFFLINE],
    ["callApplication", (rtc) => rtc.callApplication("a".repeat(129)), `Invalid callsConfigurationId '${"a".repeat(129)}'`],
    ["callApplication ok", (rtc) => rtc.callApplication("any thing"), OFFLINE],
  ];

  it.each(calls)("%s", (_, ask, message) => {
    fakeBrowser();
    let found: unknown;
    try {
      ask(createRingwayRtc(token()));
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(Error);
    expect((found as Error).message).toBe(message);
  });

  it("refuses events that do not exist, and handlers that are none", async () => {
    const { rtc } = await connected();
    expect(() => rtc.on("nonsense" as RingwayRTCEvent.CONNECTED, () => undefined)).toThrow("Unknown event: nonsense!");
    expect(() => rtc.on(RingwayRTCEvent.CONNECTED, undefined as never)).toThrow(TypeError);
  });
});
