/** What of a call may be recorded, as far as the caller decides. */

import type { RecordingType } from "../generated/messages.js";

export type { RecordingType };
export type WebrtcCallRecordingType = RecordingType;
export type RoomCallRecordingType = RecordingType;
export type PhoneCallRecordingType = Exclude<RecordingType, "AUDIO_AND_VIDEO">;
export type ViberCallRecordingType = Exclude<RecordingType, "AUDIO_AND_VIDEO">;

export class RecordingOptions<T extends RecordingType = RecordingType> {
  readonly recordingType: T;

  constructor(type?: T) {
    this.recordingType = type ?? ("UNDEFINED" as T);
  }

  toJSON(): { recordingType: T } {
    return { recordingType: this.recordingType };
  }
}

export class WebrtcCallRecordingOptions extends RecordingOptions<WebrtcCallRecordingType> {}
export class RoomCallRecordingOptions extends RecordingOptions<RoomCallRecordingType> {}
export class PhoneCallRecordingOptions extends RecordingOptions<PhoneCallRecordingType> {}
export class ViberCallRecordingOptions extends RecordingOptions<ViberCallRecordingType> {}
