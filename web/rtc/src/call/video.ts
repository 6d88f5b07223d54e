/** Kinds of pictures, and why one stops. */

export enum VideoType {
  CAMERA = "CAMERA",
  SCREENSHARE = "SCREENSHARE",
}

export enum VideoRemovalReason {
  USER_REQUEST = "USER_REQUEST",
  ACTIVE_PRESENTER_CHANGED = "ACTIVE_PRESENTER_CHANGED",
  ROLE_CHANGED = "ROLE_CHANGED",
}

export enum CameraOrientation {
  FRONT = "user",
  BACK = "environment",
}

/** How many pictures are expected: one large one, or many small ones. */
export enum VideoMode {
  GRID = "GRID",
  PRESENTATION = "PRESENTATION",
}

export type DisplaySurface = "browser" | "monitor" | "window";

/** What a person may share; anything, if it is not said. */
export interface DisplayOptions {
  allowedDisplayOptions?: DisplaySurface[];
}
