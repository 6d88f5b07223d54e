/** Lets the recovery of a call's media run: its inputs, its clock and what it decides. */

import { BEGINNING, type Input, type Output, type State, step } from "./recovery.js";

export class Repair {
  readonly #perform: (output: Output) => void;
  #state: State = BEGINNING;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(perform: (output: Output) => void) {
    this.#perform = perform;
  }

  take(input: Input): void {
    if (this.#isStopped) return;
    const now = performance.now();
    const [state, outputs] = step(this.#state, input, now);
    this.#state = state;
    clearTimeout(this.#timer);
    if (state.due !== undefined) {
      this.#timer = setTimeout(() => this.take({ is: "time" }), Math.max(0, state.due - now));
    }
    for (const output of outputs) if (!this.#isStopped) this.#perform(output);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
