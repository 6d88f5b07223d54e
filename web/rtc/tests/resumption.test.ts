import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallsApiEvent, CallStatus } from "../src/index.js";
import type { CallState, Resumed } from "../src/generated/messages.js";
import { MOST_UNHEARD, Numbering } from "../src/signalling/numbering.js";
import { DOUBTED_WITHIN } from "../src/signalling/socket.js";
import { FakePeerConnection, FakeSocket } from "./fakes.js";
import { answer, connected, ended, establish, follow, hear, names, OVER, said, settle, WELCOME } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The socket is lost, and another is opened. */
async function drop(): Promise<void> {
  const before = FakeSocket.all.length;
  FakeSocket.last.lose();
  while (FakeSocket.all.length === before) await settle(25);
  FakeSocket.last.open();
}

const resumed = (more: Partial<Resumed> = {}): void =>
  hear({
    t: "resumed",
    protocol: "1.2",
    connection: "c2",
    resume: "token 2",
    resumeWithin: 60,
    heard: 0,
    number: 0,
    ...more,
  });

/** What was said on the newest socket after the greeting, but for pings. */
const again = (): [string, number | undefined][] =>
  FakeSocket.last.said
    .slice(1)
    .filter(({ t }) => t !== "ping")
    .map((message) => [message.t, "n" in message ? message.n : undefined]);

const stateOf = (call: string, more: Partial<CallState> = {}): CallState => ({
  call,
  phase: "ESTABLISHED",
  generation: 1,
  media: "OPEN",
  muted: false,
  shows: [],
  at: 0,
  ...more,
});

async function talking(): Promise<Awaited<ReturnType<typeof connected>> & { id: string; call: ReturnType<Awaited<ReturnType<typeof connected>>["rtc"]["callWebrtc"]>; heard: ReturnType<typeof follow> }> {
  const scene = await connected();
  const call = scene.rtc.callWebrtc("bob");
  await establish(call);
  return { ...scene, call, id: call.id(), heard: follow(call) };
}

describe("numbers", () => {
  it("are given to commands from 1, and the house says which it has heard", () => {
    const numbering = new Numbering();
    const mute = { t: "mute", call: "x", muted: true } as const;
    expect([numbering.say(mute)?.n, numbering.say(mute)?.n, numbering.say(mute)?.n]).toEqual([1, 2, 3]);
    numbering.acknowledge(2);
    expect(numbering.unheard().map(({ n }) => n)).toEqual([3]);
    numbering.acknowledge(1);
    expect(numbering.unheard()).toHaveLength(1);
  });

  it("tell what is new, what was heard, and what is missing", () => {
    const numbering = new Numbering();
    const kind = (n?: number): string => numbering.hear({ t: "rang", call: "x", ...(n === undefined ? {} : { n }) });
    expect([kind(1), kind(2), kind(2), kind(1), kind(4), kind(3), kind()]).toEqual([
      "NEW",
      "NEW",
      "AGAIN",
      "AGAIN",
      "GAP",
      "NEW",
      "NEW",
    ]);
    expect(numbering.heard()).toBe(3);
    numbering.goOn(17);
    expect([kind(17), kind(18)]).toEqual(["AGAIN", "NEW"]);
  });

  it("are kept for a bounded number of commands", () => {
    const numbering = new Numbering();
    const say = (): number | undefined => numbering.say({ t: "ringing", call: "x" })?.n;
    for (let at = 1; at <= MOST_UNHEARD; at += 1) expect(say()).toBe(at);
    expect(say()).toBeUndefined();
  });
});

