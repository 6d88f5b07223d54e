/** Microphone and camera opened to be tried, before or beside a call. */

import type { DeviceChoice, Devices } from "./choice.js";
import { type GetUserMedia, isTrack, type Outcome, release, take, type Taken, type Wanted } from "./take.js";
import type { Which } from "./trouble.js";

export type Slot = Outcome | "off" | "opening";

export interface Tried {
  readonly microphone: Slot;
  readonly camera: Slot;
}

const OFF: Tried = { microphone: "off", camera: "off" };
const BOTH: readonly Which[] = ["microphone", "camera"];

/** Keeps open what is asked for, as it is chosen, until `close`. */
export class Preview {
  readonly #devices: Devices;
  readonly #getUserMedia: GetUserMedia;
  readonly #listeners = new Set<() => void>();
  #tried: Tried = OFF;
  #wanted: readonly Which[] = [];
  /** What was asked for last, by device; a change means another track. */
  #asked: Wanted = {};
  /** Later answers belong to a round that is over. */
  #round = 0;
  #unwatch: (() => void) | undefined;

  constructor(devices: Devices, getUserMedia: GetUserMedia) {
    this.#devices = devices;
    this.#getUserMedia = getUserMedia;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Tried => this.#tried;

  /** Open these, and close the others. */
  readonly open = (wanted: readonly Which[]): void => {
    this.#wanted = wanted;
    this.#unwatch ??= this.#devices.subscribe(() => this.#follow());
    for (const which of BOTH) if (!wanted.includes(which)) this.#put({ [which]: "off" });
    this.#reopen(wanted.filter((which) => !isTrack(outcomeOf(this.#tried[which]))));
  };

  /** Try again what went wrong. */
  readonly retry = (): void => {
    this.#reopen(this.#wanted.filter((which) => !isTrack(outcomeOf(this.#tried[which]))));
  };

  readonly close = (): void => {
    this.#round += 1;
    this.#wanted = [];
    this.#asked = {};
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#put(OFF);
  };

  /** Another device was chosen, or one has come that was missing. */
  #follow(): void {
    const choice = this.#devices.snapshot();
    const changed = this.#wanted.filter((which) => {
      const isOther = (choice[which] ?? "") !== this.#asked[which];
      const isBack = this.#tried[which] === "missing" && choice.lists[which].length > 0;
      return this.#asked[which] !== undefined && this.#tried[which] !== "opening" && (isOther || isBack);
    });
    this.#reopen(changed);
  }

  #reopen(these: readonly Which[]): void {
    if (these.length === 0) return;
    // The answer that one of them awaits belongs to the round before.
    const which = BOTH.filter((each) => these.includes(each) || this.#tried[each] === "opening");
    const round = (this.#round += 1);
    const asked = askedOf(which, this.#devices.snapshot());
    this.#asked = { ...this.#asked, ...asked };
    // A track is closed before the next is opened: some cameras have one user at a time.
    this.#put(Object.fromEntries(which.map((each) => [each, "opening"])));
    void take(asked, this.#getUserMedia).then((taken) => {
      if (round === this.#round) this.#taken(taken);
      else release(taken);
    });
  }

  #taken(taken: Taken): void {
    this.#put(taken);
    for (const which of BOTH) {
      const track = taken[which];
      if (isTrack(track)) track.addEventListener("ended", () => this.#lost(which, track));
    }
    if (Object.values(taken).some(isTrack)) void this.#devices.look();
  }

  #lost(which: Which, track: MediaStreamTrack): void {
    if (this.#tried[which] === track) this.#put({ [which]: "missing" });
  }

  #put(change: Partial<Tried>): void {
    const before = this.#tried;
    this.#tried = { ...before, ...change };
    for (const which of BOTH) {
      const track = outcomeOf(before[which]);
      if (track !== this.#tried[which] && isTrack(track)) track.stop();
    }
    for (const listener of this.#listeners) listener();
  }
}

function outcomeOf(slot: Slot): Outcome | undefined {
  return slot === "off" || slot === "opening" ? undefined : slot;
}

function askedOf(which: readonly Which[], choice: DeviceChoice): Wanted {
  return Object.fromEntries(which.map((each) => [each, choice[each] ?? ""]));
}
