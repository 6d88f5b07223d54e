/** Options of a call to a telephone. */

import type { AudioOptions } from "./audio.js";
import { AudioCallBuilder, CallOptions } from "./call.js";
import type { CustomData } from "./custom-data.js";
import { MachineDetectionOptions } from "./machine-detection.js";
import { PhoneCallRecordingOptions } from "./recording.js";

export class PhoneCallOptions extends CallOptions {
  constructor(
    readonly from: string | null = null,
    audio?: boolean,
    audioOptions?: AudioOptions,
    public override recordingOptions: PhoneCallRecordingOptions = new PhoneCallRecordingOptions(),
    customData?: CustomData,
    autoReconnect?: boolean,
    readonly machineDetectionOptions: MachineDetectionOptions = new MachineDetectionOptions(),
  ) {
    super(audio, audioOptions, recordingOptions, customData, autoReconnect);
  }

  static builder(): PhoneCallOptionsBuilder {
    return new PhoneCallOptionsBuilder();
  }
}

export class PhoneCallOptionsBuilder extends AudioCallBuilder {
  #from: string | null = null;
  #recording = new PhoneCallRecordingOptions();
  #machine = new MachineDetectionOptions();

  setFrom(from: string): this {
    this.#from = from;
    return this;
  }

  setRecordingOptions(options: PhoneCallRecordingOptions): this {
    this.#recording = options;
    return this;
  }

  setMachineDetectionOptions(options: MachineDetectionOptions): this {
    this.#machine = options;
    return this;
  }

  build(): PhoneCallOptions {
    return new PhoneCallOptions(
      this.#from,
      this.audio,
      this.audioOptions,
      this.#recording,
      { ...this.customData },
      this.autoReconnect,
      this.#machine,
    );
  }
}
