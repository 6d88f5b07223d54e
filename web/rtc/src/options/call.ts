/** Options that every call between two parties has. */

import { AudioOptions } from "./audio.js";
import type { CustomData } from "./custom-data.js";
import { RecordingOptions } from "./recording.js";

export class CallOptions {
  constructor(
    public audio = true,
    public audioOptions: AudioOptions = new AudioOptions(),
    public recordingOptions: RecordingOptions = new RecordingOptions(),
    public customData: CustomData = {},
    public autoReconnect = false,
  ) {}
}

/** Setters that all builders of calls share. */
export abstract class AudioCallBuilder {
  protected audio = true;
  protected audioOptions = new AudioOptions();
  protected customData: CustomData = {};
  /** Undefined until it is set: what that means is up to the kind of call. */
  protected autoReconnect: boolean | undefined;

  /** Whether the microphone is taken from the start. */
  setAudio(audio: boolean): this {
    this.audio = audio;
    return this;
  }

  setAudioOptions(options: AudioOptions): this {
    this.audioOptions = options;
    return this;
  }

  /** Travels with the call: at most 64 texts of 4096 characters. */
  setCustomData(data: CustomData): this {
    this.customData = data;
    return this;
  }

  setAutoReconnect(autoReconnect: boolean): this {
    this.autoReconnect = autoReconnect;
    return this;
  }
}
