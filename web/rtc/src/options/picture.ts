/** Setters that builders of calls with pictures share. */

import { AudioCallBuilder } from "./call.js";
import { VideoOptions } from "./video.js";

export abstract class VideoCallBuilder extends AudioCallBuilder {
  protected video = false;
  protected videoOptions = new VideoOptions();
  protected dataChannel = false;

  /** Whether the camera is taken from the start. */
  setVideo(video: boolean): this {
    this.video = video;
    return this;
  }

  setVideoOptions(options: VideoOptions): this {
    this.videoOptions = options;
    return this;
  }

  /** Calls with a data channel end with FEATURE_UNAVAILABLE until it is there. */
  setDataChannel(dataChannel: boolean): this {
    this.dataChannel = dataChannel;
    return this;
  }
}
