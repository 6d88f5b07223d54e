/** Pictures of a call as files: what each capturer can take; none can yet. */

import type { VideoType } from "./video.js";

export enum FileFormat {
  PNG = "image/png",
  JPEG = "image/jpeg",
}

export interface FileResponse {
  id: string;
  name: string;
  fileFormat: FileFormat;
  /** Bytes. */
  size: number;
  creationTime: Date;
}

interface Capturer<Result> {
  takeScreenshot(identity: string, videoType: VideoType): Promise<Result>;
}

interface WebrtcCapturer<Result> {
  takeLocalScreenshot(videoType: VideoType): Promise<Result>;
  takeRemoteScreenshot(videoType: VideoType): Promise<Result>;
}

export interface LocalCapturer extends Capturer<string> {}
export interface ServerCapturer extends Capturer<FileResponse> {}
export interface LocalWebrtcCapturer extends WebrtcCapturer<string> {}
export interface ServerWebrtcCapturer extends WebrtcCapturer<FileResponse> {}
export type { Capturer, WebrtcCapturer };
