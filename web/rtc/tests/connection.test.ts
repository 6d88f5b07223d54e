import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { version } from "../package.json";
import { createRingwayRtc, RingwayRTCEvent } from "../src/index.js";
import { pause, WELCOME_BACK_WITHIN } from "../src/signalling/connection.js";
import { FakeSocket, fakeBrowser, token } from "./fakes.js";
import { connected, hear, names, settle, WELCOME } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function comeBack(): Promise<void> {
  await settle(1_000);
  FakeSocket.last.open();
  hear(WELCOME);
}

describe("connecting", () => {
  it("says who we are, first", async () => {
    const { told } = await connected();
    expect(FakeSocket.last.said).toEqual([
      { t: "connect", protocol: "1.2", token: token(), sdk: `ringway-rtc/${version}` },
    ]);
    expect(told).toEqual([{ name: "connected", event: { identity: "alice" } }]);
  });

  it("is done once, however often it is asked for", async () => {
    const { rtc } = await connected();
    rtc.connect();
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("ends with the server's reason when it is rejected", async () => {
    const { told } = await connected();
    FakeSocket.last.lose();
    await settle(1_000);
    FakeSocket.last.open();
    hear({ t: "rejected", code: "TOKEN_EXPIRED", text: "The token has expired." });
    FakeSocket.last.lose("rejected");
    await settle(60_000);
    expect(told.at(-1)).toEqual({
      name: "disconnected",
      event: { reason: "TOKEN_EXPIRED: The token has expired." },
    });
    expect(names(told)).toEqual(["connected", "reconnecting", "disconnected"]);
  });

  it("fails at once when there is no server, and may be tried again", () => {
    fakeBrowser();
    const rtc = createRingwayRtc(token());
    const reasons: string[] = [];
    rtc.on(RingwayRTCEvent.DISCONNECTED, ({ reason }) => reasons.push(reason));
    rtc.connect();
    FakeSocket.last.lose();
    rtc.connect();
    FakeSocket.last.lose("too many connections");
    expect(reasons).toEqual(["The server can not be reached.", "The server: too many connections."]);
  });

  it("gives up a server that says nothing within ten seconds", async () => {
    fakeBrowser();
    const rtc = createRingwayRtc(token());
    const reasons: string[] = [];
    rtc.on(RingwayRTCEvent.DISCONNECTED, ({ reason }) => reasons.push(reason));
    rtc.connect();
    FakeSocket.last.open();
    await settle(9_999);
    expect(reasons).toEqual([]);
    await settle(1);
    expect(reasons).toEqual(["The server does not respond."]);
  });

  it("tells of a browser that allows no socket, after the current task", async () => {
    fakeBrowser();
    vi.stubGlobal("WebSocket", function refuse() {
      throw new Error("SecurityError");
    });
    const rtc = createRingwayRtc(token());
    const reasons: string[] = [];
    rtc.connect();
    rtc.on(RingwayRTCEvent.DISCONNECTED, ({ reason }) => reasons.push(reason));
    await settle();
    expect(reasons).toEqual(["Error: SecurityError"]);
  });
});

describe("a lost connection", () => {
  it("is told and comes back", async () => {
    const { told } = await connected();
    FakeSocket.last.lose();
    await comeBack();
    expect(told.slice(1)).toEqual([
      { name: "reconnecting", event: {} },
      { name: "reconnected", event: {} },
    ]);
  });

  it("is tried for with growing pauses, as long as the house keeps the line", async () => {
    const { told } = await connected();
    const begin = Date.now();
    for (let attempt = 0; Date.now() < begin + 55_000; attempt += 1) {
      FakeSocket.last.lose();
      const before = FakeSocket.all.length;
      await settle(pause(attempt, 0) - 1);
      expect(FakeSocket.all).toHaveLength(before);
      await settle(pause(attempt, 1) - pause(attempt, 0) + 1);
      expect(FakeSocket.all).toHaveLength(before + 1);
    }
    expect(names(told)).toEqual(["connected", "reconnecting"]);
    await settle(60_000 + WELCOME_BACK_WITHIN);
    expect(names(told)).toEqual(["connected", "reconnecting", "disconnected"]);
    const attempts = FakeSocket.all.length;
    await settle(60_000);
    expect(FakeSocket.all).toHaveLength(attempts);
  });

  it("has pauses from 50 ms to a second", () => {
    expect([0, 1, 2, 3, 4, 5, 49].map((attempt) => pause(attempt, 1))).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
    expect(pause(0, 0)).toBe(25);
  });

  it("is noticed by silence: a ping that is not answered", async () => {
    const { told } = await connected();
    await settle(10_000);
    expect(FakeSocket.last.of("ping")).toEqual([
      { t: "ping", number: 1, heard: 0 },
      { t: "ping", number: 2, heard: 0 },
    ]);
    FakeSocket.last.pongs = false;
    await settle(9_999);
    expect(names(told)).not.toContain("reconnecting");
    await settle(1);
    expect(names(told)).toContain("reconnecting");
    expect(FakeSocket.last.closed).toBe(4000);
  });

  it("is not noticed as long as anything is heard", async () => {
    const { told } = await connected();
    FakeSocket.last.pongs = false;
    for (let at = 0; at < 20; at += 1) {
      await settle(4_000);
      hear({ t: "remote_muted", call: "another", muted: true });
    }
    expect(names(told)).toEqual(["connected"]);
  });

  it("is not tried for after disconnect", async () => {
    const { rtc, told } = await connected();
    FakeSocket.last.lose();
    rtc.disconnect();
    await settle(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(names(told)).toEqual(["connected", "reconnecting", "disconnected"]);
  });
});

describe("what the server says", () => {
  it.each(["{", "null", "[]", '{"t":1}', '{"t":"news","call":"x"}', '{"t":"ended"}'])(
    "changes nothing when it is %s",
    async (text) => {
      const { told, incoming } = await connected();
      FakeSocket.last.hear(text);
      await settle();
      expect(names(told)).toEqual(["connected"]);
      expect(incoming).toEqual([]);
    },
  );

  it("reaches every handler, also when one throws", async () => {
    const { rtc } = await connected();
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const heard = vi.fn();
    rtc.on(RingwayRTCEvent.DISCONNECTED, () => {
      throw new Error("of the application");
    });
    rtc.on(RingwayRTCEvent.DISCONNECTED, heard);
    rtc.disconnect();
    expect(heard).toHaveBeenCalledWith({ reason: "The application has disconnected." });
    expect(error).toHaveBeenCalledOnce();
    error.mockRestore();
  });
});
