import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallsApiEvent, CallStatus, WebrtcCallOptions, WebrtcCallRecordingOptions } from "../src/index.js";
import { FakePeerConnection, FakeSocket } from "./fakes.js";
import { answer, connected, ended, establish, follow, hear, names, OVER, said, settle, WELCOME } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const VIDEO = WebrtcCallOptions.builder().setVideo(true).build();

describe("calling", () => {
  it("goes from the first word to the last", async () => {
    const { rtc, devices } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    expect(call.status()).toBe(CallStatus.INITIALIZED);
    expect(said("call")).toEqual([]);
    await settle();
    expect(call.status()).toBe(CallStatus.CALLING);
    expect(said("call")).toEqual([
      {
        t: "call",
        call: call.id(),
        to: "bob",
        offer: "offer of the client",
        sending: [{ mid: "0", source: "MICROPHONE" }],
      },
    ]);
    expect(call.id()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    answer(call.id());
    hear({ t: "rang", call: call.id() });
    await settle();
    expect(FakePeerConnection.last.remote).toEqual([{ type: "answer", sdp: "answer of the house" }]);
    expect(call.status()).toBe(CallStatus.RINGING);
    hear({ t: "established", call: call.id(), at: 0 });
    await settle(2_500);
    expect(call.status()).toBe(CallStatus.ESTABLISHED);
    expect(call.duration()).toBe(2);
    ended(call.id());
    await settle();
    expect(names(told)).toEqual(["ringing", "established", "hangup"]);
    expect(told[1]?.event["stream"].getTracks()).toHaveLength(1);
    expect(told[2]?.event["errorCode"]).toEqual(OVER);
    expect(told[2]?.event["totalMediaStats"].totalAudioStats.packetsSent).toBe(0);
    expect(call.status()).toBe(CallStatus.FINISHED);
    expect(call.duration()).toBe(2);
    expect(call.endTime().getTime() - call.establishTime().getTime()).toBe(2_500);
    expect(devices.tracks.every((track) => track.readyState === "ended")).toBe(true);
    expect(FakePeerConnection.last.signalingState).toBe("closed");
  });

  it("knows its parties", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    expect(call.source().identifier).toBe("alice");
    expect(call.source().displayIdentifier).toBe("Alice");
    expect(call.destination()).toBe(call.counterpart());
    expect(call.counterpart().identifier).toBe("bob");
    expect(call.establishTime()).toBeUndefined();
    expect(call.duration()).toBe(0);
  });

  it("says everything that was asked for", async () => {
    const { rtc } = await connected();
    const options = WebrtcCallOptions.builder()
      .setVideo(true)
      .setCustomData({ ticket: "4711" })
      .setRecordingOptions(new WebrtcCallRecordingOptions("AUDIO"))
      .setAutoReconnect(true)
      .build();
    const call = rtc.callWebrtc("bob", options);
    const told = follow(call);
    await settle();
    expect(said("call")).toMatchObject([
      {
        video: true,
        customData: { ticket: "4711" },
        recording: "AUDIO",
        autoReconnect: true,
        sending: [
          { mid: "0", source: "MICROPHONE" },
          { mid: "1", source: "CAMERA" },
        ],
      },
    ]);
    expect(call.customData()).toEqual({ ticket: "4711" });
    expect(call.options()).toBe(options);
    expect(names(told)).toEqual(["camera-video-added"]);
    expect(call.hasCameraVideo()).toBe(true);
    const camera = FakePeerConnection.last.getTransceivers()[1];
    expect(camera?.sender.parameters.encodings[0]?.maxBitrate).toBe(1_500_000);
  });

  it("waits for candidates of the browser, but not for ever", async () => {
    const { rtc } = await connected();
    FakePeerConnection.gathering = "gathering";
    rtc.callWebrtc("bob");
    await settle(1_999);
    expect(said("call")).toEqual([]);
    await settle(1);
    expect(said("call")).toHaveLength(1);

    rtc.disconnect();
    rtc.connect();
    FakeSocket.last.open();
    hear(WELCOME);
    await settle();
    rtc.callWebrtc("bob");
    await settle();
    FakePeerConnection.last.iceGatheringState = "complete";
    FakePeerConnection.last.dispatchEvent(new Event("icegatheringstatechange"));
    await settle();
    expect(said("call")).toHaveLength(1);
  });

  it("is one at a time", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const message = "Cannot callApplication, required status is CONNECTED, current status is CALL_ACTIVE.";
    expect(() => rtc.callWebrtc("carol")).toThrow(message);
    expect(() => rtc.joinRoom("room")).toThrow(message);
    await establish(call);
    call.on(CallsApiEvent.HANGUP, () => rtc.callWebrtc("carol"));
    ended(call.id());
    await settle();
    expect(said("call").map(({ to }) => to)).toEqual(["bob", "carol"]);
  });

  it("refuses custom data that is too large, and begins nothing", async () => {
    const { rtc } = await connected();
    const options = WebrtcCallOptions.builder().setCustomData({ k: "v".repeat(4_097) }).build();
    expect(() => rtc.callWebrtc("bob", options)).toThrow("Invalid custom data");
    expect(() => rtc.callWebrtc("bob")).not.toThrow();
  });
});

