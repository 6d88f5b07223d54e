// Measures what is heard and seen without a break: is the tone there, every 10 ms of sound; when did each frame come.
"use strict";

/** Runs beside the audio device, so that a busy page misses nothing. Tells for each 10 ms whether the tone was there. */
const LISTENER = `
const STEPS = 2; // told at once
registerProcessor("listener", class extends AudioWorkletProcessor {
  constructor({ processorOptions: { hertz, share, quiet } }) {
    super();
    this.turn = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
    this.share = share;
    this.quiet = quiet;
    this.step = Math.round(sampleRate / 100);
    this.recent = new Float32Array(2 * this.step);
    this.filled = 0;
    this.told = [];
  }
  process([[samples]]) {
    for (let n = 0; n < 128; n += 1) {
      this.recent[this.step + this.filled] = samples ? samples[n] : 0;
      this.filled += 1;
      if (this.filled < this.step) continue;
      this.filled = 0;
      this.told.push(this.hears());
      this.recent.copyWithin(0, this.step);
      if (this.told.length === STEPS) this.port.postMessage({ heard: this.told.splice(0), at: (currentFrame + n) / sampleRate });
    }
    return true;
  }
  /** Over the last 20 ms, by Goertzel: the tone's share of the energy, if there is any. */
  hears() {
    let [last, before, energy] = [0, 0, 0];
    for (const sample of this.recent) {
      [last, before] = [sample + this.turn * last - before, last];
      energy += sample * sample;
    }
    const power = (last * last + before * before - this.turn * last * before) * (2 / this.recent.length);
    return energy / this.recent.length > this.quiet && power > this.share * energy;
  }
});`;

/** Times in ms: the longest of the breaks, their sum, and each with its begin on the page's clock. */
class Breaks {
  constructor() {
    this.longest = 0;
    this.total = 0;
    this.list = [];
  }
  add(at, length) {
    this.longest = Math.max(this.longest, length);
    this.total += length;
    this.list.push({ at: Math.round(at), ms: Math.round(length) });
  }
}

const STEP_MS = 10;

/** Whether a tone is heard in a stream's tracks, and was since the last mark. A later stream takes the place of the one before. */
class SoundMeter {
  static async of(context, hertz, { share = 0.5, quiet = 1e-5 } = {}) {
    SoundMeter.loaded ??= new Map();
    if (!SoundMeter.loaded.has(context)) {
      const url = URL.createObjectURL(new Blob([LISTENER], { type: "text/javascript" }));
      SoundMeter.loaded.set(context, context.audioWorklet.addModule(url));
    }
    await SoundMeter.loaded.get(context);
    return new SoundMeter(context, { hertz, share, quiet });
  }
  constructor(context, processorOptions) {
    this.context = context;
    this.node = new AudioWorkletNode(context, "listener", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit", processorOptions });
    this.node.port.onmessage = ({ data }) => this.take(data);
    this.stream = new MediaStream();
    this.sources = new Map();
    this.mark();
  }
  hear(stream) {
    this.stream = stream;
    this.follow();
  }
  /** Hear the tracks that are in the stream now: nobody is told when a page changes them. */
  follow() {
    const tracks = this.stream.getAudioTracks().filter((track) => track.readyState === "live");
    for (const [track, source] of this.sources) {
      if (tracks.includes(track)) continue;
      source.disconnect();
      this.sources.delete(track);
    }
    for (const track of tracks) {
      if (this.sources.has(track)) continue;
      const source = this.context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.node);
      this.sources.set(track, source);
    }
  }
  /** Begin anew: what was is forgotten. */
  mark() {
    this.marked = performance.now();
    this.steps = 0;
    this.now = false;
    this.missing = 0;
    this.there = 0;
    this.breaks = new Breaks();
  }
  /** For how long the tone has been there without a break. */
  get lasted() {
    return this.there * STEP_MS;
  }
  take({ heard, at }) {
    this.follow();
    // The page's clock at the first of the steps, were it told at once.
    const first = performance.now() - (this.context.currentTime - at) * 1000 - heard.length * STEP_MS;
    for (const [n, now] of heard.entries()) {
      this.steps += 1;
      this.now = now;
      this.there = now ? this.there + 1 : 0;
      if (!now) this.missing += 1;
      else this.close(first + n * STEP_MS);
    }
  }
  close(at) {
    const length = this.missing * STEP_MS;
    if (length) this.breaks.add(at - length, length);
    this.missing = 0;
  }
  /** What was since the mark; a break that still lasts counts. `heard` is now, `measured` how much sound was looked at. */
  read() {
    const lasting = this.missing * STEP_MS;
    return {
      heard: this.now,
      longest: Math.max(this.breaks.longest, lasting),
      total: this.breaks.total + lasting,
      breaks: this.breaks.list,
      measured: this.steps * STEP_MS,
      passed: performance.now() - this.marked,
    };
  }
}

/** When the frames of a video element came since the last mark, and of which colour its corner is. */
class PictureMeter {
  /** A frame is late when it comes later than `late` ms after the one before. */
  constructor(video, late = 200) {
    this.video = video;
    this.late = late;
    this.mark();
    const next = () => {
      this.take(performance.now());
      this.video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  }
  mark() {
    this.marked = performance.now();
    this.last = this.marked;
    this.frames = 0;
    this.longest = 0;
    this.breaks = new Breaks();
  }
  take(now) {
    this.frames += 1;
    const length = now - this.last;
    this.longest = Math.max(this.longest, length);
    if (length > this.late) this.breaks.add(this.last, length);
    this.last = now;
  }
  /** `longest` is the longest time without a new frame; `total` of those that were late. The one that lasts counts. */
  read() {
    const lasting = performance.now() - this.last;
    return {
      frames: this.frames,
      longest: Math.max(this.longest, lasting),
      total: this.breaks.total + (lasting > this.late ? lasting : 0),
      breaks: this.breaks.list,
      colour: corner(this.video.id),
      passed: performance.now() - this.marked,
    };
  }
}

/** Meters by the names that a test gave them. */
const meters = new Map();

async function meterSound(name, stream, hertz) {
  party.context ??= new AudioContext();
  const it = meters.get(name) ?? (await SoundMeter.of(party.context, hertz));
  it.hear(stream);
  meters.set(name, it);
}

function meterPicture(name, id) {
  meters.set(name, new PictureMeter(document.getElementById(id)));
}

const markMeters = () => meters.forEach((meter) => meter.mark());
