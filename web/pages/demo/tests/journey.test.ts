import { ApplicationErrorCode, CallsApiEvent, type RingwayRTC, RingwayRTCEvent } from "ringway-rtc";
import { beforeEach, describe, expect, it } from "vitest";
import { Journey, type World } from "../src/journey/journey.js";
import { NotLetIn, type Visit } from "../src/journey/visit.js";
import type { Taken, Wanted } from "../src/devices/take.js";

type Handler = (event: never) => void;

/** Tells events to whoever listens, as a client or a call does. */
class Teller {
  readonly #handlers = new Map<string, Handler[]>();

  on(name: string, handler: Handler): void {
    this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler]);
  }

  tell(name: string, event: unknown = {}): void {
    for (const handler of this.#handlers.get(name) ?? []) handler(event as never);
  }
}

class FakeCall extends Teller {
  accepted: { audio: boolean; video: boolean } | undefined;
  declined = false;

  constructor(
    readonly who: string,
    readonly video = false,
  ) {
    super();
  }

  counterpart = (): object => ({ identifier: this.who, displayIdentifier: this.who.toUpperCase() });
  hasRemoteCameraVideo = (): boolean => this.video;
  accept = (options: { audio: boolean; video: boolean }): void => void (this.accepted = options);
  decline = (): void => void (this.declined = true);
  dataChannel = (): undefined => undefined;
  muted = (): boolean => false;
  status = (): number => 1;
  duration = (): number => 7;
  establishTime = (): Date => new Date(0);
  options = (): object => ({ audio: true });
}

class FakeRoom extends FakeCall {
  leave = (): void => undefined;
  name = (): string => this.who;
}

class FakeClient extends Teller {
  readonly made: { to: string; options: { audio: boolean; video: boolean } }[] = [];
  call: FakeCall | undefined;
  microphone: string | undefined;
  camera: string | undefined;
  isConnected = true;
  refuses = false;

  connect = (): void => undefined;
  disconnect = (): void => void (this.isConnected = false);
  people = (): Promise<readonly object[]> => Promise.resolve([{ identity: "dana", displayName: "Dana" }]);
  setAudioInputDevice = (id: string): void => void (this.microphone = id);
  setVideoInputDevice = (id: string): void => void (this.camera = id);

  callWebrtc = (to: string, options: never): FakeCall => {
    if (this.refuses) throw new Error("busy");
    this.made.push({ to, options });
    this.call = new FakeCall(to);
    return this.call;
  };

  joinRoom = (to: string, options: never): FakeRoom => {
    this.made.push({ to, options });
    return new FakeRoom(to);
  };
}

class FakeTrack {
  isLive = true;
  stop = (): void => void (this.isLive = false);
}

let clients: FakeClient[];
let visits: { name: string; invitation: string | null }[];
let answer: () => Promise<Visit>;
let devices: (wanted: Wanted) => Taken;
let tracks: FakeTrack[];
let now: number;
let chosen: { microphone?: string; camera?: string };
let journey: Journey;

const visit: Visit = { token: "t", identity: "ruby", displayName: "Ruby", sharing: null };
const working = (wanted: Wanted): Taken =>
  Object.fromEntries(
    Object.keys(wanted).map((which) => {
      const track = new FakeTrack();
      tracks.push(track);
      return [which, track as unknown as MediaStreamTrack];
    }),
  );
const client = (): FakeClient => clients.at(-1) as FakeClient;
const at = (): string => journey.snapshot().screen.at;
const settled = (): Promise<void> => new Promise((done) => setTimeout(done));
const call = { to: "call", identity: "dana", who: "Dana", way: { audio: true, video: true } } as const;

beforeEach(async () => {
  clients = [];
  visits = [];
  tracks = [];
  now = 1_000_000;
  chosen = {};
  answer = () => Promise.resolve(visit);
  devices = working;
  const world: World = {
    visit: (name, invitation) => {
      visits.push({ name, invitation });
      return answer();
    },
    client: () => {
      clients.push(new FakeClient());
      return client() as unknown as RingwayRTC;
    },
    take: (wanted) => Promise.resolve(devices(wanted)),
    chosen: () => chosen,
    now: () => now,
  };
  journey = new Journey(world);
});

async function online(room: string | null = null): Promise<void> {
  await journey.enter("Ruby", "code", room);
  client().tell(RingwayRTCEvent.CONNECTED);
  await settled();
}

