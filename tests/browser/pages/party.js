// One party of a call: drives the SDK's public names, records every event, and listens and looks for the tests.
"use strict";

const party = {
  rtc: null,
  call: null,
  incoming: null,
  calls: [],
  events: [],
  stream: null,
  sources: new Map(),
  analyser: null,
  context: null,
  /** Endpoints by identity, as events have brought them. */
  people: new Map(),
};

const flat = ({ callId, endpoint, state, media, disconnected, role }) => {
  party.people.set(endpoint.identifier, endpoint);
  const { muted, deaf, talking } = media.audio;
  const { blind } = media.video;
  const own = { callId, identity: endpoint.identifier, name: endpoint.displayIdentifier, role: role?.type };
  return { ...own, state, muted, deaf, blind, talking, disconnected };
};

const describe = (event) => {
  const out = {};
  for (const [key, value] of Object.entries(event ?? {})) {
    if (value instanceof Participant) out[key] = flat(value);
    else if (Array.isArray(value)) out[key] = value.map(flat);
    else if (value instanceof Date) out[key] = value.getTime();
    else if (value instanceof Endpoint) out[key] = value.identifier;
    else if (value instanceof Role) out[key] = value.type;
    else if (value instanceof MediaStream) out[key] = { audio: value.getAudioTracks().length, video: value.getVideoTracks().length };
    else if (value && typeof value.toJSON === "function") out[key] = value.toJSON();
    else if (["string", "number", "boolean"].includes(typeof value)) out[key === "name" ? "room" : key] = value;
    else if (value && value.name) out[key] = { id: value.id, name: value.name, description: value.description };
  }
  return out;
};

function record(name, event) {
  party.events.push({ name, at: performance.now(), ...describe(event) });
}

/** Resolves when `test()` holds; polled by timer, so that it also works in a hidden tab. */
function until(test, what, milliseconds = 15000) {
  const deadline = performance.now() + milliseconds;
  return new Promise((resolve, reject) => {
    const look = () => {
      let value;
      try {
        value = test();
      } catch (error) {
        reject(error);
        return;
      }
      if (value) resolve(value === true ? true : value);
      else if (performance.now() > deadline) reject(new Error(`${what ?? test} did not happen; events: ${JSON.stringify(party.events)}`));
      else setTimeout(look, 20);
    };
    look();
  });
}

const seen = (name) => party.events.filter((event) => event.name === name);
/** The first event of the name that has these values; a participant is told by its identity. */
const told = (name, wanted) => seen(name).find((event) => Object.entries(wanted).every(([key, value]) => (event[key]?.identity ?? event[key]) === value));
const heard = (name, count = 1) => until(() => seen(name).length >= count && seen(name)[count - 1], `event ${name} #${count}`);

function play(stream) {
  const audio = document.getElementById("audio");
  audio.srcObject = stream;
  audio.play().catch(() => undefined);
  if (meters.has("sound")) meterSound("sound", stream);
  party.stream = stream;
  party.context ??= new AudioContext();
  party.analyser ??= new AnalyserNode(party.context, { fftSize: 8192, smoothingTimeConstant: 0 });
  listen();
}

/** Hear every track that the stream has now: a source hears only the first of several. */
function listen() {
  const tracks = new Set(party.stream.getAudioTracks());
  for (const [track, source] of party.sources) {
    if (tracks.has(track)) continue;
    source.disconnect();
    party.sources.delete(track);
  }
  for (const track of tracks) {
    if (party.sources.has(track)) continue;
    const source = party.context.createMediaStreamSource(new MediaStream([track]));
    source.connect(party.analyser);
    party.sources.set(track, source);
  }
}

function isListening() {
  if (party.analyser === null) return false;
  listen();
  return true;
}

/** Level in dB of the spectrum's loudest bin near `hertz`. */
function level(hertz) {
  const bins = new Float32Array(party.analyser.frequencyBinCount);
  party.analyser.getFloatFrequencyData(bins);
  const width = party.context.sampleRate / party.analyser.fftSize;
  const middle = Math.round(hertz / width);
  return Math.max(...bins.slice(middle - 3, middle + 4));
}

/** Is the tone there, and `margin` dB above each frequency that nobody uses? */
const hears = (hertz, unused, margin = 20) => isListening() && level(hertz) > -60 && unused.every((other) => level(hertz) - level(other) > margin);

