/** Who else is there: asked for once, and followed from then on. */

import type { Party, People, PeopleChanged, WatchPeople } from "../generated/messages.js";

/** Somebody of the same account who is connected, on however many tabs and devices. */
export interface Person {
  readonly identity: string;
  readonly displayName: string | null;
}

interface Waiting {
  resolve(people: readonly Person[]): void;
  reject(reason: Error): void;
}

export class Watch {
  readonly #say: (command: WatchPeople) => void;
  readonly #changed: (people: readonly Person[]) => void;
  /** ASKING: what is known, if anything, is not what is so now. */
  #state: "OFF" | "ASKING" | "ON" = "OFF";
  #people: ReadonlyMap<string, Person> | undefined;
  #waiting: Waiting[] = [];
  #isForgotten = false;

  /** `changed` is told of every change after the first answer. */
  constructor(say: (command: WatchPeople) => void, changed: (people: readonly Person[]) => void) {
    this.#say = say;
    this.#changed = changed;
  }

  /** Give who is there; the first time the house is asked. */
  people(): Promise<readonly Person[]> {
    if (this.#state === "ON" && this.#people !== undefined) return Promise.resolve([...this.#people.values()]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#state === "OFF") this.#ask();
    });
  }

  /** The house has forgotten the line, and with it that we watch. */
  forgotten(): void {
    this.#isForgotten = true;
  }

  /** There is a line again; `anew`: what was said meanwhile is not said again. */
  back(anew: boolean): void {
    const hasMissed = anew || this.#isForgotten;
    this.#isForgotten = false;
    if (hasMissed && this.#state !== "OFF") this.#ask();
  }

  /** The watch is over: who waits for an answer gets none. */
  end(reason: string): void {
    this.#state = "OFF";
    this.#people = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(reason));
  }

  hear(message: People | PeopleChanged): void {
    if (message.t === "people") {
      const before = this.#people;
      this.#people = mapOf(message.people);
      this.#state = "ON";
      for (const { resolve } of this.#waiting.splice(0)) resolve([...this.#people.values()]);
      if (before !== undefined && !areSame(before, this.#people)) this.#tell();
    } else if (this.#state === "ON" && this.#people !== undefined) {
      const people = new Map([...this.#people, ...mapOf(message.here ?? [])]);
      for (const identity of message.gone ?? []) people.delete(identity);
      this.#people = people;
      this.#tell();
    }
  }

  #ask(): void {
    this.#state = "ASKING";
    this.#say({ t: "watch_people" });
  }

  #tell(): void {
    this.#changed([...(this.#people?.values() ?? [])]);
  }
}

function mapOf(people: readonly Party[]): ReadonlyMap<string, Person> {
  return new Map(people.map(({ identity, displayName }) => [identity, { identity, displayName: displayName ?? null }]));
}

function areSame(one: ReadonlyMap<string, Person>, other: ReadonlyMap<string, Person>): boolean {
  if (one.size !== other.size) return false;
  return [...one.values()].every(({ identity, displayName }) => other.get(identity)?.displayName === displayName);
}
