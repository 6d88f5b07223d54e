/** Options of a call to an application; it decides itself about recording. */

import { AudioOptions } from "./audio.js";
import type { CustomData } from "./custom-data.js";
import { VideoCallBuilder } from "./picture.js";
import { PlatformOptions } from "./platform.js";
import { VideoOptions } from "./video.js";

export class ApplicationCallOptions {
  constructor(
    public audio = true,
    public audioOptions: AudioOptions = new AudioOptions(),
    public video = false,
    public videoOptions: VideoOptions = new VideoOptions(),
    public customData: CustomData = {},
    public dataChannel = false,
    public platformOptions: PlatformOptions = new PlatformOptions(),
    public autoReconnect = false,
  ) {}

  static builder(): ApplicationCallOptionsBuilder {
    return new ApplicationCallOptionsBuilder();
  }
}

export class ApplicationCallOptionsBuilder extends VideoCallBuilder {
  #platform = new PlatformOptions();

  setPlatformOptions(options: PlatformOptions): this {
    this.#platform = options;
    return this;
  }

  build(): ApplicationCallOptions {
    return new ApplicationCallOptions(
      this.audio,
      this.audioOptions,
      this.video,
      this.videoOptions,
      { ...this.customData },
      this.dataChannel,
      this.#platform,
      this.autoReconnect,
    );
  }
}