/** Records a second of one received track: for browsers whose AudioContext needs a sound card. */
async function recording(track) {
  const recorder = new MediaRecorder(new MediaStream([track]));
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  setTimeout(() => recorder.stop(), 1000);
  await stopped;
  const bytes = await new Blob(parts).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes);
  return { samples: sound.getChannelData(0).slice(-24000), rate: sound.sampleRate };
}

/** Strength of one frequency in dB (Goertzel). */
function strength({ samples, rate }, hertz) {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let [last, before] = [0, 0];
  for (const sample of samples) [last, before] = [sample + turn * last - before, last];
  return 10 * Math.log10((last * last + before * before - turn * last * before) / samples.length ** 2 + 1e-12);
}

/** Like `hears`, from recordings; resolves when it is in any track. */
async function recorded(hertz, unused, margin = 20) {
  for (let n = 0; n < 8; n += 1) {
    const sounds = await Promise.all(party.stream.getAudioTracks().map(recording));
    const isIn = (sound) => strength(sound, hertz) > -70 && unused.every((other) => strength(sound, hertz) - strength(sound, other) > margin);
    if (sounds.some(isIn)) return true;
  }
  throw new Error(`no tone of ${hertz} Hz in 8 recordings`);
}

/** Is there nothing at all? */
const silent = () => {
  if (!isListening()) return false;
  const bins = new Float32Array(party.analyser.frequencyBinCount);
  party.analyser.getFloatFrequencyData(bins);
  return Math.max(...bins.slice(20)) < -75;
};

/** Average colour of the picture's top left corner, as [red, green, blue]; null without picture. */
function corner(id = "remote") {
  const video = document.getElementById(id);
  if (!video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, video.videoWidth / 8, video.videoHeight / 8, 0, 0, 8, 8);
  const data = pen.getImageData(0, 0, 8, 8).data;
  const sum = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c += 1) sum[c] += data[i + c] / 64;
  return sum.map(Math.round);
}

const sees = (colour, id = "remote") => {
  const found = corner(id);
  return found !== null && found.every((value, i) => Math.abs(value - colour[i]) < 48);
};

const frames = { count: 0 };
function watch(id = "remote") {
  const video = document.getElementById(id);
  const next = () => {
    frames.count += 1;
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}

/** The element of this id, made when it is not there. */
function screen(id) {
  const there = document.getElementById(id);
  if (there) return there;
  const video = Object.assign(document.createElement("video"), { id, autoplay: true, playsInline: true, muted: true });
  document.body.append(video);
  return video;
}

function show(id, stream) {
  const video = screen(id);
  video.srcObject = stream;
  video.play().catch(() => undefined);
}

function follow(call) {
  party.call = call;
  party.calls.push(call);
  for (const name of Object.values(CallsApiEvent)) call.on(name, (event) => {
    record(name, event);
    party.events.at(-1).of = "call";
    if (name === CallsApiEvent.ESTABLISHED || name === CallsApiEvent.EARLY_MEDIA) play(event.stream);
    // A source node keeps the track that it began with.
    if (name === CallsApiEvent.RECONNECTED || name === CallsApiEvent.REMOTE_RECONNECTED) play(document.getElementById("audio").srcObject);
    if (name === CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED) show("remote", event.stream);
    if (name in PICTURES) show(`${PICTURES[name]}-${event.participant.endpoint.identifier}`, event.stream);
    if (name === CallsApiEvent.CAMERA_VIDEO_ADDED || name === CallsApiEvent.CAMERA_VIDEO_UPDATED) show("local", event.stream);
  });
  return call;
}

const PICTURES = {
  [CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED]: "camera",
  [CallsApiEvent.PARTICIPANT_SCREEN_SHARE_ADDED]: "screen",
};

/** Join a room: its stream is played, each picture has an element `camera-IDENTITY` or `screen-IDENTITY`. */
function join(name, { audio = true, video = false, dataChannel = false, direction, participantEvents, autoReconnect } = {}) {
  const builder = RoomCallOptions.builder().setAudio(audio).setVideo(video).setDataChannel(dataChannel);
  if (direction !== undefined) builder.setDirection(direction);
  if (participantEvents !== undefined) builder.setParticipantEvents(participantEvents);
  if (autoReconnect !== undefined) builder.setAutoReconnect(autoReconnect);
  const room = party.rtc.joinRoom(name, builder.build());
  party.call = room;
  party.calls.push(room);
  for (const event of Object.values(CallsApiEvent)) room.on(event, (given) => {
    record(event, given);
    if (event === CallsApiEvent.ROOM_JOINED) play(given.stream);
    if (event in PICTURES) show(`${PICTURES[event]}-${given.participant.endpoint.identifier}`, given.stream);
    if (event === CallsApiEvent.CAMERA_VIDEO_ADDED || event === CallsApiEvent.CAMERA_VIDEO_UPDATED) show("local", given.stream);
  });
  followTexts(room);
  return room.id();
}

function followTexts(call) {
  const channel = call.dataChannel();
  if (!channel) return;
  for (const name of Object.values(DataChannelEvent)) channel.on(name, (event) => {
    record(name, event);
    if (event.from) party.people.set(event.from.identifier, event.from);
  });
}

/** Send a text to everybody, or to whom an event has named; gives its id. */
const say = (text, to) => party.call.dataChannel().send(text, to === undefined ? undefined : party.people.get(to));

/** A canvas stands in for the screen, which no test machine has: a plain colour with something that moves. */
function shareColour([red, green, blue]) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
  const pen = canvas.getContext("2d");
  let x = 0;
  setInterval(() => {
    pen.fillStyle = `rgb(${red}, ${green}, ${blue})`;
    pen.fillRect(0, 0, 1280, 720);
    pen.fillStyle = "white";
    pen.fillRect((x += 8) % 1280, 400, 64, 64);
  }, 50);
  navigator.mediaDevices.getDisplayMedia = async () => (party.shared = canvas.captureStream(20));
}

