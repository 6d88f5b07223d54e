/** Opens microphone and camera, each as far as it goes. */

import { type Trouble, troubleOf, type Which } from "./trouble.js";

/** Device ids; "" for whichever the browser takes, undefined for none. */
export interface Wanted {
  readonly microphone?: string | undefined;
  readonly camera?: string | undefined;
}

/** An open track, or why there is none; undefined where nothing was wanted. */
export type Outcome = MediaStreamTrack | Trouble;
export type Taken = Readonly<Partial<Record<Which, Outcome>>>;

export type GetUserMedia = (constraints: MediaStreamConstraints) => Promise<MediaStream>;

/** Ask for both at once, so that a person is asked once; if that fails, for each alone, to know which it was. */
export async function take(wanted: Wanted, getUserMedia: GetUserMedia): Promise<Taken> {
  const which = (["microphone", "camera"] as const).filter((each) => wanted[each] !== undefined);
  if (which.length === 0) return {};
  try {
    const stream = await getUserMedia(constraintsOf(wanted));
    return Object.fromEntries(which.map((each) => [each, trackOf(stream, each) ?? "missing"]));
  } catch (error) {
    if (which.length === 1) return Object.fromEntries(which.map((each) => [each, troubleOf(error)]));
  }
  const alone = which.map((each) => take({ [each]: wanted[each] }, getUserMedia));
  return Object.assign({}, ...(await Promise.all(alone))) as Taken;
}

export function isTrack(outcome: Outcome | undefined): outcome is MediaStreamTrack {
  return typeof outcome === "object";
}

/** Close whatever is open. */
export function release(taken: Taken): void {
  for (const outcome of Object.values(taken)) if (isTrack(outcome)) outcome.stop();
}

/** What went wrong with each. */
export function troublesOf({ microphone, camera }: Taken): Partial<Record<Which, Trouble>> {
  return {
    ...(typeof microphone === "string" ? { microphone } : {}),
    ...(typeof camera === "string" ? { camera } : {}),
  };
}

function trackOf(stream: MediaStream, which: Which): MediaStreamTrack | undefined {
  return (which === "microphone" ? stream.getAudioTracks() : stream.getVideoTracks())[0];
}

function constraintsOf({ microphone, camera }: Wanted): MediaStreamConstraints {
  const chosen = (id: string): MediaTrackConstraints => (id === "" ? {} : { deviceId: { exact: id } });
  return {
    ...(microphone === undefined ? {} : { audio: { echoCancellation: true, ...chosen(microphone) } }),
    ...(camera === undefined
      ? {}
      : { video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: { ideal: "user" }, ...chosen(camera) } }),
  };
}
