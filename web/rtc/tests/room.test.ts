import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AudioOptions, CallStatus, NetworkQuality, type RoomCall, RoomCallOptions } from "../src/index.js";
import { ENDED_WITHIN } from "../src/call/live.js";
import type { CallState, Participant as Said, Section } from "../src/generated/messages.js";
import { FakePeerConnection, FakeSocket, type FakeStream, type FakeTransceiver } from "./fakes.js";
import { answer, connected, ended, follow, hear, names, said, settle, type Told } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const BOB: Said = { call: "b", identity: "bob", displayName: "Bob B.", state: "JOINED" };
const EVE: Said = { call: "e", identity: "eve", state: "JOINED" };

/** Bring a room to where it is joined. */
async function join(room: RoomCall, participants: Said[] = []): Promise<void> {
  await settle();
  answer(room.id());
  await settle();
  hear({ t: "room_joined", call: room.id(), at: 0, room: { id: "r1", name: room.name(), participants } });
  await settle();
}

const changed = (room: RoomCall, participant: Said): void =>
  hear({ t: "participant_changed", call: room.id(), participant });

async function mean(room: RoomCall, sections: Section[], generation = 1): Promise<void> {
  hear({ t: "sections", call: room.id(), generation, sections });
  await settle();
}

async function offer(room: RoomCall, sdp: string, sections: Section[], negotiation = 1): Promise<void> {
  hear({ t: "offer", call: room.id(), generation: 1, negotiation, offer: sdp, sections });
  await settle();
}

const from = (call: string, mid: string, source: "MICROPHONE" | "CAMERA" | "SCREEN"): Section => ({
  mid,
  receives: { call, source },
});

const received = (mid: string): unknown =>
  FakePeerConnection.last.getTransceivers().find((each) => each.mid === mid)?.receiver.track;

const voices = (stream: FakeStream): Set<unknown> => new Set(stream.getTracks().map(({ original }) => original));

const shapes = (): unknown[] =>
  FakePeerConnection.last.getTransceivers().map((each: FakeTransceiver) => [each.receiver.track.kind, each.direction]);

const codes = (told: readonly Told[]): unknown[] =>
  told.filter(({ event }) => "errorCode" in event).map(({ name, event }) => [name, event["errorCode"].name]);