describe("entering", () => {
  it("leads to the lobby, connected, with the people", async () => {
    await online();
    expect(at()).toBe("lobby");
    expect(journey.snapshot()).toMatchObject({ name: "Ruby", identity: "ruby", connection: { state: "online" }, isEntering: false });
    expect(journey.snapshot().people).toEqual([{ identity: "dana", displayName: "Dana" }]);
    expect(visits).toEqual([{ name: "Ruby", invitation: "code" }]);
  });

  it("leads to a room that the address names", async () => {
    await online("team");
    expect(journey.snapshot().screen).toEqual({ at: "room", room: "team" });
  });

  it("stays and says why it is refused", async () => {
    answer = () => Promise.reject(new NotLetIn({ why: "name-taken" }));
    await journey.enter("Ruby", null, null);
    expect(at()).toBe("entry");
    expect(journey.snapshot()).toMatchObject({ refusal: { why: "name-taken" }, isEntering: false });
    answer = () => Promise.resolve(visit);
    await online();
    expect(journey.snapshot().refusal).toBeNull();
  });

  it("says so when the browser has no devices to give", async () => {
    answer = () => Promise.resolve(visit);
    const broken = new Journey({
      visit: answer,
      client: () => {
        throw new Error("Browser does not support WebRTC.");
      },
      take: () => Promise.resolve({}),
      chosen: () => ({}),
      now: () => now,
    });
    await broken.enter("Ruby", null, null);
    expect(broken.snapshot()).toMatchObject({ screen: { at: "entry" }, refusal: { why: "insecure" } });
  });

  it("is undone by leaving: whom one was hears no more", async () => {
    await online();
    const before = client();
    journey.leave();
    expect(before.isConnected).toBe(false);
    before.tell(RingwayRTCEvent.DISCONNECTED, { reason: "left" });
    before.tell(RingwayRTCEvent.INCOMING_WEBRTC_CALL, { incomingCall: new FakeCall("dana") });
    expect(journey.snapshot()).toMatchObject({ screen: { at: "entry" }, name: null, connection: { state: "none" } });
  });
});

describe("the connection", () => {
  it("is told with the time since it was lost", async () => {
    await online();
    client().tell(RingwayRTCEvent.RECONNECTING);
    expect(journey.snapshot().connection).toEqual({ state: "reconnecting", since: now });
    client().tell(RingwayRTCEvent.RECONNECTED);
    expect(journey.snapshot().connection).toEqual({ state: "online" });
  });

  it("connects again by hand, under the same name and invitation", async () => {
    await online();
    client().tell(RingwayRTCEvent.DISCONNECTED, { reason: "gone" });
    expect(journey.snapshot().connection).toEqual({ state: "offline", reason: "gone" });
    expect(journey.snapshot().people).toBe("awaited");
    await journey.connectAgain();
    expect(visits).toHaveLength(2);
    expect(visits[1]).toEqual({ name: "Ruby", invitation: "code" });
    expect(clients).toHaveLength(2);
    client().tell(RingwayRTCEvent.CONNECTED);
    expect(journey.snapshot().connection).toEqual({ state: "online" });
  });

  it("stays offline when no token is given", async () => {
    await online();
    client().tell(RingwayRTCEvent.DISCONNECTED, { reason: "gone" });
    answer = () => Promise.reject(new NotLetIn({ why: "unreachable" }));
    await journey.connectAgain();
    expect(journey.snapshot().connection).toEqual({ state: "offline", reason: "unreachable" });
  });

  it("renews a token that has run out, but not again and again", async () => {
    await online();
    client().tell(RingwayRTCEvent.DISCONNECTED, { reason: "TOKEN_EXPIRED: It was good until noon." });
    await settled();
    expect(clients).toHaveLength(2);
    client().tell(RingwayRTCEvent.DISCONNECTED, { reason: "TOKEN_EXPIRED: It was good until noon." });
    await settled();
    expect(clients).toHaveLength(2);
    expect(journey.snapshot().connection.state).toBe("offline");
    now += 60_000;
    await journey.connectAgain();
    client().tell(RingwayRTCEvent.DISCONNECTED, { reason: "TOKEN_EXPIRED: It was good until noon." });
    await settled();
    expect(clients).toHaveLength(4);
  });
});

