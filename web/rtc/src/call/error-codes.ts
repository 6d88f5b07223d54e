/** Why calls end and requests fail: the public codes. */

/** A reason: a number, a name and a sentence for a person. */
export interface ErrorCode {
  id: string;
  name: string;
  description: string;
}

function code(id: string, name: string, description: string): Readonly<ErrorCode> {
  return Object.freeze({ id, name, description });
}

/** Every code there is, by its name. */
export const ApplicationErrorCode = {
  NORMAL_HANGUP: code("10000", "NORMAL_HANGUP", "The call was hung up."),
  ANSWERED_ELSEWHERE: code("10001", "ANSWERED_ELSEWHERE", "Another device has answered the call."),
  MACHINE_DETECTED: code("10002", "MACHINE_DETECTED", "An answering machine has picked up."),
  HUMAN_DETECTED: code("10003", "HUMAN_DETECTED", "A person has picked up."),
  DEVICE_FORBIDDEN: code("10100", "DEVICE_FORBIDDEN", "Camera or microphone may not be used."),
  DEVICE_NOT_FOUND: code("10101", "DEVICE_NOT_FOUND", "There is no such camera or microphone."),
  DEVICE_UNAVAILABLE: code("10102", "DEVICE_UNAVAILABLE", "Camera or microphone is taken or broken."),
  MEDIA_ERROR: code("10103", "MEDIA_ERROR", "Sound or picture could not be carried."),
  FORBIDDEN_DISPLAY_SURFACE: code("10104", "FORBIDDEN_DISPLAY_SURFACE", "This kind of surface is not allowed."),
  SCREEN_SHARING_CONTROL_UNSUPPORTED: code(
    "10105",
    "SCREEN_SHARING_CONTROL_UNSUPPORTED",
    "The browser cannot limit what is shared.",
  ),
  NO_ANSWER: code("10200", "NO_ANSWER", "Nobody has answered in time."),
  BUSY: code("10201", "BUSY", "The other side is in another call."),
  CANCELLED: code("10202", "CANCELLED", "The caller has given up."),
  REJECTED: code("10203", "REJECTED", "The call was declined."),
  FORBIDDEN: code("10300", "FORBIDDEN", "This is not allowed."),
  INSUFFICIENT_FUNDS: code("10301", "INSUFFICIENT_FUNDS", "The account has no credit left."),
  UNAUTHENTICATED: code("10302", "UNAUTHENTICATED", "Who is calling is not known."),
  DESTINATION_NOT_FOUND: code("10303", "DESTINATION_NOT_FOUND", "Nobody of that name is known."),
  DESTINATION_UNAVAILABLE: code("10304", "DESTINATION_UNAVAILABLE", "The other side is not connected."),
  INVALID_DESTINATION: code("10305", "INVALID_DESTINATION", "This cannot be a destination."),
  INVALID_REQUEST: code("10306", "INVALID_REQUEST", "The request makes no sense here."),
  REQUEST_TIMEOUT: code("10307", "REQUEST_TIMEOUT", "No response has come in time."),
  NETWORK_ERROR: code("10308", "NETWORK_ERROR", "The connection was lost."),
  SERVICE_UNAVAILABLE: code("10309", "SERVICE_UNAVAILABLE", "The service cannot do this now."),
  UNKNOWN: code("10310", "UNKNOWN", "The reason is not known."),
  FEATURE_UNAVAILABLE: code("10311", "FEATURE_UNAVAILABLE", "This feature is not switched on."),
  URL_NOT_FOUND: code("10400", "URL_NOT_FOUND", "There is no address to ask."),
  URL_UNREACHABLE: code("10401", "URL_UNREACHABLE", "The address does not respond."),
  INVALID_RESPONSE: code("10402", "INVALID_RESPONSE", "The address has responded with nonsense."),
} as const;

export type ApplicationErrorCode = ErrorCode;
export type ErrorCodeName = keyof typeof ApplicationErrorCode;

/** A request that failed, with the code that says why. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly errorCode: ErrorCode;

  /** `text` says more than the code's own sentence, if there is more. */
  constructor(code: ErrorCodeName | ErrorCode, text?: string, cause?: unknown) {
    const found = typeof code === "string" ? ApplicationErrorCode[code] : code;
    super(text ?? found.description, cause === undefined ? undefined : { cause });
    this.errorCode = text === undefined ? found : { ...found, description: text };
  }
}

/** A feature that Ringway does not have yet. */
export function unavailable(what: string): CallError {
  return new CallError("FEATURE_UNAVAILABLE", `${what} is not available.`);
}
