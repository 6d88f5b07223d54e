/** Notices that a person talks while the microphone is muted, without anything being sent. */

/** How often the level is read, in ms. */
export const PERIOD = 100;
/** Root mean square of samples from -1 to 1: about -40 dBFS, a voice near the microphone. */
export const LOUD = 0.01;
/** Loud readings of the last so many that make a word. */
const WORD = 3;
const READINGS = 5;
/** Silence about it after it was told, in readings: 10 s. */
const TOLD_FOR = 100;

/** Decides from levels. */
export class WordDetector {
  #recent: boolean[] = [];
  #quiet = 0;

  /** Take a reading; true when a word is noticed that should be told. */
  take(level: number): boolean {
    this.#recent = [...this.#recent, level >= LOUD].slice(-READINGS);
    this.#quiet = Math.max(0, this.#quiet - 1);
    if (this.#quiet > 0 || this.#recent.filter((loud) => loud).length < WORD) return false;
    this.#quiet = TOLD_FOR;
    return true;
  }
}

export class MutedTalk {
  readonly #tell: () => void;
  #watched: MediaStreamTrack | undefined;
  #stop: (() => void) | undefined;

  constructor(tell: () => void) {
    this.#tell = tell;
  }

  /** Listen to this microphone, or to none. */
  watch(track: MediaStreamTrack | undefined): void {
    if (track === this.#watched) return;
    this.#stop?.();
    this.#watched = track;
    this.#stop = undefined;
    if (track === undefined) return;
    try {
      this.#stop = this.#listen(track);
    } catch (error) {
      // A page may have as many AudioContexts as its browser allows: muting goes before listening.
      console.error("Talking while muted can't be noticed:", error);
    }
  }

  #listen(track: MediaStreamTrack): () => void {
    // The muted track itself is silent; its copy is not.
    const copy = track.clone();
    copy.enabled = true;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([copy])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const detector = new WordDetector();
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      if (detector.take(Math.sqrt(power))) this.#tell();
    }, PERIOD);
    return () => {
      clearInterval(timer);
      copy.stop();
      void context.close();
    };
  }
}
