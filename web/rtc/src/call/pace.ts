/** A token bucket: so much a second, and so much at once. */

export class Pace {
  readonly #perSecond: number;
  readonly #most: number;
  #left: number;
  #at = 0;

  constructor(perSecond: number, atOnce: number) {
    this.#perSecond = perSecond;
    this.#most = atOnce;
    this.#left = atOnce;
  }

  /** Milliseconds until this much may be taken; 0 for now. More than fits at once may be taken from a full bucket. */
  wait(amount: number, now: number): number {
    const missing = Math.min(amount, this.#most) - this.#full(now);
    return missing <= 0 ? 0 : Math.ceil((missing / this.#perSecond) * 1_000);
  }

  take(amount: number, now: number): void {
    this.#left = this.#full(now) - amount;
    this.#at = now;
  }

  #full(now: number): number {
    return Math.min(this.#most, this.#left + (Math.max(0, now - this.#at) / 1_000) * this.#perSecond);
  }
}
