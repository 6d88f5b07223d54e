/** What comes from the other side: voices in one stream, pictures in streams of their own. */

import type { Peer } from "./peer.js";

export type Picture = "CAMERA" | "SCREEN";

/** What a call is told of the other side's pictures. */
export interface RemoteEvents {
  added(picture: Picture, stream: MediaStream): void;
  removed(picture: Picture): void;
}

interface Shown {
  readonly track: MediaStreamTrack;
  readonly stream: MediaStream;
}

export class RemoteMedia {
  readonly audio = new MediaStream();
  readonly #peer: Peer;
  readonly #events: RemoteEvents;
  readonly #shows = new Set<Picture>();
  readonly #shown = new Map<Picture, Shown>();
  #phase: "before" | "playing" | "paused" = "before";

  constructor(peer: Peer, events: RemoteEvents) {
    this.#peer = peer;
    this.#events = events;
  }

  has(picture: Picture): boolean {
    return this.#shown.has(picture);
  }

  /** From now on pictures are told. */
  begin(shows: readonly Picture[]): void {
    this.#phase = "playing";
    for (const picture of shows) this.#shows.add(picture);
    this.update();
  }

  /** The other side shows a picture, or not any more. */
  shows(picture: Picture, on: boolean): void {
    if (on) this.#shows.add(picture);
    else this.#shows.delete(picture);
    this.update();
  }

  pause(paused: boolean): void {
    if (this.#phase === "before") return;
    this.#phase = paused ? "paused" : "playing";
    for (const { track } of this.#shown.values()) track.enabled = !paused;
  }

  /** Compare with what the peer receives; a picture is there when it is both shown and received. */
  update(): void {
    this.#hear(this.#peer.received("MICROPHONE"));
    if (this.#phase === "before") return;
    for (const picture of ["CAMERA", "SCREEN"] as const) {
      const track = this.#shows.has(picture) ? this.#peer.received(picture) : undefined;
      const shown = this.#shown.get(picture);
      if (shown?.track === track) continue;
      if (shown !== undefined) {
        this.#shown.delete(picture);
        this.#events.removed(picture);
      }
      if (track !== undefined) {
        track.enabled = this.#phase === "playing";
        const stream = new MediaStream([track]);
        this.#shown.set(picture, { track, stream });
        this.#events.added(picture, stream);
      }
    }
  }

  #hear(voice: MediaStreamTrack | undefined): void {
    for (const track of this.audio.getTracks()) if (track !== voice) this.audio.removeTrack(track);
    if (voice !== undefined) this.audio.addTrack(voice);
  }
}
