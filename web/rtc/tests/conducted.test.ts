import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  AdvisorRole,
  type ApplicationCall,
  ApplicationCallOptions,
  CallStatus,
  DataChannelEvent,
  DeclineOptions,
  DefaultRole,
  IncomingApplicationCallEvent,
  ListenerRole,
  MonitorRole,
  PlatformOptions,
  RingwayRTCEvent,
} from "../src/index.js";
import type { CallState, FromHouse, Participant as Said, Role, Section } from "../src/generated/messages.js";
import { FakePeerConnection, FakeSocket } from "./fakes.js";
import { answer, connected, ended, follow, hear, names, OVER, said, type Scene, settle, type Told } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ID = "0b7a4a5e-0000-4000-8000-000000000001";
const BOB: Said = { call: "b", identity: "bob", displayName: "Bob B.", state: "JOINED" };
const EVE: Said = { call: "e", identity: "eve", state: "JOINED" };

/** The methods that the familiar SDK declares for a call of an application, without `on`. */
const METHODS = `id options customData status duration startTime establishTime endTime callsConfigurationId mute muted
  sendDTMF setAudioInputDevice audioFilter setAudioFilter clearAudioFilter setAudioQualityMode audioQualityMode hangup
  pauseIncomingVideo resumeIncomingVideo cameraVideo hasCameraVideo screenShare startScreenShare stopScreenShare
  hasScreenShare stopVideo setVideoInputDevice cameraOrientation setCameraOrientation videoFilter setVideoFilter
  clearVideoFilter localCapturer serverCapturer dataChannel recordingState`.split(/\s+/);

const code = (told: readonly Told[]): unknown[] =>
  told.filter(({ event }) => "errorCode" in event).map(({ name, event }) => [name, event["errorCode"].name]);

/** An established call to the application. */
async function called(
  options = new ApplicationCallOptions(),
): Promise<Scene & { call: ApplicationCall; heard: Told[]; id: string }> {
  const scene = await connected();
  const call = scene.rtc.callApplication("shop", options);
  const heard = follow(call);
  await settle();
  answer(call.id());
  await settle();
  hear({ t: "established", call: call.id(), at: 0 });
  await settle();
  return { ...scene, call, heard, id: call.id() };
}

function enter(call: string, participants: Said[] = [], more: { id?: string; role?: Role } = {}): void {
  hear({ t: "conference_joined", call, at: 0, room: { id: "k1", name: "sales", participants, ...more } });
}

const tell = (message: FromHouse): void => hear(message);

async function offer(call: string, sdp: string, sections: Section[]): Promise<void> {
  hear({ t: "offer", call, generation: 1, negotiation: 1, offer: sdp, sections });
  await settle();
}

const camera = (call: string, mid: string): Section => ({ mid, receives: { call, source: "CAMERA" } });

