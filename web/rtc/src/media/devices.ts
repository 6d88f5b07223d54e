/** Microphones, cameras and speakers, with or without a client. */

import { CameraOrientation } from "../call/video.js";

/** A device of the browser, as a plain value. */
export class MediaDevice {
  readonly deviceId: string;
  readonly groupId: string;
  readonly kind: MediaDeviceKind;
  readonly label: string;

  constructor(info: Omit<MediaDeviceInfo, "toJSON">) {
    this.deviceId = info.deviceId;
    this.groupId = info.groupId;
    this.kind = info.kind;
    this.label = info.label;
  }

  toJSON(): object {
    return { ...this };
  }
}

/**
 * List devices of a kind. Where names are hidden until a permission is given, it is asked for; if it is
 * refused, the list has no names.
 */
export async function listDevices(kind: MediaDeviceKind): Promise<MediaDevice[]> {
  const list = async (): Promise<MediaDeviceInfo[]> =>
    (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === kind);
  let found = await list();
  if (found.some((device) => device.label === "")) {
    const wanted = kind === "videoinput" ? { video: true } : { audio: true };
    try {
      closeStream(await navigator.mediaDevices.getUserMedia(wanted));
      found = await list();
    } catch {
      // Refused: the devices are there, their names are not ours to know.
    }
  }
  return found.map((info) => new MediaDevice(info));
}

export function closeStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Devices without a client. */
export class RTCMediaDevice {
  static getAudioInputDevices(): Promise<MediaDevice[]> {
    return listDevices("audioinput");
  }

  static getAudioOutputDevices(): Promise<MediaDevice[]> {
    return listDevices("audiooutput");
  }

  static getVideoInputDevices(): Promise<MediaDevice[]> {
    return listDevices("videoinput");
  }

  /** Open any input device; rejects with a TypeError if there is none of that id. */
  static async getMediaStream(deviceId: string): Promise<MediaStream> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const found = devices.find((device) => device.deviceId === deviceId && device.kind !== "audiooutput");
    if (found === undefined) throw new TypeError(`There is no input device '${deviceId}'.`);
    return found.kind === "audioinput"
      ? RTCMediaDevice.getAudioMediaStream(deviceId)
      : RTCMediaDevice.getVideoMediaStream(deviceId);
  }

  /** Open a microphone; null is the default one. */
  static async getAudioMediaStream(deviceId: string | null): Promise<MediaStream> {
    const audio = deviceId === null ? true : { deviceId: { exact: deviceId } };
    return navigator.mediaDevices.getUserMedia({ audio });
  }

  /** Open a camera; null is the default one. */
  static async getVideoMediaStream(
    deviceId: string | null,
    cameraOrientation: CameraOrientation = CameraOrientation.FRONT,
  ): Promise<MediaStream> {
    const video = deviceId === null ? { facingMode: cameraOrientation } : { deviceId: { exact: deviceId } };
    return navigator.mediaDevices.getUserMedia({ video });
  }

  static closeMediaStream(stream: MediaStream): void {
    closeStream(stream);
  }
}
