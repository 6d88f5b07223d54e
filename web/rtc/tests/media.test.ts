import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  AudioOptions,
  AudioQualityMode,
  CallsApiEvent,
  CameraOrientation,
  NetworkQuality,
  RTCMediaDevice,
  VideoOptions,
  type WebrtcCall,
  WebrtcCallOptions,
} from "../src/index.js";
import type { Section } from "../src/generated/messages.js";
import { LOUD, WordDetector } from "../src/media/muted-talk.js";
import { FakeAudioContext, fakeBrowser, FakePeerConnection, FakeStream } from "./fakes.js";
import { connected, establish, follow, hear, names, OVER, said, type Scene, settle, type Told } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

interface Talk extends Scene {
  readonly call: WebrtcCall;
  /** Since it was established. */
  readonly heard: Told[];
}

async function talking(options = new WebrtcCallOptions(), more: object = {}): Promise<Talk> {
  const scene = await connected();
  const call = scene.rtc.callWebrtc("bob", options);
  await establish(call, more);
  return { ...scene, call, heard: follow(call) };
}

const VIDEO = WebrtcCallOptions.builder().setVideo(true).build();

function offer(call: WebrtcCall, sdp: string, sections: Section[], generation = 1): void {
  hear({ t: "offer", call: call.id(), generation, negotiation: 7, offer: sdp, sections });
}

const fromBob = (mid: string, source: "MICROPHONE" | "CAMERA" | "SCREEN"): Section => ({
  mid,
  receives: { call: "bob's", source },
});

describe("mute", () => {
  it("is silence at once, and is told", async () => {
    const { call, devices } = await talking();
    const done = call.mute(true);
    expect(devices.tracks[0]?.enabled).toBe(false);
    expect(call.muted()).toBe(true);
    await done;
    await call.mute(true);
    expect(said("mute")).toEqual([{ t: "mute", call: call.id(), muted: true }]);
    await call.mute(false);
    expect(devices.tracks[0]?.enabled).toBe(true);
    expect(said("mute")).toHaveLength(2);
  });

  it("is where a call without audio begins; the microphone is taken when it ends", async () => {
    const { call, devices } = await talking(WebrtcCallOptions.builder().setAudio(false).build());
    expect(devices.asked).toEqual([]);
    expect(call.muted()).toBe(true);
    expect(said("mute")).toMatchObject([{ muted: true }]);
    await call.mute(false);
    expect(devices.asked).toMatchObject([{ audio: {} }]);
    expect(FakePeerConnection.last.getTransceivers()[0]?.sender.track).toBe(devices.tracks[0]);
    expect(said("mute").at(-1)).toMatchObject({ muted: false });
    expect(said("renegotiate")).toEqual([]);
  });

  it("of the other side is told", async () => {
    const { call, heard } = await talking();
    hear({ t: "remote_muted", call: call.id(), muted: true });
    hear({ t: "remote_muted", call: call.id(), muted: false });
    expect(names(heard)).toEqual(["remote-muted", "remote-unmuted"]);
  });

  it("of the other side from the start comes after ESTABLISHED", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await establish(call, { remoteMuted: true });
    expect(names(told)).toEqual(["ringing", "established", "remote-muted"]);
  });
});

