/** Counts the messages of a line in both directions, so that each is heard once. */

import type { FromClient, FromHouse } from "../generated/messages.js";

/** Commands that the house has not heard of; one more, and the line is given up. */
export const MOST_UNHEARD = 150;

/** What is numbered, and kept until it is heard. */
export type Command = Exclude<FromClient, { t: "connect" | "ping" }>;

export class Numbering {
  #said = 0;
  #heard = 0;
  #unheard: Command[] = [];

  /** Number of the last message heard. */
  heard(): number {
    return this.#heard;
  }

  /** What the house may not have heard, in the order it was said. */
  unheard(): readonly Command[] {
    return this.#unheard;
  }

  /** Give the command its number and keep it; undefined if too many are kept. */
  say(command: Command): Command | undefined {
    if (this.#unheard.length >= MOST_UNHEARD) return undefined;
    const numbered: Command = { ...command, n: (this.#said += 1) };
    this.#unheard.push(numbered);
    return numbered;
  }

  /** The house has heard everything up to this number. */
  acknowledge(number: number): void {
    this.#unheard = this.#unheard.filter(({ n = 0 }) => n > number);
  }

  /** What a message of the house is: after a GAP something was lost on the way. */
  hear(message: FromHouse): "NEW" | "AGAIN" | "GAP" {
    const number = ("n" in message ? message.n : undefined) ?? 0;
    if (number === 0) return "NEW";
    if (number <= this.#heard) return "AGAIN";
    if (number > this.#heard + 1) return "GAP";
    this.#heard = number;
    return "NEW";
  }

  /** The next message of the house has the number after this one. */
  goOn(number: number): void {
    this.#heard = number;
  }
}
