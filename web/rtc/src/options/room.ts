/** Options of a room. */

import { AudioOptions } from "./audio.js";
import type { CustomData } from "./custom-data.js";
import { VideoCallBuilder } from "./picture.js";
import { RoomCallRecordingOptions } from "./recording.js";
import { VideoOptions } from "./video.js";

export class RoomCallOptions {
  constructor(
    public audio = true,
    public audioOptions: AudioOptions = new AudioOptions(),
    public video = false,
    public videoOptions: VideoOptions = new VideoOptions(),
    public recordingOptions: RoomCallRecordingOptions = new RoomCallRecordingOptions(),
    public customData: CustomData = {},
    public dataChannel = false,
    public autoReconnect = false,
  ) {}

  static builder(): RoomCallOptionsBuilder {
    return new RoomCallOptionsBuilder();
  }
}

export class RoomCallOptionsBuilder extends VideoCallBuilder {
  #recording = new RoomCallRecordingOptions();

  setRecordingOptions(options: RoomCallRecordingOptions): this {
    this.#recording = options;
    return this;
  }

  /** The older name of `setAutoReconnect`. */
  setAutoRejoin(autoRejoin: boolean): this {
    return this.setAutoReconnect(autoRejoin);
  }

  build(): RoomCallOptions {
    return new RoomCallOptions(
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
