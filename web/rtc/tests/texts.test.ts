import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pace } from "../src/call/pace.js";
import { MAX_TEXT, MAX_UNRECEIPTED, MAX_WAITING, REMEMBERED, Texts } from "../src/call/texts.js";
import { DataChannelEvent, RoomCallOptions, WebrtcCallOptions, WebrtcEndpoint } from "../src/index.js";
import { type FakeChannel, FakePeerConnection, fakeBrowser } from "./fakes.js";
import { answer, connected, ended, establish, follow, hear, names, said, settle, type Told } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const BOB = new WebrtcEndpoint("bob");
const BOBS = ["bob at home", "bob at work"];

interface Desk {
  readonly texts: Texts;
  readonly told: Told[];
  /** Another pipe, whose channel is open. */
  pipe(): FakeChannel;
}

/** Texts of a call with bob, who has two devices. */
function desk({ told: isTold = true } = {}): Desk {
  fakeBrowser();
  const texts = new Texts({
    calls: ({ identifier }) => (!isTold ? undefined : identifier === "bob" ? BOBS : []),
    endpoint: (call) => (BOBS.includes(call) ? BOB : undefined),
  });
  return { texts, told: tell(texts), pipe: () => pipeOf(texts) };
}

function pipeOf(texts: Texts): FakeChannel {
  const connection = new FakePeerConnection({});
  texts.carry(connection as never);
  const [channel] = connection.channels;
  if (channel === undefined) throw new Error("no channel was made");
  channel.open();
  return channel;
}

function tell(texts: Pick<Texts, "on">): Told[] {
  const told: Told[] = [];
  for (const name of Object.values(DataChannelEvent)) texts.on(name, (event) => told.push({ name, event }));
  return told;
}

const results = (told: readonly Told[]): unknown[] => told.map(({ event }) => [event["id"], event["delivered"]]);

describe("a text", () => {
  it("waits for the call and the channel, in order", async () => {
    const { texts, pipe } = desk();
    const first = await texts.send("one");
    expect(first).toMatch(/^[A-Za-z0-9-]+$/);
    await texts.send("two");
    const channel = pipe();
    expect([channel.label, channel.init]).toEqual(["ringway", { negotiated: true, id: 0, ordered: true }]);
    expect(channel.said).toEqual([]);
    texts.begin();
    await texts.send("three");
    expect(channel.texts()).toEqual(["one", "two", "three"]);
    expect(channel.said[0]).toEqual({ t: "text", id: first, text: "one" });
  });

  it("goes to everybody behind an endpoint", async () => {
    const { texts, pipe } = desk();
    const channel = pipe();
    texts.begin();
    await texts.send("hello", BOB);
    expect(channel.said[0]).toMatchObject({ text: "hello", to: BOBS });
  });

  it("is receipted once, after its id was given", async () => {
    const { texts, told, pipe } = desk();
    const channel = pipe();
    texts.begin();
    const id = await texts.send("hello");
    channel.hear({ t: "delivered", id, delivered: true, at: 5_000 });
    channel.hear({ t: "delivered", id, delivered: false, at: 6_000 });
    channel.hear({ t: "delivered", id: "another", delivered: true, at: 6_000 });
    expect(told).toEqual([
      { name: "text-delivered", event: { id, delivered: true, date: new Date(5_000) } },
    ]);
  });

  it.each(["TOO_LONG", "NOBODY", "MALFORMED"])("that is refused with %s is not delivered", async (code) => {
    const { texts, told, pipe } = desk();
    const channel = pipe();
    texts.begin();
    const id = await texts.send("hello");
    channel.hear({ t: "refused", id, code, text: "no" });
    expect(results(told)).toEqual([[id, false]]);
  });

  it.each([
    ["NOT_JOINED", 250],
    ["TOO_FAST", 1_000],
  ])("that is refused with %s is said again, before what came after it", async (code, pause) => {
    const { texts, told, pipe } = desk();
    const channel = pipe();
    texts.begin();
    const ids = [await texts.send("one"), await texts.send("two")];
    for (const id of ids) channel.hear({ t: "refused", id, code, text: "not yet" });
    await texts.send("three");
    await settle(pause - 1);
    expect(channel.texts()).toEqual(["one", "two"]);
    await settle(1);
    expect(channel.texts()).toEqual(["one", "two", "one", "two", "three"]);
    expect(channel.said[2]?.id).toBe(ids[0]);
    expect(told).toEqual([]);
  });

  it("without a receipt is said again on the next pipe, in order", async () => {
    const { texts, told, pipe } = desk();
    const before = pipe();
    texts.begin();
    const ids = [await texts.send("one"), await texts.send("two"), await texts.send("three")];
    before.hear({ t: "delivered", id: ids[0], delivered: true, at: 1 });
    before.close();
    await texts.send("four");
    expect(before.texts()).toHaveLength(3);
    const after = pipe();
    expect(after.texts()).toEqual(["two", "three", "four"]);
    expect(after.said[0]?.id).toBe(ids[1]);
    after.hear({ t: "delivered", id: ids[1], delivered: true, at: 2 });
    expect(results(told)).toEqual([
      [ids[0], true],
      [ids[1], true],
    ]);
  });

  it("goes by the old pipe until the next one's channel is open", async () => {
    const { texts, pipe } = desk();
    const before = pipe();
    texts.begin();
    const connection = new FakePeerConnection({});
    texts.carry(connection as never);
    await texts.send("one");
    expect(before.texts()).toEqual(["one"]);
    expect(connection.channels[0]?.texts()).toEqual([]);
  });

  it("is told not to be delivered when the call ends first", async () => {
    const { texts, told, pipe } = desk();
    pipe();
    texts.begin();
    const ids = [await texts.send("one")];
    texts.end();
    texts.end();
    expect(results(told)).toEqual(ids.map((id) => [id, false]));
    await expect(texts.send("late")).rejects.toThrow(/^NOT_JOINED: /);
  });

  it("to somebody who has left since it was queued is not delivered", async () => {
    const { texts, told, pipe } = desk();
    const id = await texts.send("hello", new WebrtcEndpoint("carol"));
    const channel = pipe();
    texts.begin();
    await settle();
    expect(channel.said).toEqual([]);
    expect(results(told)).toEqual([[id, false]]);
  });
});

