/** What is wrong with a microphone or a camera, and where a browser lets people change that. */

export type Which = "microphone" | "camera";

export type Trouble = "refused" | "missing" | "busy" | "failed";

/** By the names that the browser throws (Media Capture and Streams, section 10). */
const BY_NAME: Readonly<Record<string, Trouble>> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

export function troubleOf(error: unknown): Trouble {
  const name = (error as { name?: unknown } | null)?.name;
  return (typeof name === "string" ? BY_NAME[name] : undefined) ?? "failed";
}

export type Family = "Chromium" | "Firefox" | "Safari" | "Other";

/** Which browser's settings have to be explained. */
export function familyOf(userAgent: string): Family {
  if (/Firefox\/|FxiOS/.test(userAgent)) return "Firefox";
  if (/Chrome\/|CriOS|Edg\//.test(userAgent)) return "Chromium";
  return /Safari\//.test(userAgent) ? "Safari" : "Other";
}
