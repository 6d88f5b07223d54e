import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Chorus } from "../src/media/chorus.js";
import { FakeStream, FakeTrack } from "./fakes.js";

beforeEach(() => void vi.stubGlobal("MediaStream", FakeStream));
afterEach(() => void vi.unstubAllGlobals());

const voice = (): FakeTrack => new FakeTrack("audio");

/** A stream that knows which tracks an element in Chromium plays: those there when the first one changed. */
class Chromium extends FakeStream {
  played = new Set<FakeTrack>();
  changes = 0;
  #first: FakeTrack | undefined;

  override addTrack(track: FakeTrack): void {
    super.addTrack(track);
    this.#look();
  }

  override removeTrack(track: FakeTrack): void {
    super.removeTrack(track);
    this.#look();
  }

  #look(): void {
    const [first] = this.getTracks();
    if (first === this.#first) return;
    this.#first = first;
    this.changes += 1;
    this.played = new Set(this.getTracks());
  }
}

function chorus(): { set(voices: FakeTrack[]): void; stream: Chromium } {
  vi.stubGlobal("MediaStream", Chromium);
  const it = new Chorus();
  return { set: (voices) => it.set(new Set(voices) as never), stream: it.stream as never };
}

describe("many voices in one stream", () => {
  it("are all played, in whatever order they come and go", () => {
    const { set, stream } = chorus();
    const [a, b, c, d] = [voice(), voice(), voice(), voice()] as const;
    const steps = [[a], [a, b], [a, b, c], [b, c], [b, c, d], [a, b, c, d], [], [c, d], [a, b], [a, b, c]];
    for (const step of steps) {
      set(step);
      expect(new Set(stream.getTracks().map(({ original }) => original))).toEqual(new Set(step));
      for (const track of stream.getTracks()) expect(stream.played).toContain(track);
    }
  });

  it("are left alone when nobody comes", () => {
    const { set, stream } = chorus();
    const [a, b] = [voice(), voice()];
    set([a]);
    expect(stream.getTracks()).toEqual([a]);
    set([a, b]);
    const { changes } = stream;
    set([b, a]);
    expect(stream.changes).toBe(changes);
  });

  it("stop the copies that are no longer needed, and never what is received", () => {
    const { set, stream } = chorus();
    const all = [voice(), voice(), voice()];
    const seen = new Set<FakeTrack>();
    for (const count of [1, 2, 3, 0]) {
      set(all.slice(0, count));
      for (const track of stream.getTracks()) seen.add(track);
    }
    const copies = [...seen].filter((track) => !all.includes(track));
    expect(copies.length).toBeGreaterThan(0);
    expect(copies.every(({ readyState }) => readyState === "ended")).toBe(true);
    expect(all.every(({ readyState }) => readyState === "live")).toBe(true);
  });
});
