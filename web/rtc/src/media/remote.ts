/** What comes from the other side: voices in one stream, pictures in streams of their own. */

import type { Peer } from "./peer.js";

export type Picture = "CAMERA" | "SCREEN";

/** What a call is told of the other side's pictures. */
export interface RemoteEvents {
  added(picture: Picture, stream: MediaStream): void;
  removed(picture: Picture): void;
}

interface Shown {
  readonly stream: MediaStream;
  track: MediaStreamTrack | undefined;
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
    for (const { track } of this.#shown.values()) if (track !== undefined) track.enabled = !paused;
  }

  /**
   * Compare with what the peer receives. A picture is there from when it is both shown and received until it is no longer
   * shown: while a pipe is being replaced, here or there, it stands still, and goes on in the same stream.
   */
  update(): void {
    this.#hear(this.#peer.received("MICROPHONE"));
    if (this.#phase === "before") return;
    const now = { CAMERA: this.#peer.received("CAMERA"), SCREEN: this.#peer.received("SCREEN") };
    for (const picture of ["CAMERA", "SCREEN"] as const) {
      const shown = this.#shown.get(picture);
      if (!this.#shows.has(picture)) {
        if (this.#shown.delete(picture)) this.#events.removed(picture);
      } else if (shown === undefined) {
        this.#add(picture, now[picture]);
      } else if (now[picture] !== undefined) {
        this.#change(shown, now[picture]);
      } else if (shown.track === now.CAMERA || shown.track === now.SCREEN) {
        this.#change(shown, undefined);
      }
    }
  }

  #add(picture: Picture, track: MediaStreamTrack | undefined): void {
    if (track === undefined) return;
    const shown: Shown = { stream: new MediaStream(), track: undefined };
    this.#shown.set(picture, shown);
    this.#change(shown, track);
    this.#events.added(picture, shown.stream);
  }

  #change(shown: Shown, track: MediaStreamTrack | undefined): void {
    if (track === shown.track) return;
    if (shown.track !== undefined) shown.stream.removeTrack(shown.track);
    shown.track = track;
    if (track === undefined) return;
    track.enabled = this.#phase === "playing";
    shown.stream.addTrack(track);
  }

  #hear(voice: MediaStreamTrack | undefined): void {
    if (voice === undefined) return;
    for (const track of this.audio.getTracks()) if (track !== voice) this.audio.removeTrack(track);
    this.audio.addTrack(voice);
  }
}
