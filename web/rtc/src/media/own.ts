/** What this side sends: microphone, camera and screen, one change at a time. */

import { CallError, type ErrorCodeName } from "../call/error-codes.js";
import { CameraOrientation, type DisplayOptions, VideoRemovalReason } from "../call/video.js";
import type { Source } from "../generated/messages.js";
import { VideoOptions } from "../options/video.js";
import { deviceError, take, takeScreen, type CameraWanted } from "./capture.js";
import type { Peer } from "./peer.js";
import type { Picture } from "./remote.js";

/** What a call is told of its own media. */
export interface OwnEvents {
  added(picture: Picture, stream: MediaStream): void;
  updated(picture: Picture, stream: MediaStream): void;
  removed(picture: Picture, reason: VideoRemovalReason): void;
  /** The microphone was taken, changed or given back, muted, or is heard again. */
  voice(track: MediaStreamTrack | undefined, muted: boolean): void;
  /** The other side should know. */
  muted(muted: boolean): void;
  /** The other side should know. */
  shows(picture: Picture, on: boolean): void;
  /** A change has failed, or a device is gone. */
  failed(error: CallError): void;
}

/** What is taken from the start, and with which devices. */
export interface Beginning {
  audio: boolean;
  video: boolean;
  videoOptions: VideoOptions;
  /** Nothing is ever sent: all devices are left alone. */
  onlyReceives?: boolean;
  microphone: string | undefined;
  camera: string | undefined;
}

export class OwnMedia {
  readonly #peer: Peer;
  readonly #events: OwnEvents;
  readonly #tracks = new Map<Source, MediaStreamTrack>();
  #phase: "idle" | "open" | "over" = "idle";
  #work: Promise<unknown> = Promise.resolve();
  #muted = false;
  #onlyReceives = false;
  #microphone = "";
  #camera: CameraWanted = { deviceId: undefined, options: new VideoOptions() };
  #orientation = CameraOrientation.FRONT;

  constructor(peer: Peer, events: OwnEvents) {
    this.#peer = peer;
    this.#events = events;
  }

  muted(): boolean {
    return this.#muted;
  }

  has(picture: Picture): boolean {
    return this.#tracks.has(picture);
  }

  orientation(): CameraOrientation {
    return this.#orientation;
  }

  /** Take the devices, and let `present` say so to the house. Or a CallError. */
  async open(
    beginning: Beginning,
    present: (tracks: ReadonlyMap<Source, MediaStreamTrack>) => Promise<void>,
  ): Promise<void> {
    if (this.#isOver()) throw overNow();
    this.#onlyReceives = beginning.onlyReceives === true;
    const takes = { audio: beginning.audio && !this.#onlyReceives, video: beginning.video && !this.#onlyReceives };
    if (!takes.audio) this.#muted = true;
    this.#microphone ||= beginning.microphone ?? "";
    const { videoOptions } = beginning;
    this.#camera = {
      deviceId: this.#camera.deviceId ?? videoOptions.deviceId ?? beginning.camera,
      options: videoOptions,
    };
    this.#orientation = videoOptions.cameraOrientation;
    this.#phase = "open";
    await this.#next(async () => {
      const taken = await take({
        microphone: takes.audio ? this.#microphone : undefined,
        camera: takes.video ? this.#camera : undefined,
      });
      if (this.#isOver()) {
        taken.microphone?.stop();
        taken.camera?.stop();
        throw overNow();
      }
      if (taken.microphone !== null) this.#keep("MICROPHONE", taken.microphone);
      if (taken.camera !== null) this.#keep("CAMERA", taken.camera);
      if (taken.camera !== null) this.#events.added("CAMERA", new MediaStream([taken.camera]));
      await present(this.#tracks);
      if (this.#muted && !this.#onlyReceives) this.#events.muted(true);
    });
  }

  /** Be silent at once, or be heard again. */
  mute(muted: boolean): Promise<void> {
    if (muted === this.#muted) return Promise.resolve();
    if (this.#onlyReceives) return this.#change(() => Promise.resolve());
    this.#muted = muted;
    const track = this.#tracks.get("MICROPHONE");
    if (track !== undefined) track.enabled = !muted;
    this.#voice();
    if (this.#phase === "idle") return Promise.resolve();
    return this.#change(async () => {
      if (!this.#muted && !this.#tracks.has("MICROPHONE")) await this.#replaceMicrophone();
      this.#events.muted(this.#muted);
    });
  }

  setMicrophone(deviceId: string): Promise<void> {
    this.#microphone = deviceId;
    if (this.#phase === "idle") return Promise.resolve();
    return this.#change(async () => {
      if (this.#tracks.has("MICROPHONE")) await this.#replaceMicrophone();
    });
  }

  setCamera(deviceId: string): Promise<void> {
    this.#camera = { ...this.#camera, deviceId };
    return this.#cameraChanged();
  }

  setOrientation(orientation: CameraOrientation): Promise<void> {
    const { videoMode, cameraVideoFrameRate, screenShareFrameRate, videoFilter } = this.#camera.options;
    this.#orientation = orientation;
    this.#camera = {
      deviceId: undefined,
      options: new VideoOptions(orientation, videoFilter, videoMode, cameraVideoFrameRate, screenShareFrameRate),
    };
    return this.#cameraChanged();
  }

  camera(on: boolean): Promise<void> {
    return this.#change(async () => {
      if (!on) await this.#remove("CAMERA");
      else if (!this.has("CAMERA")) await this.#add("CAMERA", await this.#takeCamera());
    });
  }

