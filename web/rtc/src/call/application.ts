/** Calls to and from an application, as a page holds them. */

import type { ApplicationCallEventName, CallEventHandler } from "../events/calls.js";
import { ApplicationCallOptions } from "../options/application.js";
import { checkCustomData, type CustomData } from "../options/custom-data.js";
import { DeclineOptions } from "../options/decline.js";
import type { Conducted } from "./conducted.js";
import { checkRinging, HeldTalk } from "./held.js";
import type { ApplicationCall, IncomingApplicationCall, RecordingState } from "./interfaces.js";

export class HeldApplicationCall extends HeldTalk<ApplicationCallOptions> implements ApplicationCall {
  readonly #conducted: Conducted;

  constructor(conducted: Conducted) {
    super(conducted);
    this.#conducted = conducted;
  }

  on<K extends ApplicationCallEventName>(name: K, handler: CallEventHandler<K>): void {
    this.#conducted.events.on(name, handler);
  }

  customData(): CustomData {
    return this.#conducted.beginning.customData;
  }

  callsConfigurationId(): string {
    return this.#conducted.beginning.configuration;
  }

  /** Nothing is recorded yet. */
  recordingState(): RecordingState {
    return {};
  }
}

export class HeldIncomingApplicationCall extends HeldApplicationCall implements IncomingApplicationCall {
  readonly #conducted: Conducted;

  constructor(conducted: Conducted) {
    super(conducted);
    this.#conducted = conducted;
  }

  from(): string {
    return this.#conducted.beginning.from?.identifier ?? "";
  }

  fromDisplayName(): string | null {
    return this.#conducted.beginning.from?.displayName ?? null;
  }

  /** Take the call, once; nothing if it is over. */
  accept(options: ApplicationCallOptions = new ApplicationCallOptions()): void {
    checkRinging("accept", this.status());
    checkCustomData(options.customData);
    void this.#conducted.accept(options);
  }

  /** Don't take the call; nothing if it is over. */
  decline(options: DeclineOptions = new DeclineOptions()): void {
    checkRinging("decline", this.status());
    this.#conducted.decline(options.declineOnAllDevices);
  }
}
