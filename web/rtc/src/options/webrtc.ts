/** Options of a call between two clients. */

import { AudioOptions } from "./audio.js";
import { CallOptions } from "./call.js";
import type { CustomData } from "./custom-data.js";
import { VideoCallBuilder } from "./picture.js";
import { WebrtcCallRecordingOptions } from "./recording.js";
import { VideoOptions } from "./video.js";

export class WebrtcCallOptions extends CallOptions {
  constructor(
    audio = true,
    audioOptions: AudioOptions = new AudioOptions(),
    public video = false,
    public videoOptions: VideoOptions = new VideoOptions(),
    public override recordingOptions: WebrtcCallRecordingOptions = new WebrtcCallRecordingOptions(),
    customData: CustomData = {},
    public dataChannel = false,
    autoReconnect = false,
  ) {
    super(audio, audioOptions, recordingOptions, customData, autoReconnect);
  }

  static builder(): WebrtcCallOptionsBuilder {
    return new WebrtcCallOptionsBuilder();
  }
}

export class WebrtcCallOptionsBuilder extends VideoCallBuilder {
  #recording = new WebrtcCallRecordingOptions();

  setRecordingOptions(options: WebrtcCallRecordingOptions): this {
    this.#recording = options;
    return this;
  }

  build(): WebrtcCallOptions {
    return new WebrtcCallOptions(
      this.audio,
      this.audioOptions,
      this.video,
      this.videoOptions,
      this.#recording,
      { ...this.customData },
      this.dataChannel,
      this.autoReconnect,
    );
  }
}
