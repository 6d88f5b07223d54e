/** What comes from the other side: voices in one stream, pictures in streams of their own. */

import type { Peer } from "./peer.js";
import { type PictureEvents, Pictures } from "./pictures.js";

export type Picture = "CAMERA" | "SCREEN";

/** What a call is told of the other side's pictures. */
export type RemoteEvents = PictureEvents<Picture>;

export class RemoteMedia {
  readonly audio = new MediaStream();
  readonly #peer: Peer;
  readonly #pictures: Pictures<Picture>;
  readonly #shows = new Set<Picture>();

  constructor(peer: Peer, events: RemoteEvents) {
    this.#peer = peer;
    this.#pictures = new Pictures(events);
  }

  has(picture: Picture): boolean {
    return this.#pictures.has(picture);
  }

  /** From now on pictures are told. */
  begin(shows: readonly Picture[]): void {
    this.#pictures.begin();
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
    this.#pictures.pause(paused);
  }

  /** Compare with what the peer receives. */
  update(): void {
    this.#hear(this.#peer.received("MICROPHONE"));
    const received = new Map<Picture, MediaStreamTrack>();
    for (const picture of ["CAMERA", "SCREEN"] as const) {
      const track = this.#peer.received(picture);
      if (track !== undefined) received.set(picture, track);
    }
    this.#pictures.update(this.#shows, received);
  }

  #hear(voice: MediaStreamTrack | undefined): void {
    if (voice === undefined) return;
    for (const track of this.audio.getTracks()) if (track !== voice) this.audio.removeTrack(track);
    this.audio.addTrack(voice);
  }
}