describe("a wish", () => {
  it("opens the devices, calls with those chosen, and lets go of them when the call has its own", async () => {
    await online();
    chosen = { microphone: "mic-2", camera: "cam-2" };
    await journey.wish(call);
    expect(at()).toBe("call");
    expect(client()).toMatchObject({ microphone: "mic-2", camera: "cam-2" });
    expect(client().made).toHaveLength(1);
    expect(client().made[0]).toMatchObject({ to: "dana", options: { audio: true, video: true, dataChannel: true } });
    expect(tracks.map(({ isLive }) => isLive)).toEqual([true, true]);
    client().call?.tell(CallsApiEvent.RINGING);
    expect(tracks.map(({ isLive }) => isLive)).toEqual([false, false]);
  });

  it("waits at the gate while a device can't be used, with nothing left open", async () => {
    await online();
    devices = (wanted) => ({ ...working({ microphone: wanted.microphone }), camera: "busy" });
    await journey.wish(call);
    expect(at()).toBe("lobby");
    expect(journey.snapshot()).toMatchObject({ gate: { wish: call, troubles: { camera: "busy" } }, isOpening: false });
    expect(tracks.every(({ isLive }) => !isLive)).toBe(true);
    expect(client().made).toEqual([]);
  });

  it("goes on without what is in the way", async () => {
    await online();
    devices = ({ camera, microphone }) => ({
      ...(microphone === undefined ? {} : { microphone: "missing" }),
      ...(camera === undefined ? {} : { camera: "missing" }),
    });
    await journey.wish(call);
    journey.goOnWithout();
    await settled();
    expect(client().made[0]?.options).toMatchObject({ audio: false, video: false });
    expect(journey.snapshot().gate).toBeNull();
  });

  it("is given up at the gate", async () => {
    await online();
    devices = () => ({ microphone: "refused" });
    await journey.wish(call);
    journey.closeGate();
    expect(journey.snapshot()).toMatchObject({ gate: null, screen: { at: "lobby" } });
  });

  it("that was given up while devices opened leaves none open", async () => {
    await online();
    const asked = journey.wish(call);
    journey.closeGate();
    await asked;
    expect(at()).toBe("lobby");
    expect(tracks.every(({ isLive }) => !isLive)).toBe(true);
  });

  it("that can't be done now is told in the lobby, with nothing left open", async () => {
    await online();
    client().refuses = true;
    await journey.wish(call);
    expect(journey.snapshot()).toMatchObject({ screen: { at: "lobby" }, isRefusedNow: true });
    expect(tracks.every(({ isLive }) => !isLive)).toBe(true);
  });

  it("is repeated after the end", async () => {
    await online();
    await journey.wish({ to: "join", room: "team", way: { audio: true, video: false } });
    expect(journey.snapshot().screen).toMatchObject({ at: "call", room: "team" });
    journey.ended({ who: "team", room: true, errorCode: ApplicationErrorCode.NORMAL_HANGUP, duration: 3 });
    expect(at()).toBe("ended");
    journey.again();
    await settled();
    expect(client().made.map(({ to }) => to)).toEqual(["team", "team"]);
    expect(at()).toBe("call");
  });
});

describe("being called", () => {
  it("shows who, and accepts with or without camera", async () => {
    await online();
    const incoming = new FakeCall("dana", true);
    client().tell(RingwayRTCEvent.INCOMING_WEBRTC_CALL, { incomingCall: incoming });
    expect(journey.snapshot().screen).toMatchObject({ at: "incoming", who: "DANA" });
    await journey.wish({ to: "accept", way: { audio: true, video: false } });
    expect(incoming.accepted).toMatchObject({ audio: true, video: false });
    expect(at()).toBe("call");
  });

  it("goes on ringing while a device is in the way", async () => {
    await online();
    const incoming = new FakeCall("dana", true);
    client().tell(RingwayRTCEvent.INCOMING_WEBRTC_CALL, { incomingCall: incoming });
    devices = ({ camera, microphone }) => ({ ...working({ microphone }), ...(camera === undefined ? {} : { camera: "refused" }) });
    await journey.wish({ to: "accept", way: { audio: true, video: true } });
    expect(at()).toBe("incoming");
    expect(incoming.accepted).toBeUndefined();
    journey.goOnWithout();
    await settled();
    expect(incoming.accepted).toMatchObject({ audio: true, video: false });
  });

  it("is declined; the end is told once", async () => {
    await online();
    const incoming = new FakeCall("dana");
    client().tell(RingwayRTCEvent.INCOMING_WEBRTC_CALL, { incomingCall: incoming });
    journey.decline();
    expect(incoming.declined).toBe(true);
    incoming.tell(CallsApiEvent.HANGUP, { errorCode: ApplicationErrorCode.REJECTED });
    expect(journey.snapshot().screen).toMatchObject({ at: "ended", ended: { who: "DANA", duration: null } });
  });

  it("ends at the gate when the caller gives up, and calls back the same way", async () => {
    await online();
    const incoming = new FakeCall("dana", true);
    client().tell(RingwayRTCEvent.INCOMING_WEBRTC_CALL, { incomingCall: incoming });
    devices = () => ({ microphone: "busy" });
    await journey.wish({ to: "accept", way: { audio: true, video: true } });
    incoming.tell(CallsApiEvent.HANGUP, { errorCode: ApplicationErrorCode.CANCELLED });
    expect(journey.snapshot()).toMatchObject({ gate: null, screen: { at: "ended" } });
    devices = working;
    journey.again();
    await settled();
    expect(client().made[0]).toMatchObject({ to: "dana", options: { video: true } });
  });

  it("gives up what was about to begin", async () => {
    await online();
    const asked = journey.wish(call);
    client().tell(RingwayRTCEvent.INCOMING_WEBRTC_CALL, { incomingCall: new FakeCall("mia") });
    await asked;
    expect(at()).toBe("incoming");
    expect(client().made).toEqual([]);
    expect(tracks.every(({ isLive }) => !isLive)).toBe(true);
  });
});