describe("the camera", () => {
  it("uses the section there is, and asks for nothing", async () => {
    const { call, devices, heard } = await talking(VIDEO);
    await call.cameraVideo(false);
    expect(devices.tracks[1]?.readyState).toBe("ended");
    expect(call.hasCameraVideo()).toBe(false);
    const section = FakePeerConnection.last.getTransceivers()[1];
    expect(section?.sender.track).toBeNull();
    await call.cameraVideo(true);
    await call.cameraVideo(true);
    expect(section?.sender.track).toBe(devices.tracks[2]);
    expect(said("show").map(({ on }) => on)).toEqual([false, true]);
    expect(said("renegotiate")).toEqual([]);
    expect(names(heard)).toEqual(["camera-video-removed", "camera-video-added"]);
    expect(heard[0]?.event).toEqual({ reason: "USER_REQUEST" });
    expect(devices.asked).toHaveLength(2);
  });

  it("gets a section from the house where there is none", async () => {
    const { call, devices, heard } = await talking();
    const done = call.cameraVideo(true);
    await settle();
    expect(said("renegotiate")).toEqual([{ t: "renegotiate", call: call.id(), generation: 1, sources: ["CAMERA"] }]);
    expect(names(heard)).toEqual([]);
    offer(call, "offer video:9", [{ mid: "9", sends: "CAMERA" }]);
    await done;
    expect(said("answer")).toEqual([
      { t: "answer", call: call.id(), generation: 1, negotiation: 7, answer: "answer of the client" },
    ]);
    const section = FakePeerConnection.last.getTransceivers()[1];
    expect(section).toMatchObject({ mid: "9", direction: "sendrecv" });
    expect(section?.sender.track).toBe(devices.tracks[1]);
    expect(section?.sender.parameters).toMatchObject({
      encodings: [{ maxBitrate: 1_500_000 }],
      degradationPreference: "maintain-framerate",
    });
    expect(said("show")).toEqual([{ t: "show", call: call.id(), source: "CAMERA", on: true }]);
    expect(names(heard)).toEqual(["camera-video-added"]);
  });

  it("is given back when the house makes no room", async () => {
    const { call, devices, heard } = await talking();
    const done = call.cameraVideo(true);
    const late = expect(done).rejects.toMatchObject({ errorCode: { name: "REQUEST_TIMEOUT" } });
    await settle(10_000);
    await late;
    expect(devices.tracks[1]?.readyState).toBe("ended");
    expect(call.hasCameraVideo()).toBe(false);
    expect(names(heard)).toEqual(["error"]);

    const again = call.cameraVideo(true);
    const refused = expect(again).rejects.toMatchObject({ errorCode: { name: "SERVICE_UNAVAILABLE" } });
    await settle();
    const code = { id: "10309", name: "SERVICE_UNAVAILABLE", description: "x" };
    hear({ t: "refused", command: "renegotiate", call: call.id(), code, text: "no" });
    await refused;
    expect(said("show")).toEqual([]);
  });

  it("says what is wrong with it, and the call goes on", async () => {
    const { call, devices, heard } = await talking();
    devices.refusal = "NotAllowedError";
    await expect(call.cameraVideo(true)).rejects.toMatchObject({ errorCode: { name: "DEVICE_FORBIDDEN" } });
    expect(heard).toMatchObject([{ name: "error", event: { errorCode: { id: "10100" } } }]);
    devices.refusal = undefined;
    await call.mute(true);
    expect(call.muted()).toBe(true);
  });

  it("can be changed while it is on", async () => {
    const { call, devices, heard } = await talking(VIDEO);
    await call.setVideoInputDevice("other");
    expect(devices.asked.at(-1)).toMatchObject({ video: { deviceId: { exact: "other" } } });
    expect(devices.asked.at(-1)).not.toHaveProperty("audio");
    await call.setCameraOrientation(CameraOrientation.BACK);
    expect(devices.asked.at(-1)).toMatchObject({ video: { facingMode: { ideal: "environment" } } });
    expect(call.cameraOrientation()).toBe("environment");
    expect(names(heard)).toEqual(["camera-video-updated", "camera-video-updated"]);
    expect(devices.tracks.map(({ readyState }) => readyState)).toEqual(["live", "ended", "ended", "live"]);
    devices.refusal = "OverconstrainedError";
    await expect(call.setVideoInputDevice("gone")).rejects.toMatchObject({ errorCode: { name: "DEVICE_NOT_FOUND" } });
    expect(call.hasCameraVideo()).toBe(false);
    expect(said("show").at(-1)).toMatchObject({ on: false });
    expect(names(heard).slice(2)).toEqual(["camera-video-removed", "error"]);
  });

  it("is told when it is pulled out", async () => {
    const { call, devices, heard } = await talking(VIDEO);
    devices.tracks[1]?.pullOut();
    await settle();
    expect(names(heard)).toEqual(["error", "camera-video-removed"]);
    expect(call.hasCameraVideo()).toBe(false);
    devices.tracks[0]?.pullOut();
    expect(heard.at(-1)).toMatchObject({ name: "error", event: { errorCode: { name: "DEVICE_UNAVAILABLE" } } });
  });

  it("is switched in the order it was asked for", async () => {
    const { call, heard } = await talking(VIDEO);
    await Promise.all([call.cameraVideo(false), call.cameraVideo(true), call.cameraVideo(false)]);
    expect(said("show").map(({ on }) => on)).toEqual([false, true, false]);
    expect(names(heard)).toEqual(["camera-video-removed", "camera-video-added", "camera-video-removed"]);
  });

  it("is asked for as the options say", async () => {
    const videoOptions = VideoOptions.builder().setCameraVideoFrameRate(12).setDeviceId("d").build();
    const { devices } = await talking(WebrtcCallOptions.builder().setVideo(true).setVideoOptions(videoOptions).build());
    expect(devices.asked).toMatchObject([
      { audio: {}, video: { frameRate: { ideal: 12 }, deviceId: { exact: "d" }, width: { ideal: 1280 } } },
    ]);
  });
});