describe("a line that goes on", () => {
  it("leaves the call alone, and is asked for with the last token and number", async () => {
    const { told, heard, id, call } = await talking();
    hear({ t: "remote_muted", call: id, muted: true, n: 1 });
    const first = FakeSocket.last;
    await drop();
    expect(first.closed).not.toBe(1000);
    expect(FakeSocket.last.said).toMatchObject([
      { t: "connect", resume: { token: "token 1", heard: 1, calls: [id] } },
    ]);
    resumed({ heard: 1 });
    await settle();
    expect(names(told)).toEqual(["connected", "reconnecting", "reconnected"]);
    expect(names(heard)).toEqual(["remote-muted"]);
    expect(call.status()).toBe(CallStatus.ESTABLISHED);
    expect(said("ping")).toEqual([{ t: "ping", number: 1, heard: 1 }]);
    await drop();
    expect(FakeSocket.last.of("connect")).toMatchObject([{ resume: { token: "token 2", heard: 1 } }]);
  });

  it("says again what the house has not heard, in order and with its numbers", async () => {
    const { call } = await talking();
    FakeSocket.last.pongs = false;
    await call.mute(true);
    FakeSocket.last.lose();
    await call.mute(false);
    await call.mute(true);
    await drop();
    resumed({ heard: 2 });
    expect(again()).toEqual([
      ["mute", 3],
      ["mute", 4],
    ]);
    await call.mute(false);
    expect(again().at(-1)).toEqual(["mute", 5]);
  });

  it("forgets what the house says that it has heard", async () => {
    const { call } = await talking();
    await call.mute(true);
    await settle(5_000);
    await drop();
    resumed({ heard: 2 });
    expect(again()).toEqual([]);
  });

  it("hears nothing twice", async () => {
    const { heard, id } = await talking();
    hear({ t: "remote_muted", call: id, muted: true, n: 1 });
    await drop();
    resumed();
    hear({ t: "remote_muted", call: id, muted: true, n: 1 });
    hear({ t: "remote_muted", call: id, muted: false, n: 2 });
    expect(names(heard)).toEqual(["remote-muted", "remote-unmuted"]);
  });

  it("is asked for again when a message was lost on the way", async () => {
    const { heard, id } = await talking();
    hear({ t: "remote_muted", call: id, muted: true, n: 2 });
    expect(names(heard)).toEqual([]);
    expect(FakeSocket.last.closed).toBe(4000);
    await settle(50);
    FakeSocket.last.open();
    expect(FakeSocket.last.of("connect")).toMatchObject([{ resume: { heard: 0 } }]);
  });

  it.each(["RESUME_INVALID", "RESUME_FOREIGN", "RESUME_USED", "RESUME_EXPIRED"] as const)(
    "can not when it is rejected with %s: the calls end, and another line begins",
    async (code) => {
      const { told, heard, call } = await talking();
      await drop();
      hear({ t: "rejected", code, text: "no" });
      await settle();
      expect(heard.map(({ event }) => event["errorCode"]?.name)).toEqual(["NETWORK_ERROR"]);
      FakeSocket.last.open();
      expect(FakeSocket.last.of("connect")[0]?.resume).toBeUndefined();
      hear(WELCOME);
      expect(names(told)).toEqual(["connected", "reconnecting", "reconnected"]);
      expect(call.status()).toBe(CallStatus.FINISHED);
      expect(FakeSocket.last.said).toHaveLength(1);
    },
  );

  it("waits while the house still counts the lost socket", async () => {
    const { told, heard } = await talking();
    await drop();
    hear({ t: "rejected", code: "TOO_MANY", text: "no" });
    await settle(100);
    FakeSocket.last.open();
    resumed();
    expect(names(told)).toEqual(["connected", "reconnecting", "reconnected"]);
    expect(names(heard)).toEqual([]);
  });

  it("is given up when the application says too much that nobody hears", async () => {
    const { heard, call } = await talking();
    FakeSocket.last.lose();
    for (let at = 0; at <= MOST_UNHEARD; at += 1) await call.mute(at % 2 === 0).catch(() => undefined);
    await settle();
    expect(heard.at(-1)?.event["errorCode"].name).toBe("NETWORK_ERROR");
    await settle(1_000);
    FakeSocket.last.open();
    expect(FakeSocket.last.of("connect")[0]?.resume).toBeUndefined();
  });

  it("carries a hangup that was asked for meanwhile, though the call is over here", async () => {
    const { call, heard } = await talking();
    FakeSocket.last.lose();
    call.hangup();
    await settle(3_100);
    expect(names(heard)).toEqual(["hangup"]);
    FakeSocket.last.open();
    expect(FakeSocket.last.of("connect")[0]?.resume?.calls).toEqual([]);
    resumed({ heard: 1 });
    expect(again()).toEqual([["hangup", 2]]);
  });

  it("is closed for good when the application or the person leaves", async () => {
    const { rtc } = await talking();
    rtc.disconnect();
    expect(FakeSocket.last.closed).toBe(1000);
    const { told } = await talking();
    window.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: true }));
    expect(FakeSocket.last.closed).toBeUndefined();
    window.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: false }));
    expect(FakeSocket.last.closed).toBe(1000);
    expect(names(told)).toEqual(["connected", "disconnected"]);
  });
});