  screen(on: boolean, display?: DisplayOptions): Promise<void> {
    return this.#change(async () => {
      if (!on) await this.#remove("SCREEN");
      else if (!this.has("SCREEN")) {
        await this.#add("SCREEN", await takeScreen(this.#camera.options.screenShareFrameRate, display));
      }
    });
  }

  /** End to send pictures: nobody may see them any more. */
  async hide(): Promise<void> {
    for (const picture of ["CAMERA", "SCREEN"] as const) {
      await this.#next(() => this.#remove(picture, VideoRemovalReason.ROLE_CHANGED));
    }
  }

  /** Give all devices back; nothing changes after this. */
  stop(): void {
    this.#phase = "over";
    for (const source of [...this.#tracks.keys()]) this.#drop(source);
  }

  #cameraChanged(): Promise<void> {
    if (this.#phase === "idle") return Promise.resolve();
    return this.#change(async () => {
      if (!this.has("CAMERA")) return;
      // Many telephones can't open the second camera before the first is closed.
      this.#drop("CAMERA");
      let track: MediaStreamTrack;
      try {
        track = await this.#takeCamera();
        await this.#send("CAMERA", track);
      } catch (error) {
        await this.#peer.send("CAMERA", null);
        this.#removed("CAMERA", VideoRemovalReason.USER_REQUEST);
        throw error;
      }
      this.#events.updated("CAMERA", new MediaStream([track]));
    });
  }

  async #takeCamera(): Promise<MediaStreamTrack> {
    const { camera } = await take({ camera: this.#camera });
    if (camera === null) throw new CallError("DEVICE_NOT_FOUND");
    return camera;
  }

  async #replaceMicrophone(): Promise<void> {
    const { microphone } = await take({ microphone: this.#microphone });
    if (microphone === null) throw new CallError("DEVICE_NOT_FOUND");
    const before = this.#tracks.get("MICROPHONE");
    await this.#send("MICROPHONE", microphone);
    before?.stop();
  }

  async #add(picture: Picture, track: MediaStreamTrack): Promise<void> {
    await this.#send(picture, track);
    this.#events.shows(picture, true);
    this.#events.added(picture, new MediaStream([track]));
  }

  async #remove(picture: Picture, reason = VideoRemovalReason.USER_REQUEST): Promise<void> {
    if (!this.has(picture)) return;
    this.#drop(picture);
    await this.#peer.send(picture, null);
    this.#removed(picture, reason);
  }

  #removed(picture: Picture, reason: VideoRemovalReason): void {
    this.#events.shows(picture, false);
    this.#events.removed(picture, reason);
  }

  async #send(source: Source, track: MediaStreamTrack): Promise<void> {
    try {
      if (!this.#isOver()) await this.#peer.send(source, track);
      if (this.#isOver()) throw overNow();
      this.#keep(source, track);
    } catch (error) {
      track.stop();
      throw error;
    }
  }

  #isOver(): boolean {
    return this.#phase === "over";
  }

  #keep(source: Source, track: MediaStreamTrack): void {
    if (source === "MICROPHONE") track.enabled = !this.#muted;
    this.#tracks.set(source, track);
    track.addEventListener("ended", () => this.#ended(source, track));
    if (source === "MICROPHONE") this.#voice();
  }

  #drop(source: Source): void {
    this.#tracks.get(source)?.stop();
    this.#tracks.delete(source);
    if (source === "MICROPHONE") this.#voice();
  }

  #voice(): void {
    this.#events.voice(this.#tracks.get("MICROPHONE"), this.#muted);
  }

  /** The browser has ended a track: a device was pulled out, or sharing was stopped outside the page. */
  #ended(source: Source, track: MediaStreamTrack): void {
    if (this.#tracks.get(source) !== track) return;
    if (source !== "SCREEN") {
      const code: ErrorCodeName = "DEVICE_UNAVAILABLE";
      this.#events.failed(new CallError(code));
    }
    if (source === "MICROPHONE") this.#drop(source);
    else this.#change(() => this.#remove(source)).catch(() => undefined);
  }

  /** Do it after what was asked before. Or a CallError, which is told as well. */
  async #change(step: () => Promise<void>): Promise<void> {
    try {
      if (this.#phase === "idle") throw new CallError("INVALID_REQUEST", "The call has not been accepted.");
      if (this.#isOver()) throw overNow();
      if (this.#onlyReceives) throw new CallError("INVALID_REQUEST", "This call only receives.");
      await this.#next(step);
    } catch (error) {
      const known = deviceError(error);
      if (this.#phase === "open") this.#events.failed(known);
      throw known;
    }
  }

  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#work.then(step);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

function overNow(): CallError {
  return new CallError("INVALID_REQUEST", "The call is over.");
}