describe("the screen", () => {
  it("is shared and given back", async () => {
    const { call, devices, heard } = await talking();
    const done = call.startScreenShare();
    await settle();
    expect(said("renegotiate")).toMatchObject([{ sources: ["SCREEN"] }]);
    offer(call, "offer video:4", [{ mid: "4", sends: "SCREEN" }]);
    await done;
    expect(call.hasScreenShare()).toBe(true);
    expect(devices.tracks[1]?.contentHint).toBe("detail");
    const section = FakePeerConnection.last.getTransceivers()[1];
    expect(section?.sender.parameters.encodings[0]?.maxBitrate).toBe(2_500_000);
    devices.tracks[1]?.pullOut();
    await settle();
    expect(names(heard)).toEqual(["screen-share-added", "screen-share-removed"]);
    await call.screenShare(true);
    await call.stopVideo();
    expect(said("show").map(({ on }) => on)).toEqual([true, false, true, false]);
  });

  it("is held to the surfaces that are allowed", async () => {
    const { call, devices } = await talking();
    const display = { allowedDisplayOptions: ["browser" as const] };
    await expect(call.startScreenShare(display)).rejects.toMatchObject({
      errorCode: { name: "FORBIDDEN_DISPLAY_SURFACE", id: "10104" },
    });
    expect(devices.tracks.at(-1)?.readyState).toBe("ended");
    devices.surface = undefined;
    await expect(call.startScreenShare(display)).rejects.toMatchObject({
      errorCode: { name: "SCREEN_SHARING_CONTROL_UNSUPPORTED", id: "10105" },
    });
    expect(call.hasScreenShare()).toBe(false);
  });
});

