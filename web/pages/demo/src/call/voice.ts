/** Whether somebody is heard to talk, where the server does not say it. */

/** How often the level is read, in ms. */
const PERIOD = 100;
/** Root mean square of samples from -1 to 1: about -46 dBFS, somebody who talks quietly. */
export const LOUD = 0.005;
/** Loud readings in a row that are a voice. */
const BEGINS = 2;
/** Quiet readings in a row that are more than a pause between words. */
const ENDS = 8;

/** Decides from levels; a change needs several readings, so that nothing flickers. */
export class VoiceDetector {
  #isTalking = false;
  #against = 0;

  /** Take a reading; true or false when that has changed, else undefined. */
  take(level: number): boolean | undefined {
    const isLoud = level >= LOUD;
    this.#against = isLoud === this.#isTalking ? 0 : this.#against + 1;
    if (this.#against < (isLoud ? BEGINS : ENDS)) return undefined;
    this.#isTalking = isLoud;
    this.#against = 0;
    return isLoud;
  }
}

/** Tell when the voice in a stream begins and ends, until the returned function is called. */
export function followVoice(stream: MediaStream, tell: (isTalking: boolean) => void): () => void {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context);
  const samples = new Float32Array(analyser.fftSize);
  const detector = new VoiceDetector();
  let heard: MediaStreamTrack | undefined;
  let source: MediaStreamAudioSourceNode | undefined;
  const timer = setInterval(() => {
    // A source keeps the track it began with: after a reconnection there is another.
    const [track] = stream.getAudioTracks();
    if (track !== heard) {
      source?.disconnect();
      heard = track;
      source = track === undefined ? undefined : context.createMediaStreamSource(new MediaStream([track]));
      source?.connect(analyser);
    }
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const changed = detector.take(Math.sqrt(power));
    if (changed !== undefined) tell(changed);
  }, PERIOD);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