describe("limits of texts", () => {
  it("are told by the promise", async () => {
    const { texts } = desk();
    await expect(texts.send("é".repeat(MAX_TEXT / 2) + "a")).rejects.toThrow(/^TOO_LONG: .* 65536 bytes, this one has 65537/);
    await expect(texts.send("é".repeat(MAX_TEXT / 2))).resolves.toEqual(expect.any(String));
    await expect(texts.send("\0".repeat(MAX_TEXT))).rejects.toThrow(/^TOO_LONG: .* JSON/);
    await expect(texts.send("\0".repeat(41_000))).resolves.toEqual(expect.any(String));
    await expect(texts.send(5 as never)).rejects.toThrow(/^MALFORMED: /);
    texts.begin();
    await expect(texts.send("hello", new WebrtcEndpoint("carol"))).rejects.toThrow(/^NOBODY: carol /);
  });

  it("bound what waits, by number and by size", async () => {
    const { texts } = desk();
    for (let at = 0; at < MAX_WAITING; at += 1) await texts.send("x");
    await expect(texts.send("x")).rejects.toThrow(/^TOO_FAST: /);
    const { texts: large } = desk();
    for (let at = 0; at < 64; at += 1) await large.send("x".repeat(MAX_TEXT));
    await expect(large.send("x")).rejects.toThrow(/^TOO_FAST: /);
  });

  it("keep the pace that the engine allows", async () => {
    const { texts, pipe } = desk();
    const channel = pipe();
    for (let at = 0; at < MAX_WAITING; at += 1) await texts.send(String(at));
    texts.begin();
    expect(channel.said).toHaveLength(150);
    await settle(1_000);
    expect(channel.said.length).toBeGreaterThanOrEqual(189);
    expect(channel.said.length).toBeLessThanOrEqual(191);
  });

  it("keep as many without a receipt as both ends remember", async () => {
    const { texts, pipe } = desk();
    const channel = pipe();
    texts.begin();
    for (let at = 0; at < MAX_UNRECEIPTED + 10; at += 1) await texts.send(String(at));
    await settle(60_000);
    expect(channel.said).toHaveLength(MAX_UNRECEIPTED);
    channel.hear({ t: "delivered", id: channel.said[0].id, delivered: true, at: 1 });
    expect(channel.said).toHaveLength(MAX_UNRECEIPTED + 1);
  });

  it("spare the browser's own buffer", async () => {
    const { texts, pipe } = desk();
    const channel = pipe();
    texts.begin();
    channel.bufferedAmount = 1024 * 1024 + 1;
    await texts.send("one");
    expect(channel.said).toEqual([]);
    channel.bufferedAmount = 0;
    channel.dispatchEvent(new Event("bufferedamountlow"));
    expect(channel.texts()).toEqual(["one"]);
    expect(channel.bufferedAmountLowThreshold).toBe(256 * 1024);
  });

  it("let a full bucket give more than it holds, and then wait", () => {
    const pace = new Pace(10, 100);
    expect(pace.wait(500, 1_000)).toBe(0);
    pace.take(500, 1_000);
    expect(pace.wait(1, 1_000)).toBe(40_100);
    expect(pace.wait(1, 41_100)).toBe(0);
    // A clock that goes back gives nothing.
    expect(pace.wait(1, 0)).toBe(40_100);
  });
});

