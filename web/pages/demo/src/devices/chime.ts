/** A short sound, to hear which speaker is chosen. */

const LASTS = 0.5;

/** Play it on the speaker of this id, or where the system plays. */
export async function chime(speaker: string | undefined): Promise<void> {
  const context = new AudioContext();
  if (speaker !== undefined && "setSinkId" in context) {
    // A speaker that has just gone is no reason for silence.
    await (context as AudioContext & { setSinkId(id: string): Promise<void> }).setSinkId(speaker).catch(() => undefined);
  }
  await context.resume();
  const gain = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { frequency: 660 });
  tone.connect(gain).connect(context.destination);
  const now = context.currentTime;
  gain.gain.linearRampToValueAtTime(0.15, now + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, now + LASTS);
  tone.addEventListener("ended", () => void context.close());
  tone.start(now);
  tone.stop(now + LASTS);
}
