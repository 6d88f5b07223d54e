import { beforeEach, describe, expect, it } from "vitest";
import { Devices, inForce, listsOf } from "../src/devices/choice.js";
import { shown } from "../src/devices/level.js";
import { Preview } from "../src/devices/preview.js";
import { take, troublesOf } from "../src/devices/take.js";
import { familyOf, troubleOf } from "../src/devices/trouble.js";

class FakeTrack extends EventTarget {
  isLive = true;

  constructor(
    readonly kind: "audio" | "video",
    readonly id: string,
  ) {
    super();
  }

  stop(): void {
    this.isLive = false;
  }
}

type Id = { deviceId?: { exact: string } } | undefined;
const found = (kind: MediaDeviceKind, deviceId: string, label = deviceId) => ({ kind, deviceId, label });
const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

let tracks: FakeTrack[];
let asked: MediaStreamConstraints[];
let broken: Partial<Record<"audio" | "video", string>>;

function getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
  asked.push(constraints);
  const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind] !== undefined);
  for (const kind of kinds) {
    if (broken[kind] !== undefined) return Promise.reject(new DOMException("", broken[kind]));
  }
  const made = kinds.map((kind) => new FakeTrack(kind, (constraints[kind] as Id)?.deviceId?.exact ?? "any"));
  tracks.push(...made);
  const of = (kind: string): FakeTrack[] => made.filter((track) => track.kind === kind);
  return Promise.resolve({ getAudioTracks: () => of("audio"), getVideoTracks: () => of("video") } as never);
}

class FakeMedia extends EventTarget {
  there = [found("audioinput", "mic-1"), found("audioinput", "mic-2"), found("videoinput", "cam-1"), found("audiooutput", "out-1")];
  enumerateDevices = (): Promise<MediaDeviceInfo[]> => Promise.resolve(this.there as never);

  change(there: typeof this.there): Promise<void> {
    this.there = there;
    this.dispatchEvent(new Event("devicechange"));
    return settled();
  }
}

class FakeStorage {
  readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
}

beforeEach(() => {
  tracks = [];
  asked = [];
  broken = {};
});

