/** Calls the handlers of events; a handler that throws disturbs nobody. */

type Handler = (event: never) => void;

export class Emitter<Events extends object> {
  readonly #handlers = new Map<keyof Events, Handler[]>();
  readonly #names: ReadonlySet<unknown>;

  /** `names`: the enum of the events. */
  constructor(names: Record<string, keyof Events>) {
    this.#names = new Set(Object.values(names));
  }

  /** Add a handler; each of several is called, in the order they came. */
  on<K extends keyof Events>(name: K, handler: (event: Events[K]) => void): void {
    if (!this.#names.has(name)) throw new Error(`Unknown event: ${String(name)}!`);
    if (typeof handler !== "function") throw new TypeError(`The handler of ${String(name)} is no function.`);
    const handlers = this.#handlers.get(name);
    if (handlers) handlers.push(handler);
    else this.#handlers.set(name, [handler]);
  }

  has(name: keyof Events): boolean {
    return this.#handlers.has(name);
  }

  emit<K extends keyof Events>(name: K, event: Events[K]): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) {
      try {
        (handler as (event: Events[K]) => void)(event);
      } catch (error) {
        console.error(`A handler of ${String(name)} has thrown:`, error);
      }
    }
  }
}
