import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Person, RingwayRTCEvent } from "../src/index.js";
import type { Resumed } from "../src/generated/messages.js";
import { FakeSocket, token } from "./fakes.js";
import { connected, hear, said, settle, type Scene, WELCOME } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const BOB = { identity: "bob", displayName: "Bob" };
const CID = { identity: "cid", displayName: null };
const REFUSED = {
  t: "refused",
  command: "watch_people",
  code: { id: "10300", name: "FORBIDDEN", description: "This is not allowed." },
  text: "The token does not allow that.",
} as const;

const here = (): Promise<Scene> => connected({ token: token({ identity: "alice", name: "Alice", caps: [2, 4] }) });

const changes = ({ told }: Scene): (readonly Person[])[] =>
  told.filter(({ name }) => name === RingwayRTCEvent.PEOPLE_CHANGED).map(({ event }) => event["people"]);

async function watching(): Promise<Scene> {
  const scene = await here();
  const asked = scene.rtc.people();
  hear({ t: "people", people: [{ identity: "bob", displayName: "Bob" }], n: 1 });
  await asked;
  return scene;
}

/** The socket is lost, and another is opened. */
async function drop(): Promise<void> {
  const before = FakeSocket.all.length;
  FakeSocket.last.lose();
  while (FakeSocket.all.length === before) await settle(25);
  FakeSocket.last.open();
}

const resumed = (more: Partial<Resumed> = {}): void =>
  hear({ t: "resumed", protocol: "1.2", connection: "c2", resume: "token 2", resumeWithin: 60, heard: 1, number: 1, ...more });

describe("who is there", () => {
  it("is asked for once, and answered to everybody who asks", async () => {
    const scene = await here();
    const asked = [scene.rtc.people(), scene.rtc.people()];
    expect(said("watch_people")).toHaveLength(1);
    hear({ t: "people", people: [{ identity: "bob", displayName: "Bob" }, { identity: "cid" }], n: 1 });
    expect(await Promise.all(asked)).toEqual([[BOB, CID], [BOB, CID]]);
    expect(await scene.rtc.people()).toEqual([BOB, CID]);
    expect(said("watch_people")).toHaveLength(1);
    expect(changes(scene)).toEqual([]);
  });

  it("is followed: who comes, who has another name, who goes", async () => {
    const scene = await watching();
    hear({ t: "people_changed", here: [{ identity: "cid" }], n: 2 });
    hear({ t: "people_changed", here: [{ identity: "bob", displayName: "Rob" }], n: 3 });
    hear({ t: "people_changed", gone: ["bob", "nobody"], n: 4 });
    expect(changes(scene)).toEqual([[BOB, CID], [{ ...BOB, displayName: "Rob" }, CID], [CID]]);
    expect(await scene.rtc.people()).toEqual([CID]);
  });

  it("is not told to a token without the capability", async () => {
    const { rtc } = await connected({ token: token({ identity: "alice", caps: "4" }) });
    await expect(rtc.people()).rejects.toThrow("Cannot see who is there: the token lacks the capability presence.");
    expect(said("watch_people")).toEqual([]);
  });

  it("is not told before there is a connection, nor after it", async () => {
    const { rtc } = await here();
    const asked = rtc.people();
    rtc.disconnect();
    await expect(asked).rejects.toThrow("The application has disconnected.");
    await expect(rtc.people()).rejects.toThrow("required status is CONNECTED, current status is OFFLINE.");
  });

  it("rejects with what the house says when it refuses, and may be asked again", async () => {
    const { rtc } = await here();
    const asked = rtc.people();
    hear({ ...REFUSED, n: 1 });
    await expect(asked).rejects.toThrow("The token does not allow that.");
    const again = rtc.people();
    hear({ t: "people", people: [], n: 2 });
    expect(await again).toEqual([]);
  });
});

describe("after a lost socket", () => {
  it("nothing is asked when the line goes on", async () => {
    const scene = await watching();
    await drop();
    resumed();
    hear({ t: "people_changed", here: [{ identity: "cid" }], n: 2 });
    expect(said("watch_people")).toEqual([]);
    expect(changes(scene)).toEqual([[BOB, CID]]);
  });

  it("it is asked again after a snapshot, and only a change is told", async () => {
    const scene = await watching();
    await drop();
    resumed({ snapshot: [] });
    expect(said("watch_people")).toHaveLength(1);
    hear({ t: "people_changed", here: [{ identity: "eve" }], n: 2 });
    hear({ t: "people", people: [{ identity: "bob", displayName: "Bob" }], n: 3 });
    expect(changes(scene)).toEqual([]);
    await drop();
    resumed({ snapshot: [], number: 3 });
    const asked = scene.rtc.people();
    hear({ t: "people", people: [{ identity: "cid" }], n: 4 });
    expect(await asked).toEqual([CID]);
    expect(changes(scene)).toEqual([[CID]]);
  });

  it("it is asked again on a line that begins anew", async () => {
    const scene = await watching();
    await drop();
    hear({ ...WELCOME, connection: "c2" });
    expect(said("watch_people")).toHaveLength(1);
    hear({ t: "people", people: [], n: 1 });
    expect(changes(scene)).toEqual([[]]);
  });

  it("nothing is asked by who has never asked", async () => {
    await here();
    await drop();
    hear({ ...WELCOME, connection: "c2" });
    expect(said("watch_people")).toEqual([]);
  });
});
