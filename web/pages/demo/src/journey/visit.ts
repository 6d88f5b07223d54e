/** Asks the server for a token of the demo. */

import type { Sharing } from "../sharing/link.js";

/** Who the visitor is, what proves it, and how others reach the page. */
export interface Visit {
  readonly token: string;
  readonly identity: string;
  readonly displayName: string;
  readonly sharing: Sharing | null;
}

/** Why there is no token; `until` is when a try makes sense again, in ms since 1970. */
export type Refusal =
  | { readonly why: "name-missing" | "name-taken" | "invitation-required" | "invitation-unknown" | "off" | "unreachable" | "insecure" }
  | { readonly why: "name-long"; readonly count: number; readonly most: number }
  | { readonly why: "too-many"; readonly until: number | null }
  | { readonly why: "other"; readonly text: string };

export class NotLetIn extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.why);
    this.refusal = refusal;
  }
}

/** Take a name; or NotLetIn. */
export async function visit(name: string, invitation: string | null): Promise<Visit> {
  let response: Response;
  try {
    response = await fetch("token", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name, ...(invitation === null ? {} : { invitation }) }),
    });
  } catch {
    throw new NotLetIn({ why: "unreachable" });
  }
  const body = (await response.json().catch(() => ({}))) as Partial<Visit> & Trouble;
  const { token, identity, displayName, sharing } = body;
  if (response.ok && token !== undefined && identity !== undefined) {
    return { token, identity, displayName: displayName ?? name, sharing: sharing ?? null };
  }
  const { messageId, text } = body.requestError?.serviceException ?? {};
  throw new NotLetIn(refusalOf(response.status, messageId, text, waitOf(response.headers.get("Retry-After"))));
}

interface Trouble {
  readonly requestError?: { readonly serviceException?: { readonly messageId?: string; readonly text?: string } };
}

/** What an answer of the server means; `wait` is in ms. */
export function refusalOf(
  status: number,
  code: string | undefined,
  text: string | undefined,
  wait: number | null,
): Refusal {
  if (code === "NAME_TAKEN") return { why: "name-taken" };
  if (code === "INVITATION_REQUIRED") return { why: "invitation-required" };
  if (code === "INVITATION_UNKNOWN") return { why: "invitation-unknown" };
  if (status === 429) return { why: "too-many", until: wait === null ? null : Date.now() + wait };
  if (status === 404) return { why: "off" };
  if (status === 400) return { why: "name-missing" };
  return text === undefined ? { why: "unreachable" } : { why: "other", text };
}

/** Milliseconds of a Retry-After in seconds or as a date (RFC 9110 section 10.2.3); null without one. */
export function waitOf(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.ceil(seconds)) * 1_000;
}
