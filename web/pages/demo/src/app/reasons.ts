/** A sentence for every reason for which a call or a room may end. */

import type { ErrorCodeName } from "ringway-rtc";
import type { Ended } from "../call/conversation.js";
import type { Key, Say } from "../texts/texts.js";

const WITHOUT_NAME = {
  NORMAL_HANGUP: "endNormal",
  ANSWERED_ELSEWHERE: "endElsewhere",
  DEVICE_FORBIDDEN: "endForbidden",
  DEVICE_NOT_FOUND: "endNoDevice",
  DEVICE_UNAVAILABLE: "endDeviceTaken",
  MEDIA_ERROR: "endMedia",
  FORBIDDEN_DISPLAY_SURFACE: "endSurface",
  SCREEN_SHARING_CONTROL_UNSUPPORTED: "endSurface",
  NO_ANSWER: "endNoAnswer",
  CANCELLED: "endCancelled",
  FORBIDDEN: "endNotAllowed",
  INSUFFICIENT_FUNDS: "endNoCredit",
  UNAUTHENTICATED: "endNotKnown",
  INVALID_REQUEST: "endInvalidRequest",
  REQUEST_TIMEOUT: "endTimeout",
  NETWORK_ERROR: "endNetwork",
  SERVICE_UNAVAILABLE: "endService",
  FEATURE_UNAVAILABLE: "endFeature",
} as const satisfies Partial<Record<ErrorCodeName, Key>>;

const WITH_NAME = {
  BUSY: "endBusy",
  REJECTED: "endRejected",
  DESTINATION_NOT_FOUND: "endNobody",
  DESTINATION_UNAVAILABLE: "endAway",
  INVALID_DESTINATION: "endInvalid",
} as const satisfies Partial<Record<ErrorCodeName, Key>>;

/** Why it has ended, in words; never a code. */
export function reason({ who, room, errorCode: { name } }: Pick<Ended, "who" | "room" | "errorCode">, say: Say): string {
  if (room && name === "NORMAL_HANGUP") return say("endLeft");
  if (room && name === "BUSY") return say("endRoomFull");
  if (name in WITH_NAME) return say(WITH_NAME[name as keyof typeof WITH_NAME], { who });
  return say(name in WITHOUT_NAME ? WITHOUT_NAME[name as keyof typeof WITHOUT_NAME] : "endUnknown");
}
