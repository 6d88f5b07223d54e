/** The sounds of ringing, made on the spot: one for being called, one for waiting. */

/** Hertz, and from when to when in seconds; the pattern repeats. */
interface Pattern {
  readonly every: number;
  readonly tones: readonly { hertz: readonly number[]; from: number; to: number }[];
}

const CALLED: Pattern = {
  every: 2.4,
  tones: [
    { hertz: [587, 880], from: 0, to: 0.28 },
    { hertz: [740, 1109], from: 0.32, to: 0.75 },
  ],
};
const WAITING: Pattern = { every: 4, tones: [{ hertz: [425], from: 0, to: 1 }] };
const LOUDNESS = 0.08;

let context: AudioContext | undefined;

/** Ring until the returned function is called; nothing is heard before the visitor has touched the page. */
export function ring(kind: "called" | "waiting"): () => void {
  context ??= new AudioContext();
  void context.resume();
  const pattern = kind === "called" ? CALLED : WAITING;
  const master = new GainNode(context, { gain: LOUDNESS });
  master.connect(context.destination);
  const once = (): void => sound(pattern, master);
  once();
  const timer = setInterval(once, pattern.every * 1_000);
  return () => {
    clearInterval(timer);
    master.disconnect();
  };
}

function sound(pattern: Pattern, master: GainNode): void {
  const audio = master.context;
  if (audio.state !== "running") return;
  for (const { hertz, from, to } of pattern.tones) {
    const envelope = new GainNode(audio, { gain: 0 });
    const start = audio.currentTime + from;
    const end = audio.currentTime + to;
    // Edges of 15 ms, so that nothing clicks.
    envelope.gain.setValueAtTime(0, start);
    envelope.gain.linearRampToValueAtTime(1, start + 0.015);
    envelope.gain.setValueAtTime(1, end - 0.015);
    envelope.gain.linearRampToValueAtTime(0, end);
    envelope.connect(master);
    for (const frequency of hertz) {
      const tone = new OscillatorNode(audio, { frequency });
      tone.connect(envelope);
      tone.start(start);
      tone.stop(end);
    }
  }
}
