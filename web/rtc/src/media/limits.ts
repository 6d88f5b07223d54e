/** How much each source may send. */

import type { Source } from "../generated/messages.js";
import { AudioQualityMode } from "../options/audio.js";

/** Bits per second. */
const MOST: Partial<Record<Source, number>> = { CAMERA: 1_500_000, SCREEN: 2_500_000 };
const AUDIO: Partial<Record<AudioQualityMode, number>> = {
  [AudioQualityMode.LOW_DATA]: 20_000,
  [AudioQualityMode.HIGH_QUALITY]: 96_000,
};

/** What a call wants besides what always holds. */
export interface Limits {
  audio?: AudioQualityMode;
}

/** Write the limits of the source into the encoding. */
export function hold<T extends RTCRtpEncodingParameters>(encoding: T, source: Source, limits: Limits): T {
  const most = source === "MICROPHONE" ? AUDIO[limits.audio ?? AudioQualityMode.AUTO] : MOST[source];
  if (most === undefined) delete encoding.maxBitrate;
  else encoding.maxBitrate = most;
  return encoding;
}
