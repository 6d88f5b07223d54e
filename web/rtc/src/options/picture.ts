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

  /** Whether texts can be sent beside the call. */
  setDataChannel(dataChannel: boolean): this {
    this.dataChannel = dataChannel;
    return this;
  }
}
