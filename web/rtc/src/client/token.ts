/** Reads what a token says; whether it is genuine only the house knows. */

/** What the client reads of a token; all of it may be absent. */
export interface Claims {
  readonly identity?: string;
  readonly name?: string;
  readonly iss?: string;
  /** Numbers of `Capability`, and of later ones. */
  readonly caps?: readonly unknown[];
}

/** What a token may allow. */
export const Capability = { PRESENCE: 4 } as const;

export class InvalidTokenError extends Error {
  override readonly name = "InvalidTokenError";
}

/** Decode a JWT's claims (RFC 7519 section 7.2, without verification). Or an InvalidTokenError. */
export function readToken(token: unknown): Claims {
  if (typeof token !== "string") throw new InvalidTokenError("Invalid token specified: it is not a string.");
  const payload = token.split(".")[1];
  if (payload === undefined) throw new InvalidTokenError("Invalid token specified: it has no second part.");
  let claims: unknown;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    claims = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new InvalidTokenError("Invalid token specified: its second part is no JSON in Base64.");
  }
  if (typeof claims !== "object" || claims === null) {
    throw new InvalidTokenError("Invalid token specified: its second part is no object.");
  }
  const { identity, name, iss, caps } = claims as Record<string, unknown>;
  return {
    ...(typeof identity === "string" ? { identity } : {}),
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof iss === "string" ? { iss } : {}),
    ...(Array.isArray(caps) ? { caps } : {}),
  };
}
