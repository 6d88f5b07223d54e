/** Which microphone, camera and speaker a person wants: chosen, remembered, and only in force while they are there. */

import { useSyncExternalStore } from "react";

export type Kind = "microphone" | "camera" | "speaker";

export interface Device {
  readonly id: string;
  /** Empty until the browser may tell. */
  readonly label: string;
}

export type Lists = Readonly<Record<Kind, readonly Device[]>>;

/** Device ids that are chosen and connected; undefined for the system's own choice. */
export interface DeviceChoice {
  readonly microphone?: string;
  readonly camera?: string;
  readonly speaker?: string;
  readonly lists: Lists;
  /** Whether sound can be led to a chosen speaker here. */
  readonly canChooseSpeaker: boolean;
  /** Choose, and remember it; undefined for the system's own choice. */
  choose(this: void, kind: Kind, id: string | undefined): void;
}

type Remembered = Partial<Record<Kind, string>>;

const KEY = "ringway-devices";
const KINDS: readonly Kind[] = ["microphone", "camera", "speaker"];
const KIND_OF: Readonly<Record<MediaDeviceKind, Kind>> = {
  audioinput: "microphone",
  videoinput: "camera",
  audiooutput: "speaker",
};

type Media = Pick<MediaDevices, "enumerateDevices" | "addEventListener">;

export class Devices {
  readonly #storage: Pick<Storage, "getItem" | "setItem">;
  readonly #media: Media | undefined;
  readonly #canChooseSpeaker: boolean;
  readonly #listeners = new Set<() => void>();
  #remembered: Remembered;
  #lists: Lists = { microphone: [], camera: [], speaker: [] };
  #choice: DeviceChoice;

  constructor(storage: Pick<Storage, "getItem" | "setItem">, media: Media | undefined, canChooseSpeaker: boolean) {
    this.#storage = storage;
    this.#media = media;
    this.#canChooseSpeaker = canChooseSpeaker;
    this.#remembered = read(storage.getItem(KEY));
    this.#choice = this.#made();
    media?.addEventListener("devicechange", () => void this.look());
    void this.look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): DeviceChoice => this.#choice;

  /** Look which devices there are; worth it after a permission, which brings their names. */
  readonly look = async (): Promise<void> => {
    const found = (await this.#media?.enumerateDevices().catch(() => [])) ?? [];
    this.#lists = listsOf(found);
    this.#tell();
  };

  readonly choose = (kind: Kind, id: string | undefined): void => {
    const { [kind]: _, ...others } = this.#remembered;
    this.#remembered = id === undefined ? others : { ...others, [kind]: id };
    this.#storage.setItem(KEY, JSON.stringify(this.#remembered));
    this.#tell();
  };

  #made(): DeviceChoice {
    return {
      ...inForce(this.#remembered, this.#lists),
      lists: this.#lists,
      canChooseSpeaker: this.#canChooseSpeaker,
      choose: this.choose,
    };
  }

  #tell(): void {
    this.#choice = this.#made();
    for (const listener of this.#listeners) listener();
  }
}

/** What was remembered and is connected now. */
export function inForce(remembered: Remembered, lists: Lists): Remembered {
  const there = KINDS.filter((kind) => lists[kind].some(({ id }) => id === remembered[kind]));
  return Object.fromEntries(there.map((kind) => [kind, remembered[kind]]));
}

/** By kind; devices that a browser hides until it may tell have no id and are left out. */
export function listsOf(found: readonly Pick<MediaDeviceInfo, "deviceId" | "kind" | "label">[]): Lists {
  const lists: Record<Kind, Device[]> = { microphone: [], camera: [], speaker: [] };
  for (const { deviceId, kind, label } of found) {
    // "default" and "communications" are Chromium's names for what the system has chosen.
    if (["", "default", "communications"].includes(deviceId)) continue;
    lists[KIND_OF[kind]].push({ id: deviceId, label });
  }
  return lists;
}

function read(text: string | null): Remembered {
  try {
    const found: unknown = JSON.parse(text ?? "{}");
    const entries = Object.entries(found ?? {}).filter(
      ([kind, id]) => KINDS.some((each) => each === kind) && typeof id === "string",
    );
    return Object.fromEntries(entries) as Remembered;
  } catch {
    return {};
  }
}

/** The choice now; the component is drawn again when it changes. */
export function useDeviceChoice(devices: Devices): DeviceChoice {
  return useSyncExternalStore(devices.subscribe, devices.snapshot);
}
