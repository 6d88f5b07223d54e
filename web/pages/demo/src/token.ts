/** Asks the server for a token of the demo. */

import { texts } from "./texts.js";

/** Who the visitor is, and what proves it. */
export interface Visit {
  readonly token: string;
  readonly identity: string;
  readonly displayName: string;
}

/** No token; the message is a sentence for the visitor. */
export class NoToken extends Error {}

export async function visit(name: string): Promise<Visit> {
  let response: Response;
  try {
    response = await fetch("token", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name }),
    });
  } catch {
    throw new NoToken(texts.unreachable);
  }
  const body = (await response.json().catch(() => ({}))) as Partial<Visit> & Trouble;
  if (response.ok && body.token !== undefined && body.identity !== undefined) {
    return { token: body.token, identity: body.identity, displayName: body.displayName ?? name };
  }
  throw new NoToken(sentence(response.status, body));
}

interface Trouble {
  requestError?: { serviceException?: { messageId?: string; text?: string } };
}

function sentence(status: number, { requestError }: Trouble): string {
  const { messageId, text } = requestError?.serviceException ?? {};
  if (messageId === "NAME_TAKEN") return texts.nameTaken;
  if (status === 400) return texts.nameMissing;
  if (status === 404) return texts.demoOff;
  if (status === 429) return texts.tooMany;
  return text === undefined ? texts.unreachable : texts.refused(text);
}
