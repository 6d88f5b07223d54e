import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type WebrtcCall, WebrtcCallOptions } from "../src/index.js";
import type { Section } from "../src/generated/messages.js";
import { FakePeerConnection, FakeSocket, FakeStream } from "./fakes.js";
import { connected, ended, establish, follow, hear, names, said, type Scene, settle, type Told } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

interface Talk extends Scene {
  readonly call: WebrtcCall;
  readonly id: string;
  readonly told: Told[];
  readonly stream: FakeStream;
  /** Since it was established. */
  readonly heard: Told[];
}

const options = (auto: boolean, video = false): WebrtcCallOptions =>
  WebrtcCallOptions.builder().setAutoReconnect(auto).setVideo(video).build();

const fromBob = (mid: string, source: "MICROPHONE" | "CAMERA"): Section => ({ mid, receives: { call: "bob's", source } });

/** A call whose media flows. */
async function talking(auto = true, video = false): Promise<Talk> {
  const scene = await connected();
  const call = scene.rtc.callWebrtc("bob", options(auto, video));
  const before = follow(call);
  await establish(call, video ? { remoteShows: ["CAMERA"] } : {});
  FakePeerConnection.last.become("connected");
  if (video) {
    const sections = [fromBob("0", "MICROPHONE"), fromBob("1", "CAMERA")];
    hear({ t: "sections", call: call.id(), generation: 1, sections });
    await settle();
  }
  const stream = before.find(({ name }) => name === "established")?.event["stream"] as FakeStream;
  return { ...scene, call, id: call.id(), told: before, stream, heard: follow(call) };
}

function answerAgain(call: string, generation: number, sections: Section[] = []): Promise<unknown> {
  hear({ t: "pipe_answer", call, generation, answer: "answer of the house", sections });
  return settle();
}

const iceOffer = (call: string, negotiation: number, user: string): void =>
  hear({ t: "offer", call, generation: 1, negotiation, offer: `v=0\r\na=ice-ufrag:${user}\r\n`, sections: [] });