describe("joining a room", () => {
  it("says so once the devices are there, and tells nothing in the meantime", async () => {
    const { rtc, devices } = await connected();
    const options = RoomCallOptions.builder().setCustomData({ ticket: "1" }).build();
    const room = rtc.joinRoom("standup", options);
    const told = follow(room);
    expect([room.name(), room.status(), room.joinTime(), room.duration()]).toEqual([
      "standup",
      CallStatus.INITIALIZED,
      undefined,
      0,
    ]);
    await settle();
    expect(said("join")).toMatchObject([
      {
        call: room.id(),
        room: "standup",
        offer: "offer of the client",
        sending: [{ mid: "0", source: "MICROPHONE" }],
        customData: { ticket: "1" },
        autoReconnect: true,
      },
    ]);
    expect(Object.keys(said("join")[0] ?? {})).not.toContain("way");
    expect(shapes()).toEqual([["audio", "sendrecv"]]);
    expect(devices.asked).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it("tells who is there, with one stream for all that is heard", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await join(room, [BOB, { ...EVE, state: "JOINING", muted: true, disconnected: true }]);
    expect(names(told)).toEqual(["room-joined"]);
    const { id, name, participants, stream, recordingType } = told[0]?.event ?? {};
    expect({ id, name, recordingType }).toEqual({ id: "r1", name: "standup", recordingType: "UNDEFINED" });
    expect(participants).toMatchObject([
      {
        callId: "b",
        state: "JOINED",
        disconnected: false,
        endpoint: { type: "WEBRTC", identifier: "bob", displayIdentifier: "Bob B." },
        media: { audio: { muted: false, deaf: false, talking: false }, video: { blind: false } },
      },
      { callId: "e", state: "JOINING", disconnected: true, media: { audio: { muted: true } } },
    ]);
    expect(stream.getTracks()).toEqual([]);
    await mean(room, [{ mid: "0", sends: "MICROPHONE", receives: { call: "b", source: "MICROPHONE" } }]);
    await offer(room, "offer audio:1", [
      { mid: "0", sends: "MICROPHONE", receives: { call: "b", source: "MICROPHONE" } },
      from("e", "1", "MICROPHONE"),
    ]);
    expect(voices(stream)).toEqual(new Set([received("0"), received("1")]));
    await mean(room, [from("e", "1", "MICROPHONE")]);
    expect(voices(stream)).toEqual(new Set([received("1")]));
    expect(room.status()).toBe(CallStatus.ESTABLISHED);
    expect(room.joinTime()).toBeInstanceOf(Date);
    await settle(2_500);
    expect(room.duration()).toBe(2);
  });

  it("is told once", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await join(room);
    await join(room);
    expect(names(told)).toEqual(["room-joined"]);
  });

  it.each([
    ["what is asked for", RoomCallOptions.builder(), {}, [["audio", "sendrecv"]], true],
    ["nothing to send", RoomCallOptions.builder().setAudio(false), { sending: [] }, [["audio", "recvonly"]], false],
    [
      "a chat",
      RoomCallOptions.builder().setAudio(false).setDataChannel(true),
      { sending: [] },
      [],
      false,
    ],
    [
      "receive only",
      RoomCallOptions.builder().setVideo(true).setDirection("RECEIVE"),
      { sending: [], way: "RECEIVE" },
      [["audio", "recvonly"]],
      false,
    ],
    [
      "send only",
      RoomCallOptions.builder().setVideo(true).setDirection("SEND"),
      { way: "SEND" },
      [
        ["audio", "sendonly"],
        ["video", "sendonly"],
      ],
      true,
    ],
    [
      "no participant events",
      RoomCallOptions.builder().setAudio(false).setParticipantEvents(false),
      { sending: [], way: "RECEIVE", participantEvents: false },
      [["audio", "recvonly"]],
      false,
    ],
    ["no return", RoomCallOptions.builder().setAutoReconnect(false), { autoReconnect: false }, [["audio", "sendrecv"]], true],
    ["a return", RoomCallOptions.builder().setAutoReconnect(true), { autoReconnect: true }, [["audio", "sendrecv"]], true],
  ] as const)("offers the sections for %s", async (_, builder, message, sections, takesDevices) => {
    const { rtc, devices } = await connected();
    rtc.joinRoom("standup", builder.build());
    await settle();
    expect(said("join")).toMatchObject([message]);
    expect(shapes()).toEqual(sections);
    expect(devices.asked.length > 0).toBe(takesDevices);
  });

  it.each([
    [RoomCallOptions.builder().setParticipantEvents(false), "Invalid participantEvents"],
    [RoomCallOptions.builder().setAudio(false).setDirection("SEND"), "Invalid direction"],
    [RoomCallOptions.builder().setDirection("UP" as "SEND"), "Invalid direction"],
    [RoomCallOptions.builder().setCustomData({ a: "v".repeat(4_097) }), "Invalid custom data"],
  ])("refuses wishes that don't go together", async (builder, message) => {
    const { rtc } = await connected();
    expect(() => rtc.joinRoom("standup", builder.build())).toThrow(message);
    expect(() => rtc.joinRoom("standup")).not.toThrow();
  });

  it("refuses to send where only receiving was asked for", async () => {
    const { rtc, devices } = await connected();
    const room = rtc.joinRoom("standup", RoomCallOptions.builder().setDirection("RECEIVE").build());
    const told = follow(room);
    await join(room);
    expect(room.muted()).toBe(true);
    const refusal = { errorCode: { name: "INVALID_REQUEST" }, message: "This call only receives." };
    await expect(room.mute(false)).rejects.toMatchObject(refusal);
    await expect(room.cameraVideo(true)).rejects.toMatchObject(refusal);
    await expect(room.startScreenShare()).rejects.toMatchObject(refusal);
    expect(room.muted()).toBe(true);
    expect(devices.asked).toEqual([]);
    expect(said("mute")).toEqual([]);
    expect(names(told)).toEqual(["room-joined", "error", "error", "error"]);
  });

  it("takes the microphone later when it was left out", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup", RoomCallOptions.builder().setAudio(false).build());
    await join(room);
    const done = room.mute(false);
    await settle();
    expect(said("renegotiate")).toMatchObject([{ sources: ["MICROPHONE"] }]);
    await offer(room, "offer audio:1", [{ mid: "1", sends: "MICROPHONE" }]);
    await done;
    expect(said("mute").at(-1)).toMatchObject({ muted: false });
  });
});