describe("what others write", () => {
  const TEXT = { t: "text", id: "1", from: "call 1", direct: true, at: 7_000, text: "hi" };

  it("is told once, and receipted each time", () => {
    const { told, texts, pipe } = desk();
    const channel = pipe();
    const label = JSON.stringify({ identity: "eve", displayName: "Eve E." });
    channel.hear({ ...TEXT, label });
    channel.hear({ ...TEXT, label });
    pipe().hear({ ...TEXT, label });
    channel.hear({ ...TEXT, from: "call 2", direct: false });
    channel.hear({ ...TEXT, from: BOBS[0], label: "{}" });
    expect(channel.said.slice(0, 2)).toEqual([
      { t: "got", from: "call 1", id: "1" },
      { t: "got", from: "call 1", id: "1" },
    ]);
    expect(told.map(({ event: { text, from, isDirect, date } }) => [text, from.identifier, isDirect, date])).toEqual([
      ["hi", "eve", true, new Date(7_000)],
      ["hi", "call 2", false, new Date(7_000)],
      ["hi", "bob", true, new Date(7_000)],
    ]);
    expect(told[0]?.event["from"]).toEqual(new WebrtcEndpoint("eve", "Eve E."));
    texts.end();
    channel.hear({ ...TEXT, id: "2" });
    expect(told).toHaveLength(3);
  });

  it("can be answered although it is not told who is there", async () => {
    const { texts, told, pipe } = desk({ told: false });
    const channel = pipe();
    texts.begin();
    channel.hear({ ...TEXT, label: JSON.stringify({ identity: "eve" }) });
    await texts.send("hello", told[0]?.event["from"]);
    expect(channel.said.at(-1)).toMatchObject({ text: "hello", to: ["call 1"] });
    await expect(texts.send("hello", BOB)).rejects.toThrow(/^NOBODY: /);
  });

  it("is no proof that its sender is still there", async () => {
    const { texts, told, pipe } = desk();
    pipe().hear({ ...TEXT, label: JSON.stringify({ identity: "eve" }) });
    texts.begin();
    await expect(texts.send("hello", told[0]?.event["from"])).rejects.toThrow(/^NOBODY: /);
  });

  it("is remembered for so many texts of each", () => {
    const { told, pipe } = desk();
    const channel = pipe();
    for (let at = 0; at <= REMEMBERED; at += 1) channel.hear({ ...TEXT, id: String(at) });
    channel.hear({ ...TEXT, id: "1" });
    expect(told).toHaveLength(REMEMBERED + 1);
    channel.hear({ ...TEXT, id: "0" });
    expect(told).toHaveLength(REMEMBERED + 2);
  });

  it.each(["nonsense", "null", "[]", '"text"', { t: "text" }, { t: "delivered" }, { t: "refused" }, { t: "new" }])(
    "may be nonsense: %j",
    (message) => {
      const { told, pipe } = desk();
      const channel = pipe();
      channel.hear(message);
      expect([told, channel.said]).toEqual([[], []]);
    },
  );
});

describe("the channel of a call", () => {
  it("is there at once in a room, and sends when the room is joined", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup", RoomCallOptions.builder().setAudio(false).setDataChannel(true).build());
    const told = tell(room.dataChannel());
    const of = follow(room);
    const id = await room.dataChannel().send("early");
    await settle();
    expect(FakePeerConnection.last.getTransceivers()).toEqual([]);
    const [channel] = FakePeerConnection.last.channels;
    answer(room.id());
    channel?.open();
    await settle();
    expect(channel?.said).toEqual([]);
    const participants = [{ call: "b", identity: "bob", state: "JOINED" as const }];
    hear({ t: "room_joined", call: room.id(), at: 0, room: { id: "r", name: "standup", participants } });
    expect(channel?.texts()).toEqual(["early"]);
    await room.dataChannel().send("you", of[0]?.event["participants"][0].endpoint);
    expect(channel?.said[1]).toMatchObject({ to: ["b"] });
    await expect(room.dataChannel().send("you", new WebrtcEndpoint("carol"))).rejects.toThrow("NOBODY: ");
    channel?.hear({ t: "delivered", id, delivered: true, at: 1 });
    ended(room.id());
    await settle();
    expect(told.map(({ event }) => event["delivered"])).toEqual([true, false]);
    expect(names(of).at(-1)).toBe("room-left");
  });

  it("is one between two, where naming the other changes nothing", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob", WebrtcCallOptions.builder().setDataChannel(true).build());
    await establish(call);
    const [channel] = FakePeerConnection.last.channels;
    channel?.open();
    await call.dataChannel().send("hi", call.counterpart());
    expect(channel?.said[0]).not.toHaveProperty("to");
    await expect(call.dataChannel().send("hi", new WebrtcEndpoint("carol"))).rejects.toThrow("NOBODY: ");
    expect(said("call")).toHaveLength(1);
  });

  it("is there for who takes a call with it", async () => {
    const { incoming } = await connected();
    hear({ t: "incoming", call: "c", source: { identity: "bob" }, video: false });
    const [call] = incoming;
    expect(call?.dataChannel()).toBeUndefined();
    call?.accept(WebrtcCallOptions.builder().setDataChannel(true).build());
    await settle();
    expect(call?.dataChannel()).toBeDefined();
    expect(FakePeerConnection.last.channels).toHaveLength(1);
  });
});
