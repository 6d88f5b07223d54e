/** How a camera and a screen are taken and sent. */

import { CameraOrientation, VideoMode } from "../call/video.js";
import type { VideoFilter } from "../media/filters.js";

/** A filter ends the call with FEATURE_UNAVAILABLE until filters are there. */
export class VideoOptions {
  constructor(
    readonly cameraOrientation: CameraOrientation = CameraOrientation.FRONT,
    readonly videoFilter?: VideoFilter,
    readonly videoMode: VideoMode = VideoMode.PRESENTATION,
    /** Frames per second. */
    readonly cameraVideoFrameRate = 24,
    /** Frames per second. */
    readonly screenShareFrameRate = 8,
    readonly deviceId?: string,
  ) {}

  static builder(): VideoOptionsBuilder {
    return new VideoOptionsBuilder();
  }
}

export class VideoOptionsBuilder {
  #orientation = CameraOrientation.FRONT;
  #filter: VideoFilter | undefined;
  #mode = VideoMode.PRESENTATION;
  #camera = 24;
  #screen = 8;
  #device: string | undefined;

  setCameraOrientation(orientation: CameraOrientation): this {
    this.#orientation = orientation;
    return this;
  }

  setVideoFilter(filter: VideoFilter): this {
    this.#filter = filter;
    return this;
  }

  setVideoMode(mode: VideoMode): this {
    this.#mode = mode;
    return this;
  }

  setCameraVideoFrameRate(framesPerSecond: number): this {
    this.#camera = framesPerSecond;
    return this;
  }

  setScreenShareFrameRate(framesPerSecond: number): this {
    this.#screen = framesPerSecond;
    return this;
  }

  setDeviceId(deviceId: string): this {
    this.#device = deviceId;
    return this;
  }

  build(): VideoOptions {
    return new VideoOptions(
      this.#orientation,
      this.#filter,
      this.#mode,
      this.#camera,
      this.#screen,
      this.#device,
    );
  }
}