describe("the others in a room", () => {
  it("are kept objects whose fields follow", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await join(room);
    changed(room, { ...BOB, state: "JOINING" });
    const participant = told.at(-1)?.event["participant"];
    expect(participant).toMatchObject({ callId: "b", state: "JOINING" });
    changed(room, BOB);
    changed(room, { ...BOB, muted: true });
    expect(participant).toMatchObject({ state: "JOINED", media: { audio: { muted: true } } });
    changed(room, { ...BOB, muted: true, disconnected: true });
    changed(room, { ...BOB });
    hear({ t: "talking", call: room.id(), participant: "b", talking: true });
    expect(participant.media.audio.talking).toBe(true);
    hear({ t: "talking", call: room.id(), participant: "b", talking: false });
    hear({ t: "participant_quality", call: room.id(), participant: "b", level: 2 });
    hear({ t: "participant_left", call: room.id(), participant: "b" });
    expect(names(told)).toEqual([
      "room-joined",
      "participant-joining",
      "participant-joined",
      "participant-muted",
      "participant-disconnected",
      "participant-unmuted",
      "participant-reconnected",
      "participant-started-talking",
      "participant-stopped-talking",
      "participant-network-quality-changed",
      "participant-left",
    ]);
    expect(told.slice(1).every(({ event }) => event["participant"] === participant)).toBe(true);
    expect(told.at(-2)?.event["networkQuality"]).toBe(NetworkQuality.POOR);
    hear({ t: "participant_left", call: room.id(), participant: "b" });
    hear({ t: "talking", call: room.id(), participant: "b", talking: true });
    hear({ t: "participant_quality", call: room.id(), participant: "b", level: 2 });
    expect(names(told)).toHaveLength(11);
  });

  it("show a picture from when the house says so and its section is there, whichever comes first", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await join(room, [{ ...BOB, shows: ["CAMERA"] }, EVE]);
    expect(names(told)).toEqual(["room-joined"]);
    await offer(room, "offer video:1", [from("b", "1", "CAMERA")]);
    await offer(room, "offer video:2", [from("b", "1", "CAMERA"), from("e", "2", "SCREEN")], 2);
    expect(names(told)).toEqual(["room-joined", "participant-camera-video-added"]);
    expect(told[1]?.event["participant"].callId).toBe("b");
    expect(told[1]?.event["stream"].getTracks()).toEqual([received("1")]);
    changed(room, { ...EVE, shows: ["SCREEN"] });
    expect(told.at(-1)).toMatchObject({ name: "participant-screen-share-added", event: { participant: { callId: "e" } } });
    changed(room, BOB);
    expect(told.at(-1)).toMatchObject({ name: "participant-camera-video-removed" });
    hear({ t: "participant_left", call: room.id(), participant: "e" });
    expect(names(told).slice(-2)).toEqual(["participant-screen-share-removed", "participant-left"]);
  });

  it("are shown although everything was said in one breath", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup", RoomCallOptions.builder().setVideo(true).build());
    const told = follow(room);
    await settle();
    answer(room.id());
    hear({ t: "sections", call: room.id(), generation: 1, sections: [from("b", "0", "MICROPHONE"), from("b", "1", "CAMERA")] });
    const participants: Said[] = [{ ...BOB, shows: ["CAMERA"] }];
    hear({ t: "room_joined", call: room.id(), at: 0, room: { id: "r1", name: "standup", participants } });
    await settle();
    expect(names(told)).toEqual(["camera-video-added", "room-joined", "participant-camera-video-added"]);
    expect(voices(told[1]?.event["stream"])).toEqual(new Set([received("0")]));
  });

  it("keep their stream while their pipe is replaced", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await join(room, [{ ...BOB, shows: ["CAMERA"] }]);
    await offer(room, "offer video:1", [from("b", "1", "CAMERA")]);
    await offer(room, "offer video:2", [], 2);
    changed(room, { ...BOB, shows: ["CAMERA"], disconnected: true });
    await mean(room, [from("b", "2", "CAMERA")]);
    changed(room, { ...BOB, shows: ["CAMERA"] });
    expect(names(told)).toEqual([
      "room-joined",
      "participant-camera-video-added",
      "participant-disconnected",
      "participant-reconnected",
    ]);
    expect(told[1]?.event["stream"].getTracks()).toEqual([received("2")]);
  });

  it("are shown by what is received when their events are off", async () => {
    const { rtc } = await connected();
    const options = RoomCallOptions.builder().setDirection("RECEIVE").setParticipantEvents(false).build();
    const room = rtc.joinRoom("standup", options);
    const told = follow(room);
    await join(room);
    await offer(room, "offer video:1", [from("b", "0", "MICROPHONE"), from("b", "1", "CAMERA")]);
    expect(told[0]?.event["participants"]).toEqual([]);
    expect(told[0]?.event["stream"].getTracks()).toEqual([received("0")]);
    expect(told[1]).toMatchObject({ name: "participant-camera-video-added", event: { participant: { callId: "b" } } });
    await mean(room, []);
    expect(names(told)).toEqual([
      "room-joined",
      "participant-camera-video-added",
      "participant-camera-video-removed",
    ]);
    expect(told[2]?.event["participant"]).toBe(told[1]?.event["participant"]);
  });

  it("can be paused", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    await join(room, [{ ...BOB, shows: ["CAMERA"] }]);
    room.pauseIncomingVideo();
    await offer(room, "offer video:1", [from("b", "1", "CAMERA")]);
    expect(received("1")).toMatchObject({ enabled: false });
    room.resumeIncomingVideo();
    expect(received("1")).toMatchObject({ enabled: true });
  });
});