describe("a page that slept, or moved", () => {
  it.each([
    ["pageshow", () => window],
    ["offline", () => window],
    ["online", () => window],
    ["resume", () => document],
    ["visibilitychange", () => document],
  ] as const)("looks at once after %s", async (name, where) => {
    const { told } = await talking();
    FakeSocket.last.pongs = false;
    where().dispatchEvent(new Event(name));
    expect(said("ping")).toHaveLength(1);
    await settle(DOUBTED_WITHIN - 1);
    expect(names(told)).toEqual(["connected"]);
    await settle(1);
    expect(names(told)).toEqual(["connected", "reconnecting"]);
  });

  it("does not wait for the next attempt", async () => {
    await talking();
    for (let at = 0; at < 8; at += 1) {
      FakeSocket.last.lose();
      await settle(1_000);
    }
    const before = FakeSocket.all.length;
    FakeSocket.last.lose();
    window.dispatchEvent(new Event("pageshow"));
    expect(FakeSocket.all).toHaveLength(before + 1);
    window.dispatchEvent(new Event("online"));
    await settle(50);
    expect(FakeSocket.all).toHaveLength(before + 2);
  });

  it("does not take its own sleep for the server's", async () => {
    const { told } = await talking();
    await settle(4_999);
    FakeSocket.last.pongs = false;
    await settle(1);
    FakeSocket.last.pongs = true;
    vi.setSystemTime(Date.now() + 3_600_000);
    await settle(5_000);
    expect(names(told)).toEqual(["connected"]);
  });

  it("asks about the network when that has another type, not when it has another estimate", async () => {
    const network = Object.assign(new EventTarget(), { type: "wifi" });
    const { rtc } = await connected();
    rtc.disconnect();
    Object.assign(navigator, { connection: network });
    rtc.connect();
    FakeSocket.last.open();
    hear(WELCOME);
    network.dispatchEvent(new Event("change"));
    expect(said("ping")).toEqual([]);
    network.type = "cellular";
    network.dispatchEvent(new Event("change"));
    expect(said("ping")).toHaveLength(1);
  });
});

