/** Calls of kinds that Ringway does not have yet: they end at once and say so. */

import { CallsApiEvent, type CallEventHandler, type CallEvents } from "../events/calls.js";
import { Emitter } from "../events/emitter.js";
import type { AudioFilter } from "../media/filters.js";
import { TotalMediaStats } from "../media/stats.js";
import type { AudioOptions, AudioQualityMode } from "../options/audio.js";
import type { CustomData } from "../options/custom-data.js";
import { type Endpoint, PhoneEndpoint, ViberEndpoint, WebrtcEndpoint } from "./endpoints.js";
import { unavailable } from "./error-codes.js";
import type { PhoneCall, ViberCall } from "./interfaces.js";
import { CallStatus } from "./status.js";

interface AnyOptions {
  audioOptions: AudioOptions;
  customData: CustomData;
}

/** `what` begins the sentence that its errors say, e.g. "Calling a telephone". */
class UnavailableCall<Options extends AnyOptions> {
  readonly #what: string;
  readonly #options: Options;
  readonly #events = new Emitter<CallEvents>(CallsApiEvent);
  readonly #id = crypto.randomUUID();
  readonly #startTime = new Date();
  #endTime: Date | undefined;

  constructor(what: string, options: Options) {
    this.#what = what;
    this.#options = options;
    setTimeout(() => this.#end(), 0);
  }

  #end(): void {
    this.#endTime = new Date();
    const { errorCode } = unavailable(this.#what);
    this.#events.emit(CallsApiEvent.ERROR, { errorCode });
    this.#events.emit(CallsApiEvent.HANGUP, { errorCode, totalMediaStats: new TotalMediaStats() });
  }

  async #refuse(): Promise<never> {
    throw unavailable(this.#what);
  }

  on<K extends CallsApiEvent>(name: K, handler: CallEventHandler<K>): void {
    this.#events.on(name, handler);
  }

  id(): string {
    return this.#id;
  }

  options(): Options {
    return this.#options;
  }

  customData(): CustomData {
    return this.#options.customData;
  }

  status(): CallStatus {
    return this.#endTime === undefined ? CallStatus.INITIALIZED : CallStatus.FINISHED;
  }

  duration(): number {
    return 0;
  }

  startTime(): Date {
    return this.#startTime;
  }

  // The familiar types promise a Date always; these calls are never established.
  establishTime(): Date {
    return undefined as unknown as Date;
  }

  endTime(): Date {
    return this.#endTime as Date;
  }

  /** It ends by itself. */
  hangup(): void {}

  muted(): boolean {
    return false;
  }

  audioQualityMode(): AudioQualityMode {
    return this.#options.audioOptions.audioQualityMode;
  }

  audioFilter(): AudioFilter {
    return this.#options.audioOptions.audioFilter as AudioFilter;
  }

  setAudioQualityMode(): void {
    throw unavailable(this.#what);
  }

  readonly mute = (_: boolean): Promise<void> => this.#refuse();
  readonly sendDTMF = (_: string): Promise<void> => this.#refuse();
  readonly setAudioInputDevice = (_: string): Promise<void> => this.#refuse();
  readonly setAudioFilter = (_: AudioFilter): Promise<void> => this.#refuse();
  readonly clearAudioFilter = (): Promise<void> => this.#refuse();
}

class UnavailableDialog<Options extends AnyOptions> extends UnavailableCall<Options> {
  readonly #source: Endpoint;
  readonly #destination: Endpoint;

  constructor(what: string, options: Options, identity: string, destination: Endpoint) {
    super(what, options);
    this.#source = new WebrtcEndpoint(identity);
    this.#destination = destination;
  }

  source(): Endpoint {
    return this.#source;
  }

  destination(): Endpoint {
    return this.#destination;
  }

  counterpart(): Endpoint {
    return this.#destination;
  }
}

type OptionsOf<C extends { options(): unknown }> = ReturnType<C["options"]>;

export function phoneCall(identity: string, number: string, options: OptionsOf<PhoneCall>): PhoneCall {
  return new UnavailableDialog("Calling a telephone", options, identity, new PhoneEndpoint(number));
}

export function viberCall(identity: string, number: string, options: OptionsOf<ViberCall>): ViberCall {
  return new UnavailableDialog("Calling Viber", options, identity, new ViberEndpoint(number));
}
