/** Pictures of others: told from when they are both shown and received. */

/** What a call is told of pictures. */
export interface PictureEvents<Key> {
  added(key: Key, stream: MediaStream): void;
  removed(key: Key): void;
}

interface Shown {
  readonly stream: MediaStream;
  track: MediaStreamTrack | undefined;
}

export class Pictures<Key> {
  readonly #events: PictureEvents<Key>;
  readonly #shown = new Map<Key, Shown>();
  #phase: "before" | "playing" | "paused" = "before";

  constructor(events: PictureEvents<Key>) {
    this.#events = events;
  }

  has(key: Key): boolean {
    return this.#shown.has(key);
  }

  /** From now on they are told. */
  begin(): void {
    if (this.#phase === "before") this.#phase = "playing";
  }

  /** Show them no more on this side, or again; they go on arriving. */
  pause(paused: boolean): void {
    if (this.#phase === "before") return;
    this.#phase = paused ? "paused" : "playing";
    for (const { track } of this.#shown.values()) if (track !== undefined) track.enabled = !paused;
  }

  /**
   * Take what others show, and what is received. A picture is there until it is no longer shown: while a
   * pipe is being replaced, here or there, it stands still, and goes on in the same stream.
   */
  update(shows: Iterable<Key>, received: ReadonlyMap<Key, MediaStreamTrack>): void {
    if (this.#phase === "before") return;
    const wanted = new Set(shows);
    for (const key of [...this.#shown.keys()]) {
      if (wanted.has(key)) continue;
      this.#shown.delete(key);
      this.#events.removed(key);
    }
    const taken = new Set(received.values());
    for (const key of wanted) {
      const shown = this.#shown.get(key);
      const track = received.get(key);
      if (shown === undefined) this.#add(key, track);
      else if (track !== undefined) this.#change(shown, track);
      // Its section now brings something else.
      else if (shown.track !== undefined && taken.has(shown.track)) this.#change(shown, undefined);
    }
  }

  #add(key: Key, track: MediaStreamTrack | undefined): void {
    if (track === undefined) return;
    const shown: Shown = { stream: new MediaStream(), track: undefined };
    this.#shown.set(key, shown);
    this.#change(shown, track);
    this.#events.added(key, shown.stream);
  }

  #change(shown: Shown, track: MediaStreamTrack | undefined): void {
    if (track === shown.track) return;
    if (shown.track !== undefined) shown.stream.removeTrack(shown.track);
    shown.track = track;
    if (track === undefined) return;
    track.enabled = this.#phase === "playing";
    shown.stream.addTrack(track);
  }
}