describe("calling an application", () => {
  it("brings everything that was asked for", async () => {
    const { rtc } = await connected();
    const options = ApplicationCallOptions.builder()
      .setVideo(true)
      .setCustomData({ order: "17" })
      .setAutoReconnect(true)
      .setPlatformOptions(PlatformOptions.builder().setApplicationId("web").setEntityId("berlin").build())
      .build();
    const call = rtc.callApplication("shop", options);
    expect(call.status()).toBe(CallStatus.INITIALIZED);
    expect([call.callsConfigurationId(), call.customData(), call.options()]).toEqual(["shop", { order: "17" }, options]);
    await settle();
    expect(call.status()).toBe(CallStatus.CALLING);
    expect(said("call_application")).toEqual([
      {
        t: "call_application",
        call: call.id(),
        configuration: "shop",
        offer: "offer of the client",
        sending: [
          { mid: "0", source: "MICROPHONE" },
          { mid: "1", source: "CAMERA" },
        ],
        video: true,
        customData: { order: "17" },
        applicationId: "web",
        entityId: "berlin",
        autoReconnect: true,
      },
    ]);
  });

  it("says no more than it must", async () => {
    const { rtc } = await connected();
    rtc.callApplication("conversations");
    await settle();
    const [call] = said("call_application");
    expect(Object.keys(call ?? {}).sort()).toEqual(["call", "configuration", "offer", "sending", "t"]);
  });

  it("rings, is heard early, and is established with the same stream", async () => {
    const { rtc } = await connected();
    const call = rtc.callApplication("shop");
    const told = follow(call);
    await settle();
    answer(call.id());
    await settle();
    for (const t of ["rang", "rang", "early_media", "early_media"] as const) tell({ t, call: call.id() });
    expect(call.status()).toBe(CallStatus.RINGING);
    expect(call.establishTime()).toBeUndefined();
    tell({ t: "established", call: call.id(), at: 0 });
    tell({ t: "early_media", call: call.id() });
    await settle();
    expect(names(told)).toEqual(["ringing", "early-media", "established"]);
    expect(told[2]?.event["stream"]).toBe(told[1]?.event["stream"]);
    expect(call.status()).toBe(CallStatus.ESTABLISHED);
    expect(call.establishTime()).toBeInstanceOf(Date);
    const sections: Section[] = [{ mid: "0", sends: "MICROPHONE", receives: { call: "b", source: "MICROPHONE" } }];
    tell({ t: "sections", call: call.id(), generation: 1, sections });
    await settle();
    expect(told[1]?.event["stream"].getTracks()).toHaveLength(1);
  });

  it.each([
    [new ApplicationCallOptions(), [["audio", "sendrecv"]]],
    [ApplicationCallOptions.builder().setAudio(false).build(), [["audio", "recvonly"]]],
    [
      ApplicationCallOptions.builder().setVideo(true).build(),
      [
        ["audio", "sendrecv"],
        ["video", "sendrecv"],
      ],
    ],
  ])("can always hear the application", async (options, shapes) => {
    const { rtc } = await connected();
    rtc.callApplication("shop", options);
    await settle();
    const made = FakePeerConnection.last.getTransceivers();
    expect(made.map((each) => [each.receiver.track.kind, each.direction])).toEqual(shapes);
  });

  it.each([
    [{ platformOptions: new PlatformOptions("a".repeat(256)) }, "Invalid applicationId"],
    [{ platformOptions: new PlatformOptions(undefined, "a".repeat(256)) }, "Invalid entityId"],
    [{ customData: { a: "v".repeat(4_097) } }, "Invalid custom data"],
  ])("refuses wishes that are too long", async (wishes, message) => {
    const { rtc } = await connected();
    const options = Object.assign(new ApplicationCallOptions(), wishes);
    expect(() => rtc.callApplication("shop", options)).toThrow(message);
    expect(() => rtc.callApplication("shop")).not.toThrow();
    expect(() => rtc.callApplication("shop")).toThrow("CALL_ACTIVE");
  });

  it("ends when the house refuses it, and when it says so", async () => {
    const { rtc } = await connected();
    const call = rtc.callApplication("shop");
    const told = follow(call);
    await settle();
    const missing = { id: "10303", name: "DESTINATION_NOT_FOUND", description: "x" };
    hear({ t: "refused", command: "call_application", code: missing, text: "x", call: call.id() });
    await settle();
    expect(code(told)).toEqual([["hangup", "DESTINATION_NOT_FOUND"]]);
    const second = rtc.callApplication("shop");
    const heard = follow(second);
    await settle();
    second.hangup();
    ended(second.id());
    await settle();
    expect(said("hangup")).toHaveLength(1);
    expect(code(heard)).toEqual([["hangup", "NORMAL_HANGUP"]]);
    expect(second.endTime()).toBeInstanceOf(Date);
  });

  it("has the 38 familiar methods, and says which have no effect yet", async () => {
    const { call } = await called();
    expect(METHODS).toHaveLength(38);
    for (const name of METHODS) expect(call, name).toHaveProperty(name, expect.any(Function));
    expect(call.recordingState()).toEqual({});
    expect(call.dataChannel()).toBeUndefined();
    const missing = expect.objectContaining({ errorCode: expect.objectContaining({ name: "FEATURE_UNAVAILABLE" }) });
    expect(() => call.localCapturer()).toThrow(missing);
    expect(() => call.serverCapturer()).toThrow(missing);
    await expect(call.sendDTMF("1")).rejects.toEqual(missing);
  });
});