describe("a pipe that the house has lost", () => {
  it.each([true, false])("is replaced at once (auto: %s)", async (auto) => {
    const { id, heard, devices, stream } = await talking(auto);
    const before = FakePeerConnection.last;
    const voice = stream.getTracks()[0];
    hear({ t: "lost", call: id, generation: 2 });
    await settle();
    expect(said("reopen")).toEqual([
      { t: "reopen", call: id, generation: 2, offer: "offer of the client", sending: [{ mid: "0", source: "MICROPHONE" }] },
    ]);
    expect(FakePeerConnection.last).not.toBe(before);
    expect(FakePeerConnection.last.getTransceivers()[0]?.sender.track).toBe(devices.tracks[0]);
    expect(stream.getTracks()).toEqual([voice]);
    await answerAgain(id, 2);
    expect(before.signalingState).toBe("closed");
    expect(devices.tracks[0]?.readyState).toBe("live");
    expect(devices.asked).toHaveLength(1);
    FakePeerConnection.last.become("connected");
    expect(names(heard)).toEqual(["reconnecting", "reconnected"]);
    expect(stream.getTracks()).toEqual([FakePeerConnection.last.getTransceivers()[0]?.receiver.track]);
  });

  it("goes on with the same streams, devices and states", async () => {
    const { id, heard, told, call, devices } = await talking(true, true);
    const picture = told.find(({ name }) => name === "remote-camera-video-added")?.event["stream"] as FakeStream;
    const old = picture.getTracks();
    await call.mute(true);
    hear({ t: "lost", call: id, generation: 2 });
    await settle();
    expect(said("reopen")[0]?.sending).toEqual([
      { mid: "0", source: "MICROPHONE" },
      { mid: "1", source: "CAMERA" },
    ]);
    await answerAgain(id, 2);
    expect(picture.getTracks()).toEqual(old);
    const sections = [fromBob("0", "MICROPHONE"), fromBob("1", "CAMERA")];
    hear({ t: "sections", call: id, generation: 2, sections });
    FakePeerConnection.last.become("connected");
    await settle();
    expect(picture.getTracks()).toEqual([FakePeerConnection.last.getTransceivers()[1]?.receiver.track]);
    expect(names(heard)).toEqual(["reconnecting", "reconnected"]);
    expect(devices.tracks.map(({ enabled, readyState }) => [enabled, readyState])).toEqual([
      [false, "live"],
      [true, "live"],
    ]);
    expect(said("mute")).toHaveLength(1);
    expect(call.hasCameraVideo() && call.hasRemoteCameraVideo() && call.muted()).toBe(true);
  });

  it("has as many sections as were needed", async () => {
    const { id } = await talking();
    const offer = "offer video:5";
    const sections = [fromBob("0", "MICROPHONE"), fromBob("5", "CAMERA")];
    hear({ t: "offer", call: id, generation: 1, negotiation: 1, offer, sections });
    await settle();
    hear({ t: "lost", call: id, generation: 2 });
    await settle();
    expect(FakePeerConnection.last.getTransceivers().map(({ direction }) => direction)).toEqual(["sendrecv", "recvonly"]);
  });

  it("does not lose what was changed meanwhile", async () => {
    const { id, call, devices } = await talking();
    hear({ t: "lost", call: id, generation: 2 });
    await settle();
    await call.setAudioInputDevice("other");
    const done = call.cameraVideo(true);
    await settle();
    expect(said("renegotiate")).toEqual([]);
    await answerAgain(id, 2);
    await settle();
    expect(said("renegotiate")).toEqual([{ t: "renegotiate", call: id, generation: 2, sources: ["CAMERA"] }]);
    expect(FakePeerConnection.last.getTransceivers()[0]?.sender.track).toBe(devices.tracks[1]);
    const sections: Section[] = [{ mid: "9", sends: "CAMERA" }];
    hear({ t: "offer", call: id, generation: 2, negotiation: 1, offer: "offer video:9", sections });
    await done;
    expect(said("show")).toHaveLength(1);
  });

  it("fulfils what its offer had been asked for", async () => {
    const { id, call } = await talking();
    const done = call.cameraVideo(true);
    await settle();
    expect(said("renegotiate")).toHaveLength(1);
    hear({ t: "lost", call: id, generation: 2 });
    await settle();
    expect(said("reopen")[0]?.sending).toHaveLength(2);
    await answerAgain(id, 2);
    await done;
    expect(said("renegotiate")).toHaveLength(1);
    expect(call.hasCameraVideo()).toBe(true);
  });

  it("leaves its counts to the one that follows", async () => {
    const rtp = (packetsReceived: number): RTCStatsReport =>
      new Map([["in", { id: "in", type: "inbound-rtp", kind: "audio", packetsReceived, packetsLost: 1 }]]);
    const { id, heard } = await talking();
    FakePeerConnection.stats = rtp(500);
    hear({ t: "lost", call: id, generation: 2 });
    await settle();
    await answerAgain(id, 2);
    FakePeerConnection.stats = rtp(70);
    ended(id);
    await settle();
    expect(heard.at(-1)?.event["totalMediaStats"].totalAudioStats).toMatchObject({
      packetsReceived: 570,
      packetsLost: 2,
    });
  });

  it("is proposed one at a time, and the last answer counts", async () => {
    const { id, heard } = await talking();
    hear({ t: "lost", call: id, generation: 2 });
    await settle();
    const second = FakePeerConnection.last;
    hear({ t: "lost", call: id, generation: 3 });
    await settle(999);
    expect(said("reopen")).toHaveLength(1);
    await settle(1);
    expect(said("reopen").map(({ generation }) => generation)).toEqual([2, 3]);
    expect(second.signalingState).toBe("closed");
    await answerAgain(id, 2);
    expect(FakePeerConnection.last.remote).toEqual([]);
    await answerAgain(id, 3);
    await answerAgain(id, 3);
    expect(FakePeerConnection.last.remote).toHaveLength(1);
    FakePeerConnection.last.become("connected");
    expect(names(heard)).toEqual(["reconnecting", "reconnected"]);
  });

  it("is tried again when its answer can't be read", async () => {
    const { id, heard } = await talking();
    hear({ t: "lost", call: id, generation: 2 });
    await settle();
    hear({ t: "pipe_answer", call: id, generation: 2, answer: "broken", sections: [] });
    await settle(1_001);
    expect(said("reopen").map(({ generation }) => generation)).toEqual([2, 3]);
    expect(names(heard)).toEqual(["reconnecting"]);
  });

  it("is no concern of a call that is over", async () => {
    const { id, call } = await talking();
    call.hangup();
    hear({ t: "lost", call: id, generation: 2 });
    await settle(20_000);
    expect(said("reopen")).toEqual([]);
    expect(FakePeerConnection.all.every(({ signalingState }) => signalingState === "closed")).toBe(true);
  });
});