function connect(token, options) {
  party.rtc = createInfobipRtc(token, options);
  for (const name of Object.values(InfobipRTCEvent)) party.rtc.on(name, (event) => {
    record(name, event);
    if (name !== InfobipRTCEvent.INCOMING_WEBRTC_CALL && name !== InfobipRTCEvent.INCOMING_APPLICATION_CALL) return;
    party.events.at(-1).customData = event.customData;
    party.incoming = event.incomingCall;
    follow(event.incomingCall);
  });
  party.rtc.connect();
  return heard("connected");
}

function options({ audio = true, video = false, autoReconnect = false, customData, dataChannel = false } = {}, kind = WebrtcCallOptions) {
  const builder = kind.builder().setAudio(audio).setVideo(video).setDataChannel(dataChannel).setAutoReconnect(autoReconnect);
  if (customData) builder.setCustomData(customData);
  return builder.build();
}

function dial(to, wanted) {
  const call = follow(party.rtc.callWebrtc(to, options(wanted)));
  followTexts(call);
  return call.id();
}

/** Call an application: its stream is played, each picture has an element as in a room. */
function dialApplication(configuration, wanted) {
  const call = follow(party.rtc.callApplication(configuration, options(wanted, ApplicationCallOptions)));
  followTexts(call);
  return call.id();
}

function accept(wanted) {
  const isApplications = typeof party.incoming.callsConfigurationId === "function";
  party.incoming.accept(options(wanted, isApplications ? ApplicationCallOptions : WebrtcCallOptions));
  followTexts(party.incoming);
}
const decline = (everywhere = false) => party.incoming.decline(DeclineOptions.builder().setDeclineOnAllDevices(everywhere).build());

// Every PeerConnection the SDK makes, so that tests can read statistics and narrow codecs.
party.connections = [];
party.codecs = null;
const Native = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Native {
  constructor(...args) {
    super(...args);
    party.connections.push(this);
  }
  prefer() {
    for (const transceiver of this.getTransceivers()) {
      const kind = transceiver.receiver.track.kind;
      const names = party.codecs?.[kind];
      if (!names || transceiver.stopped) continue;
      const all = RTCRtpReceiver.getCapabilities(kind).codecs;
      transceiver.setCodecPreferences(all.filter((codec) => names.includes(codec.mimeType.split("/")[1].toUpperCase())));
    }
  }
  createOffer(...args) {
    this.prefer();
    return super.createOffer(...args);
  }
  createAnswer(...args) {
    this.prefer();
    return super.createAnswer(...args);
  }
};

/** All statistics of the newest PeerConnection, as a list. */
const statistics = async () => [...(await party.connections.at(-1).getStats()).values()];

/** The codec really used, e.g. "video/H264". */
async function codec(kind, direction) {
  const all = await statistics();
  const stream = all.find((row) => row.type === direction && row.kind === kind && (row.packetsReceived ?? row.packetsSent) > 0);
  return stream && all.find((row) => row.id === stream.codecId)?.mimeType;
}