describe("being called by an application", () => {
  function comes(more: object = {}): void {
    const who = { from: "4930123", fromDisplayName: "The shop", video: false } as const;
    hear({ t: "incoming_application", call: ID, configuration: "shop", ...who, ...more });
  }

  it("is told with what it says of itself, and rings", async () => {
    const { rtc } = await connected({ incoming: false });
    const events: IncomingApplicationCallEvent[] = [];
    rtc.on(RingwayRTCEvent.INCOMING_APPLICATION_CALL, (event) => events.push(event));
    comes({ customData: { order: "17" } });
    comes();
    expect(events).toHaveLength(1);
    const [event] = events;
    expect(event).toBeInstanceOf(IncomingApplicationCallEvent);
    expect(event?.customData).toEqual({ order: "17" });
    const call = event?.incomingCall;
    expect([call?.id(), call?.from(), call?.fromDisplayName()]).toEqual([ID, "4930123", "The shop"]);
    expect([call?.callsConfigurationId(), call?.customData()]).toEqual(["shop", { order: "17" }]);
    expect(call?.status()).toBe(CallStatus.RINGING);
    expect(said("ringing")).toEqual([{ t: "ringing", call: ID }]);
  });

  it("need not have a name to show", async () => {
    const { applications } = await connected();
    comes({ fromDisplayName: undefined });
    expect(applications[0]?.fromDisplayName()).toBeNull();
  });

  it("is accepted with an offer that has room for its picture", async () => {
    const { applications } = await connected();
    comes({ video: true });
    const [call] = applications;
    const told = follow(call as ApplicationCall);
    const options = ApplicationCallOptions.builder().setCustomData({ a: "b" }).setAutoReconnect(true).build();
    call?.accept(options);
    expect(call?.status()).toBe(CallStatus.CONNECTING);
    expect(() => call?.accept()).toThrow("Cannot accept, required status is RINGING, current status is CONNECTING.");
    await settle();
    expect(said("accept")).toMatchObject([
      { call: ID, sending: [{ mid: "0", source: "MICROPHONE" }], customData: { a: "b" }, autoReconnect: true },
    ]);
    const shapes = FakePeerConnection.last.getTransceivers().map(({ receiver }) => receiver.track.kind);
    expect(shapes).toEqual(["audio", "video"]);
    answer(ID);
    tell({ t: "established", call: ID, at: 0 });
    await settle();
    expect(names(told)).toEqual(["established"]);
    expect(call?.options()).toBe(options);
  });

  it.each([
    [undefined, {}],
    [DeclineOptions.builder().setDeclineOnAllDevices(true).build(), { everywhere: true }],
  ])("is declined here, or everywhere", async (options, more) => {
    const { applications } = await connected();
    comes();
    const told = follow(applications[0] as ApplicationCall);
    applications[0]?.decline(options);
    expect(said("decline")).toMatchObject([{ call: ID, ...more }]);
    expect(said("decline")[0]?.everywhere).toBe("everywhere" in more ? true : undefined);
    ended(ID, { ...OVER, name: "REJECTED" });
    await settle();
    expect(code(told)).toEqual([["hangup", "REJECTED"]]);
    applications[0]?.accept();
    expect(said("accept")).toEqual([]);
  });

  it("ends when another device answers", async () => {
    const { applications } = await connected();
    comes();
    const told = follow(applications[0] as ApplicationCall);
    ended(ID, { id: "10001", name: "ANSWERED_ELSEWHERE", description: "x" });
    await settle();
    expect(code(told)).toEqual([["hangup", "ANSWERED_ELSEWHERE"]]);
  });

  it("is declined while there is a call, and when nobody listens", async () => {
    const { rtc } = await connected();
    rtc.callApplication("shop");
    comes();
    expect(said("decline")).toMatchObject([{ call: ID }]);
    const deaf = await connected({ incoming: false });
    comes();
    expect(said("decline")).toMatchObject([{ call: ID }]);
    expect(deaf.applications).toEqual([]);
  });
});