describe("what comes from the other side", () => {
  it("is there when it is both shown and received, in either order", async () => {
    const { call, heard } = await talking();
    hear({ t: "remote_shows", call: call.id(), source: "CAMERA", on: true });
    await settle();
    expect(names(heard)).toEqual([]);
    offer(call, "offer video:3", [fromBob("0", "MICROPHONE"), fromBob("3", "CAMERA")]);
    await settle();
    expect(names(heard)).toEqual(["remote-camera-video-added"]);
    expect(call.hasRemoteCameraVideo()).toBe(true);
    const stream = heard[0]?.event["stream"] as FakeStream;
    expect(stream.getTracks()).toEqual([FakePeerConnection.last.getTransceivers()[1]?.receiver.track]);
    hear({ t: "remote_shows", call: call.id(), source: "CAMERA", on: false });
    expect(names(heard).at(-1)).toBe("remote-camera-video-removed");
    expect(call.hasRemoteCameraVideo()).toBe(false);
    hear({ t: "remote_shows", call: call.id(), source: "CAMERA", on: true });
    expect(names(heard).at(-1)).toBe("remote-camera-video-added");
  });

  it("is told after ESTABLISHED, never before", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob", VIDEO);
    const told = follow(call);
    await settle();
    const sections = [fromBob("0", "MICROPHONE"), fromBob("1", "CAMERA")];
    hear({ t: "pipe_answer", call: call.id(), generation: 1, answer: "answer", sections });
    await settle();
    expect(names(told)).toEqual(["camera-video-added"]);
    hear({ t: "established", call: call.id(), at: 0, remoteShows: ["CAMERA"] });
    expect(names(told)).toEqual(["camera-video-added", "established", "remote-camera-video-added"]);
  });

  const meanings: [string, (call: WebrtcCall, sections: Section[]) => void][] = [
    ["a new meaning", (call, sections) => hear({ t: "sections", call: call.id(), generation: 1, sections })],
    ["an offer", (call, sections) => offer(call, "offer", sections)],
  ];
  it.each(meanings)("is not lost when %s comes before the browser has taken the answer", async (_, mean) => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob", VIDEO);
    const told = follow(call);
    await settle();
    hear({ t: "pipe_answer", call: call.id(), generation: 1, answer: "answer", sections: [] });
    mean(call, [fromBob("0", "MICROPHONE"), fromBob("1", "CAMERA")]);
    hear({ t: "established", call: call.id(), at: 0, remoteShows: ["CAMERA"] });
    expect(names(told)).toEqual(["camera-video-added", "established"]);
    await settle();
    expect(names(told)).toEqual(["camera-video-added", "established", "remote-camera-video-added"]);
    const stream = told.at(-1)?.event["stream"] as FakeStream;
    expect(stream.getTracks()).toEqual([FakePeerConnection.last.getTransceivers()[1]?.receiver.track]);
  });

  it("changes its meaning without a negotiation", async () => {
    const { call, heard } = await talking(VIDEO, { remoteShows: ["CAMERA", "SCREEN"] });
    const meaning = (sections: Section[]): void =>
      hear({ t: "sections", call: call.id(), generation: 1, sections });
    meaning([fromBob("1", "SCREEN")]);
    await settle();
    meaning([fromBob("1", "CAMERA")]);
    await settle();
    hear({ t: "sections", call: call.id(), generation: 0, sections: [] });
    await settle();
    expect(names(heard)).toEqual(["remote-screen-share-added", "remote-camera-video-added"]);
    // The screen is still said to be shown: it waits for another section.
    expect(call.hasRemoteScreenShare()).toBe(true);
    expect(heard.map(({ event }) => event["stream"].getTracks().length)).toEqual([0, 1]);
    meaning([fromBob("0", "SCREEN"), fromBob("1", "CAMERA")]);
    await settle();
    expect(names(heard)).toHaveLength(2);
    expect(heard.map(({ event }) => event["stream"].getTracks().length)).toEqual([1, 1]);
  });

  it("follows only offers of its own generation, and ends with one that can't be read", async () => {
    const { call, heard } = await talking();
    offer(call, "offer video:3", [], 2);
    await settle();
    expect(said("answer")).toEqual([]);
    offer(call, "broken", []);
    await settle();
    expect(heard).toMatchObject([{ name: "hangup", event: { errorCode: { name: "MEDIA_ERROR" } } }]);
  });

  it("can be paused", async () => {
    const { call, heard } = await talking(VIDEO, { remoteShows: ["CAMERA"] });
    hear({ t: "sections", call: call.id(), generation: 1, sections: [fromBob("1", "CAMERA")] });
    await settle();
    const track = (heard[0]?.event["stream"] as FakeStream).getTracks()[0];
    call.pauseIncomingVideo();
    expect(track?.enabled).toBe(false);
    call.resumeIncomingVideo();
    expect(track?.enabled).toBe(true);
  });
});

