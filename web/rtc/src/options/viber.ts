/** Options of a call to Viber. */

import type { AudioOptions } from "./audio.js";
import { AudioCallBuilder, CallOptions } from "./call.js";
import type { CustomData } from "./custom-data.js";
import { ViberCallRecordingOptions } from "./recording.js";

export class ViberCallOptions extends CallOptions {
  constructor(
    audio?: boolean,
    audioOptions?: AudioOptions,
    public override recordingOptions: ViberCallRecordingOptions = new ViberCallRecordingOptions(),
    customData?: CustomData,
    autoReconnect?: boolean,
  ) {
    super(audio, audioOptions, recordingOptions, customData, autoReconnect);
  }

  static builder(): ViberCallOptionsBuilder {
    return new ViberCallOptionsBuilder();
  }
}

export class ViberCallOptionsBuilder extends AudioCallBuilder {
  #recording = new ViberCallRecordingOptions();

  setRecordingOptions(options: ViberCallRecordingOptions): this {
    this.#recording = options;
    return this;
  }

  build(): ViberCallOptions {
    return new ViberCallOptions(
      this.audio,
      this.audioOptions,
      this.#recording,
      { ...this.customData },
      this.autoReconnect,
    );
  }
}