describe("a conference", () => {
  it("is joined with who is in it, and told of from then on", async () => {
    const { heard, id } = await called();
    tell({ t: "participant_changed", call: id, participant: EVE });
    enter(id, [BOB, { ...EVE, role: { type: "ADVISOR", advised: ["b"] }, deaf: true, blind: true }]);
    expect(names(heard)).toEqual(["established", "conference-joined"]);
    const { participants, ...rest } = heard[1]?.event ?? {};
    expect(rest).toEqual({ id: "k1", name: "sales", recordingType: "UNDEFINED" });
    expect(participants).toMatchObject([
      { callId: "b", state: "JOINED", endpoint: { identifier: "bob" }, role: new DefaultRole() },
      { callId: "e", role: new AdvisorRole(["b"]), media: { audio: { deaf: true }, video: { blind: true } } },
    ]);
    tell({ t: "participant_changed", call: id, participant: { ...BOB, role: { type: "LISTENER" } } });
    tell({ t: "participant_changed", call: id, participant: { ...BOB, deaf: true } });
    tell({ t: "participant_changed", call: id, participant: { ...BOB, blind: true } });
    tell({ t: "talking", call: id, participant: "e", talking: true });
    tell({ t: "talking", call: id, participant: id, talking: true });
    tell({ t: "participant_left", call: id, participant: "e" });
    expect(names(heard).slice(2)).toEqual([
      "participant-role-changed",
      "participant-deaf",
      "participant-role-changed",
      "participant-undeaf",
      "participant-blinded",
      "participant-started-talking",
      "started-talking",
      "participant-left",
    ]);
    expect(heard[2]?.event["participant"]).toBe(participants[0]);
  });

  it("is left with the pictures of the others, and another one joined", async () => {
    const { heard, id } = await called();
    enter(id, [{ ...BOB, shows: ["CAMERA"] }]);
    await offer(id, "offer video:1", [camera("b", "1")]);
    tell({ t: "conference_left", call: id, code: OVER });
    tell({ t: "conference_left", call: id, code: OVER });
    tell({ t: "participant_changed", call: id, participant: EVE });
    expect(names(heard).slice(1)).toEqual([
      "conference-joined",
      "participant-camera-video-added",
      "participant-camera-video-removed",
      "conference-left",
    ]);
    expect(heard.at(-2)?.event["participant"].callId).toBe("b");
    expect(heard.at(-1)?.event).toEqual({ errorCode: OVER });
    enter(id, [EVE], { id: "k2" });
    expect(heard.at(-1)).toMatchObject({ name: "conference-joined", event: { id: "k2", participants: [{ callId: "e" }] } });
    expect(heard.at(-1)?.event["participants"]).toHaveLength(1);
  });

  it("changes one's role, and says so once", async () => {
    const { heard, id } = await called();
    enter(id, [BOB], { role: { type: "MONITOR" } });
    const roles: Role[] = [
      { type: "MONITOR" },
      { type: "ADVISOR", advised: ["b"] },
      { type: "LISTENER" },
      { type: "DEFAULT" },
      { type: "DEFAULT" },
    ];
    for (const role of roles) tell({ t: "role_changed", call: id, role });
    expect(heard.slice(2)).toEqual([
      { name: "role-changed", event: { role: new AdvisorRole(["b"]) } },
      { name: "role-changed", event: { role: new ListenerRole() } },
      { name: "role-changed", event: { role: new DefaultRole() } },
    ]);
  });
});