describe("one's own part in a room", () => {
  it("is told by the house where the house knows best", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await join(room);
    const code = { id: "10103", name: "MEDIA_ERROR", description: "x" };
    hear({ t: "talking", call: room.id(), participant: room.id(), talking: true });
    hear({ t: "talking", call: room.id(), participant: room.id(), talking: false });
    hear({ t: "failed", call: room.id(), code });
    expect(told.slice(1)).toEqual([
      { name: "started-talking", event: {} },
      { name: "stopped-talking", event: {} },
      { name: "error", event: { errorCode: code } },
    ]);
  });

  it("is a screen that the browser itself may stop", async () => {
    const { rtc, devices } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await join(room);
    const done = room.startScreenShare();
    await settle();
    await offer(room, "offer video:1", [{ mid: "1", sends: "SCREEN" }]);
    await done;
    const [screen] = devices.tracks.slice(-1);
    expect(screen?.contentHint).toBe("detail");
    const sender = FakePeerConnection.last.getTransceivers()[1]?.sender;
    expect(sender?.parameters).toMatchObject({
      degradationPreference: "maintain-resolution",
      encodings: [{ maxBitrate: 2_500_000 }],
    });
    expect(devices.getDisplayMedia).toHaveBeenCalledWith({ video: { frameRate: { ideal: 8, max: 8 } } });
    screen?.pullOut();
    await settle();
    expect(told.slice(1)).toMatchObject([
      { name: "screen-share-added" },
      { name: "screen-share-removed", event: { reason: "USER_REQUEST" } },
    ]);
    expect(said("show").map(({ source, on }) => [source, on])).toEqual([
      ["SCREEN", true],
      ["SCREEN", false],
    ]);
  });
});

