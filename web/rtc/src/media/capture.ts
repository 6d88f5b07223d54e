/** Takes microphone, camera and screen, and says what is wrong in our codes. */

import { CallError, type ErrorCodeName } from "../call/error-codes.js";
import { VideoMode, type DisplayOptions, type DisplaySurface } from "../call/video.js";
import type { VideoOptions } from "../options/video.js";

/** What to take of the devices a person has. */
export interface Wanted {
  /** A device id, "" for any microphone; undefined for none. */
  microphone?: string | undefined;
  camera?: CameraWanted | undefined;
}

/** Which camera and how. */
export interface CameraWanted {
  /** Undefined for the one of the orientation. */
  deviceId: string | undefined;
  options: VideoOptions;
}

/** What was taken. */
export interface Taken {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
}

const SIZES: Record<VideoMode, { width: number; height: number }> = {
  [VideoMode.PRESENTATION]: { width: 1280, height: 720 },
  [VideoMode.GRID]: { width: 640, height: 360 },
};

const CODES: Record<string, ErrorCodeName> = {
  NotAllowedError: "DEVICE_FORBIDDEN",
  SecurityError: "DEVICE_FORBIDDEN",
  NotFoundError: "DEVICE_NOT_FOUND",
  OverconstrainedError: "DEVICE_NOT_FOUND",
  NotReadableError: "DEVICE_UNAVAILABLE",
  AbortError: "DEVICE_UNAVAILABLE",
};

/** Translate what the browser throws (Media Capture and Streams, section 10). */
export function deviceError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  const name = (error as { name?: unknown } | null)?.name;
  const code = typeof name === "string" ? CODES[name] : undefined;
  return new CallError(code ?? "MEDIA_ERROR", undefined, error);
}

/** Take both at once, so that a person is asked once. Or a CallError. */
export async function take({ microphone, camera }: Wanted): Promise<Taken> {
  if (microphone === undefined && camera === undefined) return { microphone: null, camera: null };
  const constraints: MediaStreamConstraints = {};
  if (microphone !== undefined) {
    constraints.audio = {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...(microphone === "" ? {} : { deviceId: { exact: microphone } }),
    };
  }
  if (camera !== undefined) constraints.video = ofCamera(camera);
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    return { microphone: stream.getAudioTracks()[0] ?? null, camera: stream.getVideoTracks()[0] ?? null };
  } catch (error) {
    throw deviceError(error);
  }
}

function ofCamera({ deviceId, options }: CameraWanted): MediaTrackConstraints {
  const { width, height } = SIZES[options.videoMode];
  return {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: options.cameraVideoFrameRate },
    ...(deviceId === undefined
      ? { facingMode: { ideal: options.cameraOrientation } }
      : { deviceId: { exact: deviceId } }),
  };
}

/** Let the person choose a surface. Or a CallError. */
export async function takeScreen(framesPerSecond: number, display?: DisplayOptions): Promise<MediaStreamTrack> {
  const allowed = display?.allowedDisplayOptions;
  let track: MediaStreamTrack | undefined;
  try {
    const video: MediaTrackConstraints = { frameRate: { ideal: framesPerSecond, max: framesPerSecond } };
    if (allowed?.length === 1 && allowed[0] !== undefined) video.displaySurface = allowed[0];
    track = (await navigator.mediaDevices.getDisplayMedia({ video })).getVideoTracks()[0];
  } catch (error) {
    throw deviceError(error);
  }
  if (track === undefined) throw new CallError("DEVICE_NOT_FOUND");
  if (allowed !== undefined) checkSurface(track, allowed);
  // Sharp before smooth.
  track.contentHint = "detail";
  return track;
}

function checkSurface(track: MediaStreamTrack, allowed: readonly DisplaySurface[]): void {
  const surface = track.getSettings().displaySurface as DisplaySurface | undefined;
  if (surface !== undefined && allowed.includes(surface)) return;
  track.stop();
  throw new CallError(surface === undefined ? "SCREEN_SHARING_CONTROL_UNSUPPORTED" : "FORBIDDEN_DISPLAY_SURFACE");
}