describe("a role in which nobody is seen", () => {
  it.each([
    [{ type: "MONITOR" }, ["role-changed", "camera-video-removed"]],
    [{ type: "LISTENER" }, ["role-changed", "camera-video-removed"]],
    [{ type: "AUDITOR" }, ["role-changed", "camera-video-removed"]],
    [{ type: "ADVISOR", advised: ["b"] }, ["role-changed"]],
  ] as const)("ends one's own pictures: %o", async (role, events) => {
    const { call, heard, id, devices } = await called(ApplicationCallOptions.builder().setVideo(true).build());
    enter(id, [BOB]);
    tell({ t: "role_changed", call: id, role });
    await settle();
    expect(names(heard).slice(3)).toEqual(events);
    const [removed] = heard.filter(({ name }) => name === "camera-video-removed");
    expect(removed?.event).toEqual(events.length > 1 ? { reason: "ROLE_CHANGED" } : undefined);
    expect(call.hasCameraVideo()).toBe(events.length === 1);
    expect(said("show")).toMatchObject(events.length > 1 ? [{ source: "CAMERA", on: false }] : []);
    expect(devices.tracks.filter(({ readyState }) => readyState === "live")).toHaveLength(events.length > 1 ? 1 : 2);
  });

  it("may be there from the start", async () => {
    const { call, heard, id } = await called(ApplicationCallOptions.builder().setVideo(true).build());
    enter(id, [BOB], { role: { type: "LISTENER" } });
    await settle();
    expect(names(heard).slice(-2)).toEqual(["conference-joined", "camera-video-removed"]);
    expect(call.hasCameraVideo()).toBe(false);
  });
});

describe("a dialog", () => {
  it("is with one other, who is a participant like others", async () => {
    const { heard, id } = await called();
    tell({ t: "dialog_joined", call: id, at: 0, id: "d1", remote: { ...BOB, shows: ["CAMERA"] } });
    await offer(id, "offer video:1", [camera("b", "1")]);
    tell({ t: "participant_changed", call: id, participant: { ...BOB, muted: true, shows: ["CAMERA"] } });
    tell({ t: "conference_left", call: id, code: OVER });
    tell({ t: "dialog_left", call: id, code: OVER });
    expect(names(heard).slice(1)).toEqual([
      "dialog-joined",
      "participant-camera-video-added",
      "participant-muted",
      "participant-camera-video-removed",
      "dialog-left",
    ]);
    expect(heard[1]?.event).toMatchObject({ id: "d1", remote: { callId: "b" }, recordingType: "UNDEFINED" });
    expect(heard[3]?.event["participant"]).toBe(heard[1]?.event["remote"]);
  });
});

describe("what the application says", () => {
  it("is told as its message, or on the data channel", async () => {
    const { call, heard, id } = await called(ApplicationCallOptions.builder().setDataChannel(true).build());
    const texts: object[] = [];
    call.dataChannel().on(DataChannelEvent.BROADCAST_TEXT_RECEIVED_EVENT, (event) => texts.push(event));
    tell({ t: "message_received", call: id, message: "Please hold." });
    tell({ t: "broadcast_text", call: id, at: 1_000, text: "Fire!" });
    expect(heard.at(-1)).toEqual({ name: "message-received", event: { message: "Please hold." } });
    expect(texts).toEqual([{ text: "Fire!", date: new Date(1_000) }]);
  });

  it("needs no data channel", async () => {
    const { heard, id } = await called();
    tell({ t: "broadcast_text", call: id, at: 1_000, text: "Fire!" });
    expect(names(heard)).toEqual(["established"]);
  });
});