describe("leaving a room", () => {
  it("is told once, with the last word of the house", async () => {
    const { rtc, devices } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await join(room, [BOB]);
    room.leave();
    room.leave();
    expect(said("hangup")).toHaveLength(1);
    changed(room, EVE);
    ended(room.id());
    ended(room.id());
    await settle(ENDED_WITHIN);
    expect(codes(told)).toEqual([["room-left", "NORMAL_HANGUP"]]);
    expect(told.at(-1)?.event["totalMediaStats"].totalAudioStats).toMatchObject({ packetsSent: 0 });
    expect(devices.tracks.every(({ readyState }) => readyState === "ended")).toBe(true);
    expect(room.leaveTime()).toBeInstanceOf(Date);
    expect(() => rtc.joinRoom("standup")).not.toThrow();
  });

  it("needs no house before the house knows", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    room.leave();
    expect(told).toEqual([]);
    await settle();
    expect(codes(told)).toEqual([["room-left", "NORMAL_HANGUP"]]);
    expect(FakeSocket.last.names()).toEqual(["connect"]);
  });

  it.each(["FORBIDDEN", "INVALID_DESTINATION"])("follows from a refusal with %s", async (name) => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await settle();
    hear({ t: "refused", command: "join", call: room.id(), code: { id: "1", name, description: "x" }, text: "no" });
    await settle();
    expect(codes(told)).toEqual([["room-left", name]]);
  });

  it("follows from what the room can't do yet", async () => {
    const { rtc } = await connected();
    const audioOptions = new AudioOptions({} as never);
    const room = rtc.joinRoom("standup", RoomCallOptions.builder().setAudioOptions(audioOptions).build());
    const told = follow(room);
    await settle();
    expect(codes(told)).toEqual([["room-left", "FEATURE_UNAVAILABLE"]]);
    const missing = expect.objectContaining({ errorCode: expect.objectContaining({ name: "FEATURE_UNAVAILABLE" }) });
    expect(() => room.localCapturer()).toThrow(missing);
    expect(() => room.serverCapturer()).toThrow(missing);
    await expect(room.sendDTMF("1")).rejects.toEqual(missing);
  });
});

describe("a room after a snapshot", () => {
  it("tells the differences, and nothing twice", async () => {
    const { rtc } = await connected();
    const room = rtc.joinRoom("standup");
    const told = follow(room);
    await join(room, [{ ...BOB, shows: ["CAMERA"] }, EVE]);
    await offer(room, "offer video:1", [from("b", "1", "CAMERA")]);
    const [bob] = told[0]?.event["participants"] ?? [];
    FakeSocket.last.lose();
    await settle(1_000);
    FakeSocket.last.open();
    const state: CallState = {
      call: room.id(),
      phase: "ESTABLISHED",
      generation: 1,
      media: "OPEN",
      muted: false,
      shows: [],
      room: {
        id: "r1",
        name: "standup",
        participants: [
          { ...BOB, muted: true, shows: ["CAMERA"] },
          { call: "c", identity: "carol", state: "JOINED" },
        ],
      },
    };
    const resumed = { protocol: "1.2", connection: "c1", resume: "token 2", resumeWithin: 60, heard: 0, number: 0 };
    hear({ t: "resumed", ...resumed, snapshot: [state] });
    await settle();
    expect(names(told)).toEqual([
      "room-joined",
      "participant-camera-video-added",
      "participant-left",
      "participant-muted",
      "participant-joining",
      "participant-joined",
    ]);
    expect(bob).toMatchObject({ callId: "b", media: { audio: { muted: true } } });
    expect(told[3]?.event["participant"]).toBe(bob);
  });
});