describe("the end of a call", () => {
  it("is told once, with the last word of the house", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await settle();
    call.hangup();
    call.hangup();
    expect(said("hangup")).toEqual([{ t: "hangup", call: call.id() }]);
    expect(names(told)).toEqual([]);
    ended(call.id(), { id: "10202", name: "CANCELLED", description: "x" });
    ended(call.id());
    await settle(60_000);
    expect(told.map(({ event }) => event["errorCode"].name)).toEqual(["CANCELLED"]);
  });

  it("comes after three seconds when the house is silent", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await establish(call);
    call.hangup();
    await settle(2_999);
    expect(names(told)).not.toContain("hangup");
    await settle(1);
    expect(told.at(-1)?.event["errorCode"].name).toBe("NORMAL_HANGUP");
  });

  it("needs no house before the house knows of the call", async () => {
    const { rtc, devices } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    call.hangup();
    expect(names(told)).toEqual([]);
    await settle();
    expect(told.map(({ name, event }) => [name, event["errorCode"].name])).toEqual([["hangup", "CANCELLED"]]);
    expect(FakeSocket.last.names()).toEqual(["connect"]);
    expect(devices.asked).toEqual([]);
    expect(() => rtc.callWebrtc("bob")).not.toThrow();
  });

  it("gives devices back that come too late", async () => {
    const { rtc, devices } = await connected();
    let give = (): void => undefined;
    const wait = new Promise<void>((resolve) => (give = resolve));
    const real = devices.getUserMedia.getMockImplementation();
    devices.getUserMedia.mockImplementationOnce(async (constraints) => {
      await wait;
      return real!(constraints);
    });
    const call = rtc.callWebrtc("bob", VIDEO);
    const told = follow(call);
    await settle();
    call.hangup();
    give();
    await settle();
    expect(devices.tracks.map((track) => track.readyState)).toEqual(["ended", "ended"]);
    expect(names(told)).toEqual(["hangup"]);
    expect(said("call")).toEqual([]);
  });

  it.each([
    ["NotAllowedError", "DEVICE_FORBIDDEN", "10100"],
    ["NotFoundError", "DEVICE_NOT_FOUND", "10101"],
    ["OverconstrainedError", "DEVICE_NOT_FOUND", "10101"],
    ["NotReadableError", "DEVICE_UNAVAILABLE", "10102"],
    ["OddError", "MEDIA_ERROR", "10103"],
  ] as const)("follows from %s", async (refusal, name, id) => {
    const { rtc, devices } = await connected();
    devices.refusal = refusal;
    const told = follow(rtc.callWebrtc("bob"));
    await settle();
    expect(told).toMatchObject([{ name: "hangup", event: { errorCode: { name, id } } }]);
    expect(FakeSocket.last.names()).toEqual(["connect"]);
  });

  it("follows from a line that the house has given up", async () => {
    const { rtc, told: ofClient } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await establish(call);
    FakeSocket.last.lose();
    await settle(100);
    expect(names(told)).not.toContain("hangup");
    FakeSocket.last.open();
    hear({ t: "rejected", code: "RESUME_EXPIRED", text: "Too late." });
    await settle();
    expect(told.at(-1)).toMatchObject({ name: "hangup", event: { errorCode: { name: "NETWORK_ERROR" } } });
    FakeSocket.last.open();
    hear(WELCOME);
    expect(names(ofClient)).toEqual(["connected", "reconnecting", "reconnected"]);
    expect(() => rtc.callWebrtc("bob")).not.toThrow();
  });

  it("follows from leaving", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await establish(call);
    rtc.disconnect();
    expect(said("hangup")).toHaveLength(1);
    await settle();
    expect(told.at(-1)).toMatchObject({ name: "hangup", event: { errorCode: { name: "NORMAL_HANGUP" } } });
  });

  it("follows from a refusal of the house", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await settle();
    const code = { id: "10305", name: "INVALID_DESTINATION", description: "x" };
    hear({ t: "refused", command: "call", call: call.id(), code, text: "no" });
    await settle();
    expect(told).toMatchObject([{ name: "hangup", event: { errorCode: code } }]);
  });

  it("follows from media that can't be carried, and the house is told", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await settle();
    answer(call.id());
    await settle();
    FakePeerConnection.last.become("failed");
    await settle();
    expect(said("hangup")).toEqual([{ t: "hangup", call: call.id(), code: "MEDIA_ERROR" }]);
    expect(told.at(-1)).toMatchObject({ name: "hangup", event: { errorCode: { name: "MEDIA_ERROR", id: "10103" } } });
  });

  it("follows from an answer that can't be read", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await settle();
    hear({ t: "pipe_answer", call: call.id(), generation: 1, answer: "broken", sections: [] });
    await settle();
    expect(told).toMatchObject([{ name: "hangup", event: { errorCode: { name: "MEDIA_ERROR" } } }]);
  });

  it("is not the end of another call", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await settle();
    ended("00000000-0000-4000-8000-000000000000");
    hear({ t: "established", call: "00000000-0000-4000-8000-000000000000", at: 0 });
    await settle();
    expect(names(told)).toEqual([]);
    expect(call.status()).toBe(CallStatus.CALLING);
  });

  it("changes nothing any more", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    const told = follow(call);
    await establish(call);
    ended(call.id());
    await settle();
    const before = FakeSocket.last.said.length;
    await expect(call.cameraVideo(true)).rejects.toMatchObject({ errorCode: { name: "INVALID_REQUEST" } });
    await expect(call.mute(true)).rejects.toMatchObject({ message: "The call is over." });
    call.hangup();
    await settle(60_000);
    expect(FakeSocket.last.of("hangup")).toEqual([]);
    expect(names(told).at(-1)).toBe("hangup");
    expect(FakeSocket.last.said.slice(before).every(({ t }) => t === "ping")).toBe(true);
  });
});