describe("a network that fails", () => {
  it("has ICE begun anew, and media comes back in the same pipe", async () => {
    const { id, heard } = await talking();
    FakePeerConnection.last.become("disconnected");
    await settle(1_000);
    expect(said("restart_ice")).toEqual([{ t: "restart_ice", call: id, generation: 1 }]);
    expect(said("ping")).toHaveLength(1);
    iceOffer(id, 1, "new");
    await settle();
    expect(said("answer")).toHaveLength(1);
    await settle(4_000);
    FakePeerConnection.last.become("connected");
    await settle(60_000);
    expect(names(heard)).toEqual(["reconnecting", "reconnected"]);
    expect(said("reopen")).toEqual([]);
    expect(FakePeerConnection.all).toHaveLength(1);
  });

  it("has another pipe made when that does not help", async () => {
    const { id, heard } = await talking();
    FakePeerConnection.last.become("disconnected");
    await settle(1_000);
    iceOffer(id, 1, "new");
    await settle(5_002);
    expect(said("reopen").map(({ generation }) => generation)).toEqual([2]);
    await answerAgain(id, 2);
    FakePeerConnection.last.become("connected");
    expect(names(heard)).toEqual(["reconnecting", "reconnected"]);
  });

  it("has another pipe made when the house refuses", async () => {
    const { id, heard } = await talking();
    FakePeerConnection.last.become("failed");
    const code = { id: "10306", name: "INVALID_REQUEST", description: "x" };
    hear({ t: "refused", command: "restart_ice", call: id, code, text: "no" });
    await settle();
    expect(said("reopen")).toHaveLength(1);
    expect(names(heard)).toEqual(["reconnecting"]);
  });

  it("is left to the house without the application's word", async () => {
    const { id, heard } = await talking(false);
    FakePeerConnection.last.become("disconnected");
    await settle(5_000);
    FakePeerConnection.last.become("failed");
    window.dispatchEvent(new Event("online"));
    await settle(60_000);
    expect([...said("restart_ice"), ...said("reopen")]).toEqual([]);
    expect(names(heard)).toEqual([]);
    ended(id);
    await settle();
    expect(names(heard)).toEqual(["hangup"]);
  });

  it("and takes the line with it, is met when the line is back", async () => {
    const { id, heard } = await talking();
    FakeSocket.last.lose();
    FakePeerConnection.last.become("disconnected");
    await settle(3_000);
    expect(names(heard)).toEqual(["reconnecting"]);
    FakeSocket.last.open();
    const resumed = { t: "resumed", protocol: "1.2", connection: "c2", resume: "token 2", resumeWithin: 60 } as const;
    hear({ ...resumed, heard: 1, number: 0 });
    expect(said("restart_ice")).toEqual([{ t: "restart_ice", call: id, generation: 1 }]);
    FakePeerConnection.last.become("connected");
    expect(names(heard)).toEqual(["reconnecting", "reconnected"]);
  });

  it("that is another by now, has ICE begun anew without a word", async () => {
    const { id, heard } = await talking();
    window.dispatchEvent(new Event("online"));
    expect(said("restart_ice")).toHaveLength(1);
    iceOffer(id, 1, "new");
    await settle(60_000);
    expect(names(heard)).toEqual([]);
    expect(FakePeerConnection.all).toHaveLength(1);
  });
});

describe("an offer that comes again", () => {
  it("is answered in the same words, and older ones not at all", async () => {
    const { id } = await talking();
    iceOffer(id, 4, "same");
    await settle();
    iceOffer(id, 4, "same");
    iceOffer(id, 3, "older");
    await settle();
    expect(said("answer")).toHaveLength(2);
    expect(said("answer")[1]).toEqual(said("answer")[0]);
    expect(FakePeerConnection.last.remote.filter(({ type }) => type === "offer")).toHaveLength(1);
  });
});
