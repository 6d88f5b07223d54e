/** What comes from the others in a room: all voices in one stream, each picture in its own. */

import { Chorus } from "./chorus.js";
import type { Peer } from "./peer.js";
import { Pictures } from "./pictures.js";
import type { Picture } from "./remote.js";

/** What a room is told of pictures, each with the call id of whom it shows. */
export interface OthersEvents {
  added(call: string, picture: Picture, stream: MediaStream): void;
  removed(call: string, picture: Picture): void;
}

/** Who shows what, by call id; "ANYBODY" when that is not told, and what is received counts. */
export type Showing = ReadonlyMap<string, readonly Picture[]> | "ANYBODY";

type Key = `${Picture} ${string}`;

export class Others {
  readonly #chorus = new Chorus();
  readonly #peer: Peer;
  readonly #pictures: Pictures<Key>;
  #showing: Showing = new Map();

  constructor(peer: Peer, events: OthersEvents) {
    this.#peer = peer;
    this.#pictures = new Pictures<Key>({
      added: (key, stream) => events.added(...parts(key), stream),
      removed: (key) => events.removed(...parts(key)),
    });
  }

  /** A track for each voice; an audio element plays them together. */
  get audio(): MediaStream {
    return this.#chorus.stream;
  }

  /** From now on pictures are told. */
  begin(showing: Showing): void {
    this.#pictures.begin();
    this.show(showing);
  }

  /** Take who shows what now. */
  show(showing: Showing): void {
    this.#showing = showing;
    this.update();
  }

  pause(paused: boolean): void {
    this.#pictures.pause(paused);
  }

  /** Compare with what the peer receives. */
  update(): void {
    const voices = new Set<MediaStreamTrack>();
    const received = new Map<Key, MediaStreamTrack>();
    for (const { call, source, track } of this.#peer.receiving()) {
      if (source === "MICROPHONE") voices.add(track);
      else received.set(`${source} ${call}`, track);
    }
    this.#chorus.set(voices);
    this.#pictures.update(this.#showing === "ANYBODY" ? received.keys() : keys(this.#showing), received);
  }
}

function keys(showing: ReadonlyMap<string, readonly Picture[]>): Key[] {
  return [...showing].flatMap(([call, pictures]) => pictures.map((picture): Key => `${picture} ${call}`));
}

function parts(key: Key): [call: string, picture: Picture] {
  const [picture, call] = key.split(" ", 2) as [Picture, string];
  return [call, picture];
}
