/** How a microphone is taken and sent. */

import type { AudioFilter } from "../media/filters.js";

/** How much data the sound may cost. */
export enum AudioQualityMode {
  /** What the browser and the network agree on. */
  AUTO,
  /** At most 20 kbit/s. */
  LOW_DATA,
  /** Up to 96 kbit/s. */
  HIGH_QUALITY,
}

/** A filter ends the call with FEATURE_UNAVAILABLE until filters are there. */
export class AudioOptions {
  constructor(
    readonly audioFilter?: AudioFilter,
    readonly audioQualityMode: AudioQualityMode = AudioQualityMode.AUTO,
    readonly detectTalkingWhileMuted = false,
  ) {}

  static builder(): AudioOptionsBuilder {
    return new AudioOptionsBuilder();
  }
}

export class AudioOptionsBuilder {
  #filter: AudioFilter | undefined;
  #mode = AudioQualityMode.AUTO;
  #detects = false;

  setAudioFilter(filter: AudioFilter): this {
    this.#filter = filter;
    return this;
  }

  setAudioQualityMode(mode: AudioQualityMode): this {
    this.#mode = mode;
    return this;
  }

  setDetectTalkingWhileMuted(detects: boolean): this {
    this.#detects = detects;
    return this;
  }

  build(): AudioOptions {
    return new AudioOptions(this.#filter, this.#mode, this.#detects);
  }
}