describe("a house that has forgotten", () => {
  it("tells what is so now: only differences are told, each once", async () => {
    const { heard, id } = await talking();
    hear({ t: "remote_muted", call: id, muted: true, n: 1 });
    const all = { remoteMuted: false, remoteShows: ["CAMERA"] as const };
    await drop();
    resumed({ number: 40, snapshot: [stateOf(id, { ...all, remoteShows: ["CAMERA"] })] });
    await drop();
    resumed({ number: 40, snapshot: [stateOf(id, { ...all, remoteShows: ["CAMERA"] })] });
    hear({ t: "remote_muted", call: id, muted: false, n: 40 });
    hear({ t: "remote_muted", call: id, muted: true, n: 41 });
    expect(names(heard)).toEqual(["remote-muted", "remote-unmuted", "remote-muted"]);
  });

  it("brings a call to where it is by now", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await settle();
    answer(call.id());
    await drop();
    resumed({ heard: 1, number: 9, snapshot: [stateOf(call.id(), { phase: "RINGING" })] });
    expect(call.status()).toBe(CallStatus.RINGING);
    await drop();
    resumed({ heard: 1, number: 9, snapshot: [stateOf(call.id(), { remoteMuted: true })] });
    await drop();
    resumed({ heard: 1, number: 9, snapshot: [stateOf(call.id(), { remoteMuted: true })] });
    await drop();
    resumed({ heard: 1, number: 9, snapshot: [], ended: [{ t: "ended", call: call.id(), code: OVER, at: 0 }] });
    await settle();
    expect(names(told)).toEqual(["ringing", "established", "remote-muted", "hangup"]);
  });

  it("and knows nothing of the call, ends it", async () => {
    const { heard } = await talking();
    await drop();
    resumed({ heard: 1, number: 3, snapshot: [] });
    await settle();
    expect(heard).toMatchObject([{ name: "hangup", event: { errorCode: { name: "NETWORK_ERROR" } } }]);
  });

  it("hears a call that it could not hear yet", async () => {
    const { rtc } = await connected();
    FakeSocket.last.lose();
    await settle(50);
    FakeSocket.last.open();
    resumed();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    FakeSocket.last.pongs = false;
    await settle();
    await drop();
    resumed({ heard: 0, number: 3, snapshot: [] });
    await settle();
    expect(again()).toEqual([["call", 1]]);
    expect(names(told)).toEqual([]);
    const code = { id: "10303", name: "DESTINATION_NOT_FOUND", description: "x" };
    hear({ t: "refused", command: "call", call: call.id(), code, text: "no", n: 4 });
    await settle();
    expect(told).toMatchObject([{ name: "hangup", event: { errorCode: code } }]);
  });

  it("is told what is so here: muted, and what is shown", async () => {
    const { call, id } = await talking();
    await call.mute(true);
    await settle(5_000);
    await drop();
    resumed({ heard: 2, number: 3, snapshot: [stateOf(id, { shows: ["CAMERA"] })] });
    expect(said("mute")).toEqual([{ t: "mute", call: id, muted: true }]);
    expect(said("show")).toEqual([{ t: "show", call: id, source: "CAMERA", on: false }]);
    expect(again().map(([, n]) => n)).toEqual([3, 4]);
  });

  it("hears a mute once, though it was said and is so", async () => {
    const { call, id } = await talking();
    FakeSocket.last.lose();
    await call.mute(true);
    await drop();
    resumed({ heard: 1, number: 3, snapshot: [stateOf(id)] });
    expect(said("mute")).toHaveLength(1);
  });

  it("may refuse what it had heard before: that means nothing", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    FakeSocket.last.pongs = false;
    await establish(call);
    await drop();
    resumed({ heard: 0, number: 3, snapshot: [stateOf(call.id())] });
    expect(again()).toEqual([["call", 1]]);
    const code = { id: "10306", name: "INVALID_REQUEST", description: "x" };
    hear({ t: "refused", command: "call", call: call.id(), code, text: "no", n: 4 });
    await settle();
    expect(names(told)).toEqual(["ringing", "established"]);
  });

  it("hears of a hangup again that it shows nothing of", async () => {
    const { call, id } = await talking();
    call.hangup();
    await settle(1);
    FakeSocket.last.hear({ t: "pong", number: 1, heard: 2 });
    await drop();
    resumed({ heard: 2, number: 3, snapshot: [stateOf(id)] });
    expect(said("hangup")).toEqual([{ t: "hangup", call: id }]);
    ended(id);
    await settle();
    await drop();
    resumed({ heard: 3, number: 3, snapshot: [stateOf(id)] });
    expect(said("hangup")).toHaveLength(1);
  });

  it("tells of a call that came meanwhile", async () => {
    const { incoming } = await connected();
    await drop();
    const source = { identity: "carol" };
    const state = stateOf("00000000-0000-4000-8000-000000000001", {
      phase: "RINGING",
      incoming: true,
      media: "NONE",
      generation: 0,
      source,
      customData: { ticket: "4711" },
    });
    resumed({ number: 3, snapshot: [state] });
    expect(incoming.map((call) => [call.id(), call.source().identifier, call.customData()])).toEqual([
      [state.call, "carol", { ticket: "4711" }],
    ]);
    expect(said("ringing")).toHaveLength(1);
    await drop();
    resumed({ heard: 1, number: 3, snapshot: [state] });
    expect(incoming).toHaveLength(1);
    incoming[0]?.accept();
    await settle();
    expect(said("accept")).toHaveLength(1);
  });

  it("tells of a pipe that is lost, and gets the next", async () => {
    const { call, id, heard } = await talking();
    FakePeerConnection.last.become("connected");
    await drop();
    resumed({ heard: 1, number: 3, snapshot: [stateOf(id, { media: "LOST", generation: 2 })] });
    await settle();
    expect(said("reopen")).toMatchObject([{ call: id, generation: 2 }]);
    FakePeerConnection.last.become("connected");
    expect(names(heard)).toEqual(["reconnecting", "reconnected"]);
    call.on(CallsApiEvent.HANGUP, () => undefined);
  });
});
