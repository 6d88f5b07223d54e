// One party of a call: drives the SDK's public names, records every event, and listens and looks for the tests.
"use strict";

const party = {
  rtc: null,
  call: null,
  incoming: null,
  calls: [],
  events: [],
  analyser: null,
  context: null,
};

const describe = (event) => {
  const out = {};
  for (const [key, value] of Object.entries(event ?? {})) {
    if (value instanceof MediaStream) out[key] = { audio: value.getAudioTracks().length, video: value.getVideoTracks().length };
    else if (value && typeof value.toJSON === "function") out[key] = value.toJSON();
    else if (["string", "number", "boolean"].includes(typeof value)) out[key] = value;
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
const heard = (name, count = 1) => until(() => seen(name).length >= count && seen(name)[count - 1], `event ${name} #${count}`);

function play(stream) {
  const audio = document.getElementById("audio");
  audio.srcObject = stream;
  audio.play().catch(() => undefined);
  if (meters.has("sound")) meterSound("sound", stream);
  analyse(stream);
}

/** Listen to the stream's tracks as they are now; a new pipe brings others. */
function analyse(stream) {
  party.context ??= new AudioContext();
  party.analyser = party.context.createAnalyser();
  party.analyser.fftSize = 8192;
  party.analyser.smoothingTimeConstant = 0;
  party.context.createMediaStreamSource(stream).connect(party.analyser);
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
const hears = (hertz, unused, margin = 20) => party.analyser !== null && level(hertz) > -60 && unused.every((other) => level(hertz) - level(other) > margin);

/** Records a second of what is received: for browsers whose AudioContext needs a sound card. */
async function recording() {
  const recorder = new MediaRecorder(document.getElementById("audio").srcObject);
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

/** Like `hears`, from recordings; resolves when it does. */
async function recorded(hertz, unused, margin = 20) {
  for (let n = 0; n < 8; n += 1) {
    const sound = await recording();
    if (strength(sound, hertz) > -70 && unused.every((other) => strength(sound, hertz) - strength(sound, other) > margin)) return true;
  }
  throw new Error(`no tone of ${hertz} Hz in 8 recordings`);
}

/** Is there nothing at all? */
const silent = () => {
  if (party.analyser === null) return false;
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

function show(id, stream) {
  const video = document.getElementById(id);
  video.srcObject = stream;
  video.play().catch(() => undefined);
}

function follow(call) {
  party.call = call;
  party.calls.push(call);
  for (const name of Object.values(CallsApiEvent)) call.on(name, (event) => {
    record(name, event);
    if (name === CallsApiEvent.ESTABLISHED) play(event.stream);
    if (name === CallsApiEvent.RECONNECTED) analyse(document.getElementById("audio").srcObject);
    if (name === CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED) show("remote", event.stream);
    if (name === CallsApiEvent.CAMERA_VIDEO_ADDED || name === CallsApiEvent.CAMERA_VIDEO_UPDATED) show("local", event.stream);
  });
  return call;
}

function connect(token, options) {
  party.rtc = createInfobipRtc(token, options);
  for (const name of Object.values(InfobipRTCEvent)) party.rtc.on(name, (event) => {
    record(name, event);
    if (name !== InfobipRTCEvent.INCOMING_WEBRTC_CALL) return;
    party.events.at(-1).customData = event.customData;
    party.incoming = event.incomingCall;
    follow(event.incomingCall);
  });
  party.rtc.connect();
  return heard("connected");
}

function options({ audio = true, video = false, autoReconnect, customData } = {}) {
  const builder = WebrtcCallOptions.builder().setAudio(audio).setVideo(video);
  if (autoReconnect !== undefined) builder.setAutoReconnect(autoReconnect);
  if (customData) builder.setCustomData(customData);
  return builder.build();
}

const dial = (to, wanted) => follow(party.rtc.callWebrtc(to, options(wanted))).id();
const accept = (wanted) => party.incoming.accept(options(wanted));
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