describe("devices", () => {
  it("chosen for the client are taken by its calls", async () => {
    const { rtc, devices } = await connected();
    rtc.setAudioInputDevice("m1");
    rtc.setVideoInputDevice("c1");
    rtc.unsetVideoInputDevice("another");
    const call = rtc.callWebrtc("bob", VIDEO);
    await establish(call);
    expect(devices.asked).toMatchObject([{ audio: { deviceId: { exact: "m1" } }, video: { deviceId: { exact: "c1" } } }]);
    await call.setAudioInputDevice("m2");
    expect(devices.asked.at(-1)).toMatchObject({ audio: { deviceId: { exact: "m2" } } });
    expect(devices.tracks[0]?.readyState).toBe("ended");
    expect(FakePeerConnection.last.getTransceivers()[0]?.sender.track).toBe(devices.tracks[2]);
  });

  it("keep a mute when they are changed", async () => {
    const { call, devices } = await talking();
    await call.mute(true);
    await call.setAudioInputDevice("m2");
    expect(devices.tracks.at(-1)?.enabled).toBe(false);
  });

  it("are listed by kind, asking for a permission only where names need it", async () => {
    const { rtc, devices } = await connected();
    const [microphone] = await rtc.getAudioInputDevices();
    expect({ ...microphone }).toEqual({
      deviceId: "microphone",
      groupId: "g",
      kind: "audioinput",
      label: "the microphone",
    });
    expect(devices.asked).toEqual([]);
    devices.named = false;
    expect(await RTCMediaDevice.getVideoInputDevices()).toMatchObject([{ label: "the camera" }]);
    expect(devices.asked).toEqual([{ video: true }]);
    expect(devices.tracks.every(({ readyState }) => readyState === "ended")).toBe(true);
    devices.named = false;
    devices.refusal = "NotAllowedError";
    expect(await rtc.getAudioOutputDevices()).toMatchObject([{ deviceId: "speaker", label: "" }]);
  });

  it("can be opened without a client", async () => {
    const devices = fakeBrowser();
    await expect(RTCMediaDevice.getMediaStream("nothing")).rejects.toBeInstanceOf(TypeError);
    const stream = await RTCMediaDevice.getMediaStream("camera");
    await RTCMediaDevice.getAudioMediaStream(null);
    await RTCMediaDevice.getVideoMediaStream(null, CameraOrientation.BACK);
    expect(devices.asked).toEqual([
      { video: { deviceId: { exact: "camera" } } },
      { audio: true },
      { video: { facingMode: "environment" } },
    ]);
    RTCMediaDevice.closeMediaStream(stream);
    expect(devices.tracks[0]?.readyState).toBe("ended");
    vi.stubGlobal("navigator", {});
    await expect(RTCMediaDevice.getAudioInputDevices()).rejects.toBeInstanceOf(TypeError);
    await expect(RTCMediaDevice.getAudioMediaStream(null)).rejects.toBeInstanceOf(TypeError);
  });
});

describe("quality", () => {
  it("of sound is held to the mode", async () => {
    const { call } = await talking();
    const section = FakePeerConnection.last.getTransceivers()[0];
    expect(section?.sender.parameters.encodings[0]).not.toHaveProperty("maxBitrate");
    call.setAudioQualityMode(AudioQualityMode.LOW_DATA);
    await settle();
    expect(section?.sender.parameters.encodings[0]?.maxBitrate).toBe(20_000);
    expect(call.audioQualityMode()).toBe(AudioQualityMode.LOW_DATA);
    call.setAudioQualityMode(AudioQualityMode.AUTO);
    await settle();
    expect(section?.sender.parameters.encodings[0]).not.toHaveProperty("maxBitrate");
  });

  it("of the network is told when it has lasted for two seconds", async () => {
    const { call } = await talking();
    const told: NetworkQuality[] = [];
    call.on(CallsApiEvent.NETWORK_QUALITY_CHANGED, (event) => told.push(event.networkQuality));
    let received = 0;
    let lost = 0;
    const second = async (loss: number): Promise<void> => {
      received += 50 * (1 - loss);
      lost += 50 * loss;
      FakePeerConnection.stats = new Map<string, unknown>([
        ["in", { id: "in", type: "inbound-rtp", kind: "audio", packetsReceived: received, packetsLost: lost, jitter: 0 }],
      ]) as RTCStatsReport;
      await settle(1_000);
    };
    await second(0);
    expect(told).toEqual([]);
    await second(0);
    await second(0.3);
    await second(0);
    await second(0.3);
    await second(0.3);
    await second(0.3);
    expect(told).toEqual([NetworkQuality.EXCELLENT, NetworkQuality.BAD]);
    expect(said("quality")).toMatchObject([
      { call: call.id(), level: 5 },
      { call: call.id(), level: 1 },
    ]);
  });

  it("of the other side's network, and its absence, is told as the house says", async () => {
    const { call } = await talking();
    const told = follow(call);
    hear({ t: "remote_quality", call: call.id(), level: 2 });
    hear({ t: "remote_disconnected", call: call.id(), disconnected: true });
    hear({ t: "remote_disconnected", call: call.id(), disconnected: false });
    hear({ t: "failed", call: call.id(), code: OVER });
    expect(told).toEqual([
      { name: "remote-network-quality-changed", event: { networkQuality: NetworkQuality.POOR } },
      { name: "remote-disconnected", event: {} },
      { name: "remote-reconnected", event: {} },
      { name: "error", event: { errorCode: OVER } },
    ]);
  });
});

