import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  CallStatus,
  DeclineOptions,
  IncomingWebrtcCallEvent,
  RingwayRTCEvent,
  WebrtcCallOptions,
  type IncomingWebrtcCall,
} from "../src/index.js";
import { FakePeerConnection, FakeSocket } from "./fakes.js";
import { answer, connected, ended, follow, hear, names, said, type Scene, settle } from "./scene.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ID = "0b7a4a5e-0000-4000-8000-000000000001";
const OTHER = "0b7a4a5e-0000-4000-8000-000000000002";

function comes(call = ID, more: object = {}): void {
  hear({ t: "incoming", call, source: { identity: "bob", displayName: "Bob" }, video: false, ...more });
}

async function called(more: object = {}): Promise<Scene & { call: IncomingWebrtcCall }> {
  const scene = await connected();
  comes(ID, more);
  const [call] = scene.incoming;
  if (call === undefined) throw new Error("no call came");
  return { ...scene, call };
}

describe("being called", () => {
  it("is told with who and what, and rings", async () => {
    const { rtc } = await connected({ incoming: false });
    const events: IncomingWebrtcCallEvent[] = [];
    rtc.on(RingwayRTCEvent.INCOMING_WEBRTC_CALL, (event) => events.push(event));
    comes(ID, { customData: { ticket: "1" }, video: true });
    expect(events).toHaveLength(1);
    const [event] = events;
    expect(event).toBeInstanceOf(IncomingWebrtcCallEvent);
    expect(event?.customData).toEqual({ ticket: "1" });
    const call = event?.incomingCall;
    expect(call?.id()).toBe(ID);
    expect(call?.status()).toBe(CallStatus.RINGING);
    expect(call?.customData()).toEqual({ ticket: "1" });
    expect(call?.source()).toBe(call?.counterpart());
    expect(call?.counterpart().displayIdentifier).toBe("Bob");
    expect(call?.destination().identifier).toBe("alice");
    expect(call?.hasRemoteCameraVideo()).toBe(true);
    expect(said("ringing")).toEqual([{ t: "ringing", call: ID }]);
  });

  it("is accepted with an offer, and established", async () => {
    const { call, devices } = await called();
    const told = follow(call);
    const options = WebrtcCallOptions.builder().setCustomData({ a: "b" }).build();
    call.accept(options);
    expect(call.status()).toBe(CallStatus.CONNECTING);
    expect(call.options()).toBe(options);
    await settle();
    expect(said("accept")).toEqual([
      {
        t: "accept",
        call: ID,
        offer: "offer of the client",
        sending: [{ mid: "0", source: "MICROPHONE" }],
        customData: { a: "b" },
      },
    ]);
    expect(devices.asked).toHaveLength(1);
    answer(ID);
    hear({ t: "established", call: ID, at: 0 });
    await settle();
    expect(names(told)).toEqual(["established"]);
    expect(call.status()).toBe(CallStatus.ESTABLISHED);
  });

  it("makes room for the caller's picture at once, and sends none", async () => {
    const { call } = await called({ video: true });
    call.accept();
    await settle();
    const [voice, picture] = FakePeerConnection.last.getTransceivers();
    expect(voice?.direction).toBe("sendrecv");
    expect(picture?.direction).toBe("recvonly");
    expect(said("accept")).toMatchObject([{ sending: [{ mid: "0", source: "MICROPHONE" }] }]);
  });

  it("is accepted once", async () => {
    const { call } = await called();
    call.accept();
    expect(() => call.accept()).toThrow("Cannot accept, required status is RINGING, current status is CONNECTING.");
    expect(() => call.decline()).toThrow("Cannot decline, required status is RINGING, current status is CONNECTING.");
    await settle();
    expect(said("accept")).toHaveLength(1);
  });

  it("is declined here, or everywhere", async () => {
    for (const everywhere of [false, true]) {
      const { call } = await called();
      const told = follow(call);
      call.decline(new DeclineOptions(everywhere));
      call.decline();
      call.accept();
      await settle();
      expect(FakeSocket.last.names()).toEqual(["connect", "ringing", "decline"]);
      expect(said("decline")).toEqual([{ t: "decline", call: ID, ...(everywhere ? { everywhere } : {}) }]);
      ended(ID, { id: "10203", name: "REJECTED", description: "x" });
      await settle();
      expect(told).toMatchObject([{ name: "hangup", event: { errorCode: { name: "REJECTED" } } }]);
    }
  });

  it("can end before it is accepted, and accepting is then nothing", async () => {
    const { call } = await called();
    const told = follow(call);
    ended(ID, { id: "10001", name: "ANSWERED_ELSEWHERE", description: "x" });
    await settle();
    call.accept();
    call.decline();
    await settle();
    expect(FakeSocket.last.names()).toEqual(["connect", "ringing"]);
    expect(told).toMatchObject([{ name: "hangup", event: { errorCode: { name: "ANSWERED_ELSEWHERE" } } }]);
  });

  it("ends with the device's reason when there is no microphone, and the house is told", async () => {
    const { call, devices } = await called();
    const told = follow(call);
    devices.refusal = "NotFoundError";
    call.accept();
    await settle();
    expect(said("hangup")).toEqual([{ t: "hangup", call: ID, code: "DEVICE_NOT_FOUND" }]);
    expect(told).toMatchObject([{ name: "hangup", event: { errorCode: { name: "DEVICE_NOT_FOUND" } } }]);
  });

  it("is declined on a device that is in a call, and where nobody listens", async () => {
    const { incoming } = await called();
    comes(OTHER);
    comes(ID);
    expect(incoming).toHaveLength(1);
    expect(said("decline")).toEqual([{ t: "decline", call: OTHER }]);
    expect(said("ringing")).toHaveLength(1);

    await connected({ incoming: false });
    comes();
    expect(FakeSocket.last.names()).toEqual(["connect", "decline"]);
  });

  it("can be muted before it is accepted", async () => {
    const { call, devices } = await called();
    await call.mute(true);
    await expect(call.cameraVideo(true)).rejects.toMatchObject({ message: "The call has not been accepted." });
    call.accept();
    await settle();
    expect(devices.tracks[0]?.enabled).toBe(false);
    expect(FakeSocket.last.names()).toEqual(["connect", "ringing", "accept", "mute"]);
  });
});
