/** How loud a microphone is, from 0 to 1, as often as the screen is drawn. */

/** Below this nobody speaks, in dB of full scale. */
const QUIET = -60;
/** Loud speech. */
const LOUD = -12;
const TOUCHES = ["pointerdown", "keydown"] as const;

/** Where a level stands between quiet and loud, from 0 to 1; `rms` is of full scale. */
export function shown(rms: number): number {
  const decibels = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(1, Math.max(0, (decibels - QUIET) / (LOUD - QUIET)));
}

/** Tell the level until the returned function is called. */
export function listen(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let frame = 0;
  const look = (): void => {
    analyser.getFloatTimeDomainData(samples);
    tell(shown(Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)));
    frame = requestAnimationFrame(look);
  };
  // Without a touch of the page a browser may hold it back: then the first one lets it go.
  const wake = (): void => void context.resume();
  for (const type of TOUCHES) addEventListener(type, wake);
  wake();
  look();
  return () => {
    for (const type of TOUCHES) removeEventListener(type, wake);
    cancelAnimationFrame(frame);
    source.disconnect();
    void context.close();
  };
}
