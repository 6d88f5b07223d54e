import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LONGEST, Patience, SHORTEST } from "../src/media/patience.js";
import type { Section } from "../src/generated/messages.js";
import { FakePeerConnection, type FakeTransceiver } from "./fakes.js";
import { connected, establish, hear, settle } from "./scene.js";

type Row = Record<string, unknown>;

/** Streams whose packets come, are lost and are asked for. */
class Streams {
  readonly #rows = new Map<string, Row>();

  constructor(roundTrip = 0.04) {
    this.#rows.set("pair", { type: "candidate-pair", nominated: true, currentRoundTripTime: roundTrip });
  }

  /** So much more of the track with this id. */
  bring(track: string, received: number, { lost = 0, asked = 0 } = {}): this {
    const { packetsReceived = 0, packetsLost = 0, nackCount = 0 } = (this.#rows.get(track) ?? {}) as Record<string, number>;
    this.#rows.set(track, {
      type: "inbound-rtp",
      trackIdentifier: track,
      packetsReceived: packetsReceived + received,
      packetsLost: packetsLost + lost,
      nackCount: nackCount + asked,
    });
    return this;
  }

  set(id: string, row: Row): void {
    this.#rows.set(id, row);
  }

  report(): RTCStatsReport {
    return new Map([...this.#rows].map(([id, row]) => [id, { id, ...row }]));
  }
}

const bob = (): string => "bob";

/** The waits for bob of so many readings in which these were brought. */
function waits(patience: Patience, streams: Streams, readings: number, each: (streams: Streams) => unknown): (number | undefined)[] {
  return Array.from({ length: readings }, () => {
    each(streams);
    return patience.after(streams.report(), bob).get("bob");
  });
}

describe("what is received", () => {
  it("waits while some of it is lost, by steps, and no longer when none is", () => {
    const [patience, streams] = [new Patience(), new Streams()];
    const calm = (it: Streams): unknown => it.bring("voice", 50).bring("camera", 20);
    const lossy = (it: Streams): unknown => it.bring("voice", 48, { asked: 3 }).bring("camera", 19, { asked: 2 });
    expect(waits(patience, streams, 3, calm)).toEqual([0, 0, 0]);
    expect(waits(patience, streams, 4, lossy)).toEqual([100, 200, 200, 200]);
    const after = waits(patience, streams, 14, calm);
    expect(after.slice(0, 4)).toEqual([200, 200, 180, 160]);
    expect(after.slice(-2)).toEqual([0, 0]);
  });

  it("does not wait for a packet lost now and then", () => {
    const [patience, streams] = [new Patience(), new Streams()];
    let second = 0;
    const each = (it: Streams): unknown => it.bring("voice", 50).bring("camera", 50, { asked: (second += 1) % 2 });
    expect(new Set(waits(patience, streams, 30, each))).toEqual(new Set([0]));
  });

  it("waits longer when the way is long, within bounds", () => {
    for (const [roundTrip, longest] of [[0.01, SHORTEST], [0.1, 380], [0.5, LONGEST], [0, 380]] as const) {
      const [patience, streams] = [new Patience(), new Streams(roundTrip)];
      const all = waits(patience, streams, 8, (it) => it.bring("voice", 45, { lost: 5 }));
      expect(all.at(-1)).toBe(longest);
      expect(all.at(1)).toBe(100);
    }
    const streams = new Streams(0);
    streams.set("theirs", { type: "remote-inbound-rtp", roundTripTime: 0.06 });
    expect(waits(new Patience(), streams, 8, (it) => it.bring("voice", 45, { lost: 5 })).at(-1)).toBe(260);
  });

  it("waits for those alone whose packets are lost, sound and pictures alike", () => {
    const [patience, streams] = [new Patience(), new Streams()];
    const party = (track: string): string | undefined => ({ a1: "a", a2: "a", b1: "b" })[track];
    let last: ReadonlyMap<string, number> = new Map();
    for (let reading = 0; reading < 4; reading += 1) {
      streams.bring("a1", 50).bring("a2", 150, { asked: 12 }).bring("b1", 50).bring("nobody's", 10, { lost: 10 });
      last = patience.after(streams.report(), party);
    }
    expect([...last]).toEqual([["a", 200], ["b", 0]]);
  });

  it("is judged by what was counted since, and a silence says nothing", () => {
    const [patience, streams] = [new Patience(), new Streams().bring("voice", 1_000, { lost: 500 })];
    expect(waits(patience, streams, 1, () => undefined)).toEqual([0]);
    waits(patience, streams, 2, (it) => it.bring("voice", 45, { lost: 5 }));
    expect(waits(patience, streams, 5, () => undefined)).toEqual([200, 200, 200, 200, 200]);
    // What was taken for lost has come after all.
    expect(waits(patience, streams, 1, (it) => it.bring("voice", 55, { lost: -5 }))).toEqual([200]);
  });

  it("is not judged by nonsense", () => {
    const [patience, streams] = [new Patience(), new Streams(NaN)];
    streams.set("x", { type: "inbound-rtp", trackIdentifier: "x", packetsReceived: "many", packetsLost: Infinity });
    expect(waits(patience, streams, 3, () => undefined)).toEqual([0, 0, 0]);
  });
});

describe("a call", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    FakePeerConnection.stats = new Map();
  });

  it("has the browser wait, and no longer", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    await establish(call);
    const sections: Section[] = [{ mid: "0", receives: { call: "bob's", source: "MICROPHONE" } }];
    hear({ t: "sections", call: call.id(), generation: 1, sections });
    await settle();
    const { receiver } = FakePeerConnection.last.getTransceivers()[0] as FakeTransceiver;
    const streams = new Streams();
    const seconds = async (count: number, asked: number): Promise<void> => {
      for (let second = 0; second < count; second += 1) {
        FakePeerConnection.stats = streams.bring(receiver.track.id, 50, { asked }).report();
        await settle(1_000);
      }
    };
    await seconds(2, 0);
    expect(receiver.jitterBufferTarget).toBeNull();
    await seconds(4, 5);
    expect(receiver.jitterBufferTarget).toBe(200);
    await seconds(20, 0);
    expect(receiver.jitterBufferTarget).toBeNull();
  });

  it("goes on in a browser that can't be told to wait", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    await establish(call);
    hear({ t: "sections", call: call.id(), generation: 1, sections: [{ mid: "0", receives: { call: "b", source: "MICROPHONE" } }] });
    await settle();
    const { receiver } = FakePeerConnection.last.getTransceivers()[0] as FakeTransceiver;
    delete receiver.jitterBufferTarget;
    const streams = new Streams();
    for (let second = 0; second < 5; second += 1) {
      FakePeerConnection.stats = streams.bring(receiver.track.id, 50, { asked: 5 }).report();
      await settle(1_000);
    }
    expect("jitterBufferTarget" in receiver).toBe(false);
  });
});
