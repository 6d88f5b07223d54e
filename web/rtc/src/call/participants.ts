/** Who is in a call with many, and what is known of each. */

import type { Endpoint } from "./endpoints.js";
import type { Role } from "./roles.js";

export enum State {
  JOINING = "JOINING",
  JOINED = "JOINED",
}

export class Audio {
  talking = false;

  constructor(
    public muted = false,
    public deaf = false,
  ) {}
}

export class Video {
  constructor(public blind = false) {}
}

export class Media {
  constructor(
    public audio: Audio = new Audio(),
    public video: Video = new Video(),
  ) {}
}

export class Participant {
  disconnected = false;
  role?: Role;

  constructor(
    readonly callId: string,
    readonly endpoint: Endpoint,
    public state: State,
    public media: Media = new Media(),
  ) {}
}
