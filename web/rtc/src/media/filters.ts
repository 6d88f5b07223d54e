/** What a filter of sound or picture has to be; none is applied yet. */

export interface AudioFilter {
  start(track: MediaStreamTrack): Promise<MediaStreamTrack>;
  stop(): Promise<void>;
}

export type RTCVideoFrame = HTMLVideoElement | HTMLImageElement | HTMLCanvasElement | ImageBitmap;

export interface VideoFilterManager {
  getCurrentFramerate(): number;
  getVideoFilter(): VideoFilter;
  configureFramerate(filterFps: number): void;
}

export interface VideoFilter {
  /** Called once; the call sends the track it gives. */
  start(
    width: number,
    height: number,
    sourceFps: number,
    manager: VideoFilterManager,
  ): Promise<MediaStreamTrack>;
  stop(): Promise<void>;
  applyFilter(frame: RTCVideoFrame): Promise<void>;
}