describe("texts of a conducted call", () => {
  it("wait until there are others, and none of one meeting reaches the next", async () => {
    const { call, id } = await called(ApplicationCallOptions.builder().setDataChannel(true).build());
    const channel = call.dataChannel();
    const receipts: unknown[] = [];
    channel.on(DataChannelEvent.TEXT_DELIVERED_EVENT, (event) => receipts.push([event.id, event.delivered]));
    const [wire] = FakePeerConnection.last.channels;
    wire?.open();
    const written = (): unknown[] => wire?.texts() ?? [];
    const first = await channel.send("to whom it may concern");
    expect(written()).toEqual([]);
    enter(id, [BOB]);
    expect(written()).toEqual(["to whom it may concern"]);
    tell({ t: "conference_left", call: id, code: OVER });
    expect(receipts).toEqual([[first, false]]);
    await channel.send("later");
    expect(written()).toHaveLength(1);
    enter(id, [EVE], { id: "k2" });
    expect(written()).toEqual(["to whom it may concern", "later"]);
  });
});

describe("a conducted call after a snapshot", () => {
  async function resume(state: Partial<CallState>, call: string): Promise<void> {
    FakeSocket.last.lose();
    await settle(1_000);
    FakeSocket.last.open();
    const all: CallState = {
      call,
      phase: "ESTABLISHED",
      generation: 1,
      media: "OPEN",
      muted: false,
      shows: [],
      configuration: "shop",
      ...state,
    };
    const line = { protocol: "1.2", connection: "c1", resume: "token 2", resumeWithin: 60, heard: 9, number: 0 };
    hear({ t: "resumed", ...line, snapshot: [all] });
    await settle();
  }

  it("is where it was, with what has changed since", async () => {
    const { heard, id } = await called();
    enter(id, [BOB, EVE]);
    const participants: Said[] = [{ ...BOB, muted: true }, { call: "c", identity: "carol", state: "JOINED" }];
    const room = { id: "k1", name: "sales", participants, role: { type: "MONITOR" } } as const;
    await resume({ meeting: "CONFERENCE", room }, id);
    expect(names(heard).slice(2)).toEqual([
      "participant-left",
      "participant-muted",
      "participant-joining",
      "participant-joined",
      "role-changed",
    ]);
    expect(heard.at(-1)?.event["role"]).toEqual(new MonitorRole());
  });

  it("is out of what it was in, and in what it is in", async () => {
    const { heard, id } = await called();
    enter(id, [BOB]);
    await resume({ meeting: "DIALOG", room: { id: "d1", name: "", participants: [EVE] } }, id);
    expect(names(heard).slice(2)).toEqual(["conference-left", "dialog-joined"]);
    expect(heard.at(-1)?.event).toMatchObject({ id: "d1", remote: { callId: "e" } });
    await resume({}, id);
    expect(names(heard).slice(4)).toEqual(["dialog-left"]);
  });

  it.each([
    ["RINGING", ["ringing"]],
    ["PRE_ESTABLISHED", ["early-media"]],
    ["ESTABLISHED", ["established"]],
  ] as const)("learns that it is %s", async (phase, events) => {
    const { rtc } = await connected();
    const call = rtc.callApplication("shop");
    const told = follow(call);
    await settle();
    answer(call.id());
    await settle();
    await resume({ phase }, call.id());
    expect(names(told)).toEqual(events);
  });

  it("begins with it when it came meanwhile", async () => {
    const { applications } = await connected();
    const source = { identity: "4930123", displayName: "The shop" };
    await resume({ phase: "CALLING", incoming: true, source, customData: { order: "17" }, media: "NONE" }, ID);
    const [call] = applications;
    expect([call?.id(), call?.from(), call?.fromDisplayName()]).toEqual([ID, "4930123", "The shop"]);
    expect([call?.callsConfigurationId(), call?.customData()]).toEqual(["shop", { order: "17" }]);
    expect(said("ringing")).toMatchObject([{ call: ID }]);
  });
});