describe("taking devices", () => {
  it("asks for both at once", async () => {
    const taken = await take({ microphone: "mic-1", camera: "" }, getUserMedia);
    expect(asked).toHaveLength(1);
    expect(taken).toEqual({ microphone: tracks[0], camera: tracks[1] });
    expect(tracks.map(({ id }) => id)).toEqual(["mic-1", "any"]);
  });

  it("tells which of the two is in the way, and takes the other", async () => {
    broken = { video: "NotReadableError" };
    const taken = await take({ microphone: "", camera: "" }, getUserMedia);
    expect(troublesOf(taken)).toEqual({ camera: "busy" });
    expect(taken.microphone).toBe(tracks[0]);
  });

  it("asks for nothing when nothing is wanted", async () => {
    expect(await take({}, getUserMedia)).toEqual({});
    expect(asked).toEqual([]);
  });

  it.each([
    ["NotAllowedError", "refused"],
    ["SecurityError", "refused"],
    ["NotFoundError", "missing"],
    ["OverconstrainedError", "missing"],
    ["NotReadableError", "busy"],
    ["AbortError", "busy"],
    ["TypeError", "failed"],
  ])("says of %s that it is %s", (name, trouble) => {
    expect(troubleOf(new DOMException("", name))).toBe(trouble);
  });

  it("knows what to explain for each browser", () => {
    expect(familyOf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")).toBe("Chromium");
    expect(familyOf("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")).toBe("Firefox");
    expect(familyOf("Mozilla/5.0 (iPhone) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1")).toBe("Safari");
    expect(familyOf("")).toBe("Other");
  });
});

describe("the choice", () => {
  it("is remembered, and in force while the device is there", async () => {
    const storage = new FakeStorage();
    const media = new FakeMedia();
    const devices = new Devices(storage, media as never, true);
    await settled();
    devices.choose("microphone", "mic-2");
    expect(devices.snapshot().microphone).toBe("mic-2");
    const later = new Devices(storage, media as never, true);
    await settled();
    expect(later.snapshot().microphone).toBe("mic-2");
    await media.change([found("audioinput", "mic-1")]);
    expect(later.snapshot().microphone).toBeUndefined();
    await media.change([found("audioinput", "mic-1"), found("audioinput", "mic-2")]);
    expect(later.snapshot().microphone).toBe("mic-2");
    later.choose("microphone", undefined);
    expect(later.snapshot().microphone).toBeUndefined();
  });

  it.each(["", "{", "null", "[]", '{"microphone": 7, "toaster": "x"}'])("survives nonsense in the memory: %s", async (text) => {
    const storage = new FakeStorage();
    storage.setItem("ringway-devices", text);
    const devices = new Devices(storage, new FakeMedia() as never, false);
    await settled();
    expect(devices.snapshot()).toMatchObject({ canChooseSpeaker: false, lists: { camera: [{ id: "cam-1" }] } });
    expect(devices.snapshot().microphone).toBeUndefined();
  });

  it("has no devices where the browser gives none", async () => {
    const devices = new Devices(new FakeStorage(), undefined, false);
    await settled();
    expect(devices.snapshot().lists).toEqual({ microphone: [], camera: [], speaker: [] });
  });

  it("leaves out what has no name of its own", () => {
    const lists = listsOf([found("audioinput", "default"), found("audioinput", ""), found("audioinput", "mic-1")]);
    expect(lists.microphone).toEqual([{ id: "mic-1", label: "mic-1" }]);
    expect(inForce({ microphone: "mic-1", camera: "gone" }, lists)).toEqual({ microphone: "mic-1" });
  });
});

describe("the preview", () => {
  let media: FakeMedia;
  let devices: Devices;
  let preview: Preview;
  const live = (): string[] => tracks.filter(({ isLive }) => isLive).map(({ id, kind }) => `${kind} ${id}`);

  beforeEach(async () => {
    media = new FakeMedia();
    devices = new Devices(new FakeStorage(), media as never, true);
    await settled();
    preview = new Preview(devices, getUserMedia);
  });

  it("opens and closes", async () => {
    preview.open(["microphone", "camera"]);
    expect(preview.snapshot()).toEqual({ microphone: "opening", camera: "opening" });
    await settled();
    expect(live()).toEqual(["audio any", "video any"]);
    preview.open(["microphone"]);
    expect(live()).toEqual(["audio any"]);
    expect(preview.snapshot().camera).toBe("off");
    preview.close();
    expect(live()).toEqual([]);
  });

  it("leaves nothing open that comes after the end", async () => {
    preview.open(["camera"]);
    preview.close();
    await settled();
    expect(tracks).toHaveLength(1);
    expect(live()).toEqual([]);
    expect(preview.snapshot().camera).toBe("off");
  });

  it("follows the choice, one device at a time", async () => {
    preview.open(["microphone", "camera"]);
    await settled();
    devices.choose("microphone", "mic-2");
    await settled();
    expect(live()).toEqual(["video any", "audio mic-2"]);
    expect(asked).toHaveLength(2);
  });

  it("does not forget the other when the choice changes while both open", async () => {
    preview.open(["microphone", "camera"]);
    devices.choose("camera", "cam-1");
    await settled();
    await settled();
    devices.choose("microphone", "mic-2");
    await settled();
    expect(live().sort()).toEqual(["audio mic-2", "video cam-1"]);
  });

  it("tries again by hand, and by itself when a missing device comes", async () => {
    broken = { video: "NotFoundError" };
    await media.change([found("audioinput", "mic-1")]);
    preview.open(["microphone", "camera"]);
    await settled();
    expect(preview.snapshot().camera).toBe("missing");
    preview.retry();
    await settled();
    expect(preview.snapshot().camera).toBe("missing");
    broken = {};
    await media.change([found("audioinput", "mic-1"), found("videoinput", "cam-1")]);
    await settled();
    expect(live()).toEqual(["audio any", "video any"]);
  });

  it("says so when a device is pulled out", async () => {
    preview.open(["microphone"]);
    await settled();
    tracks[0]?.dispatchEvent(new Event("ended"));
    expect(preview.snapshot().microphone).toBe("missing");
  });
});

describe("the level", () => {
  it("is 0 for silence, 1 for a shout, and between for speech", () => {
    expect(shown(0)).toBe(0);
    expect(shown(1)).toBe(1);
    expect(shown(0.03)).toBeGreaterThan(0.4);
    expect(shown(0.03)).toBeLessThan(0.8);
  });
});
