/** Many voices in one stream, so that an audio element plays all of them whenever each comes. */

export class Chorus {
  readonly stream = new MediaStream();
  /** What stands in the stream for each voice: itself, or a copy. */
  readonly #placed = new Map<MediaStreamTrack, MediaStreamTrack>();

  /** Take those that are heard now. */
  set(voices: ReadonlySet<MediaStreamTrack>): void {
    for (const voice of [...this.#placed.keys()]) if (!voices.has(voice)) this.#remove(voice);
    let isMore = false;
    for (const voice of voices) {
      if (this.#placed.has(voice)) continue;
      this.#placed.set(voice, voice);
      this.stream.addTrack(voice);
      isMore = true;
    }
    if (isMore) this.#stir();
  }

  /**
   * Chromium plays the tracks that a stream has when its first track changes, and not those that come
   * later: let another be the first while all are there.
   */
  #stir(): void {
    const [first, second] = this.stream.getAudioTracks();
    if (first === undefined || second === undefined) return;
    const voice = [...this.#placed].find(([, placed]) => placed === first)?.[0];
    if (voice === undefined) return;
    const copy = voice.clone();
    this.stream.addTrack(copy);
    this.#remove(voice);
    this.#placed.set(voice, copy);
  }

  #remove(voice: MediaStreamTrack): void {
    const track = this.#placed.get(voice);
    this.#placed.delete(voice);
    if (track === undefined) return;
    this.stream.removeTrack(track);
    if (track !== voice) track.stop();
  }
}