describe("what is not there yet", () => {
  it.each([
    [
      "a filter",
      Object.assign(new WebrtcCallOptions(), { videoOptions: { ...VIDEO.videoOptions, videoFilter: {} } }),
    ],
  ])("ends a call that asks for %s", async (_, options) => {
    const { rtc, devices } = await connected();
    const told = follow(rtc.callWebrtc("bob", options));
    await settle();
    expect(told).toMatchObject([{ name: "hangup", event: { errorCode: { name: "FEATURE_UNAVAILABLE", id: "10311" } } }]);
    expect(devices.asked).toEqual([]);
  });

  it("is refused where it is asked for in a call", async () => {
    const { rtc } = await connected();
    const call = rtc.callWebrtc("bob");
    await establish(call);
    const unavailable = { errorCode: expect.objectContaining({ name: "FEATURE_UNAVAILABLE" }) };
    await expect(call.sendDTMF("12#")).rejects.toMatchObject(unavailable);
    await expect(call.sendDTMF("12A")).rejects.toMatchObject({ errorCode: { name: "INVALID_REQUEST" } });
    await expect(call.setVideoFilter({} as never)).rejects.toMatchObject(unavailable);
    await expect(call.setAudioFilter({} as never)).rejects.toMatchObject(unavailable);
    expect(call.dataChannel()).toBeUndefined();
    expect(() => call.localCapturer()).toThrow(expect.objectContaining(unavailable));
    expect(() => call.serverCapturer()).toThrow(expect.objectContaining(unavailable));
  });

  it("ends other kinds of calls at once", async () => {
    const { rtc } = await connected();
    const calls = [rtc.callPhone("+1"), rtc.callViber("+1", "2")];
    const told = calls.map((call) => follow(call as never));
    expect(told.flat()).toEqual([]);
    await settle();
    const event = { errorCode: { name: "FEATURE_UNAVAILABLE" } };
    for (const [index, call] of calls.entries()) {
      expect(told[index]).toMatchObject([{ name: "error", event }, { name: "hangup", event }]);
      expect(call.status()).toBe(CallStatus.FINISHED);
      await expect(call.mute(true)).rejects.toMatchObject(event);
    }
  });
});