describe("talking while muted", () => {
  const LISTENS = WebrtcCallOptions.builder()
    .setAudioOptions(AudioOptions.builder().setDetectTalkingWhileMuted(true).build())
    .build();

  it("is told once in a while, of the microphone and not of what is sent", async () => {
    const { rtc, devices } = await connected();
    FakeAudioContext.install();
    const call = rtc.callWebrtc("bob", LISTENS);
    const told = follow(call);
    await establish(call);
    FakeAudioContext.level = 0.1;
    await settle(1_000);
    expect(FakeAudioContext.open).toBe(0);
    await call.mute(true);
    expect(FakeAudioContext.open).toBe(1);
    expect(FakeAudioContext.heard).not.toBe(devices.tracks[0]);
    expect(FakeAudioContext.heard?.enabled).toBe(true);
    await settle(200);
    expect(names(told)).not.toContain("talking-while-muted");
    await settle(100);
    expect(names(told).filter((name) => name === "talking-while-muted")).toHaveLength(1);
    await settle(5_000);
    expect(names(told).filter((name) => name === "talking-while-muted")).toHaveLength(1);
    await call.mute(false);
    expect(FakeAudioContext.open).toBe(0);
    expect(FakeAudioContext.heard?.readyState).toBe("ended");
    await call.mute(true);
    call.hangup();
    expect(FakeAudioContext.open).toBe(0);
  });

  it("is not noticed where the browser gives no context, and mute is mute", async () => {
    const { rtc, devices } = await connected();
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    vi.stubGlobal("AudioContext", class {
      constructor() {
        throw new Error("too many");
      }
    });
    const call = rtc.callWebrtc("bob", LISTENS);
    await establish(call);
    await call.mute(true);
    expect(devices.tracks[0]?.enabled).toBe(false);
    expect(said("mute")).toHaveLength(1);
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });

  it("is not listened for unless the option asks", async () => {
    const { call } = await talking();
    FakeAudioContext.install();
    await call.mute(true);
    expect(FakeAudioContext.open).toBe(0);
  });

  it("needs a word: a click is none, and a quiet room is none", () => {
    const detector = new WordDetector();
    const take = (levels: number[]): boolean[] => levels.map((level) => detector.take(level));
    expect(take([LOUD, 0, 0, 0, 0, LOUD, 0, LOUD, 0])).not.toContain(true);
    expect(take([LOUD * 0.9, LOUD * 0.9, LOUD * 0.9, LOUD * 0.9])).not.toContain(true);
    expect(take([LOUD, 0, LOUD, 0, LOUD])).toEqual([false, false, false, false, true]);
    expect(take(Array(99).fill(LOUD))).not.toContain(true);
    expect(take([LOUD])).toEqual([true]);
  });
});
