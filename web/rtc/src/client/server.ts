/** Finds the server, and the address of its signalling. */

import { PATH } from "../generated/messages.js";

let scriptOrigin: string | undefined;

/** Remember where the script build was loaded from. */
export function loadedFrom(address: string | undefined): void {
  scriptOrigin = address === undefined ? undefined : originOf(address);
}

function originOf(address: string): string | undefined {
  const url = httpUrl(address);
  return url?.origin;
}

/**
 * Give the WebSocket's address. The server is, in this order: what the application says, the token's issuer,
 * where the script came from, where the page came from.
 */
export function signallingAddress(serverUrl: unknown, issuer: string | undefined): string {
  let server: URL | undefined;
  if (serverUrl !== undefined) {
    server = typeof serverUrl === "string" ? httpUrl(serverUrl) : undefined;
    if (server === undefined) throw new Error(`Invalid serverUrl '${String(serverUrl)}'.`);
  } else {
    server = httpUrl(issuer) ?? httpUrl(scriptOrigin) ?? httpUrl(globalThis.location?.origin);
    if (server === undefined) throw new Error("The server is not known: give its address as the option serverUrl.");
  }
  server.protocol = server.protocol === "https:" ? "wss:" : "ws:";
  server.pathname = server.pathname.replace(/\/$/, "") + PATH;
  server.search = server.hash = "";
  return server.href;
}

function httpUrl(text: string | undefined): URL | undefined {
  if (text === undefined || !/^(https?|wss?):\/\//i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text.replace(/^ws/i, "http"));
}
