/** Who can be called: the rules for each kind of destination. */

import type { PlatformOptions } from "../options/platform.js";

/** Characters of the id of a calls configuration, and of the names of an application and an entity. */
export const MAX_CONFIGURATION = 128;
export const MAX_PLATFORM = 255;

const NAME = /^[\p{L}\p{N}+\-./=_]+$/u;
const NUMBER = /^\+?\d+$/;

function isName(text: unknown, most: number): boolean {
  if (typeof text !== "string" || !NAME.test(text)) return false;
  const length = [...text].length;
  return length >= 3 && length <= most;
}

export function checkIdentity(identity: string): void {
  if (!isName(identity, 64)) throw new Error("Invalid destination.");
}

export function checkRoomName(name: string): void {
  if (!isName(name, 250)) throw new Error("Invalid room name.");
}

export function checkPhoneNumber(number: string): void {
  if (typeof number !== "string" || !NUMBER.test(number)) throw new Error("Invalid destination");
}

export function checkCaller(number: string): void {
  if (typeof number !== "string" || !NUMBER.test(number)) throw new Error("Invalid caller identifier.");
}

export function checkConfiguration(id: string): void {
  if (typeof id !== "string" || id === "" || id.length > MAX_CONFIGURATION) {
    throw new Error(`Invalid callsConfigurationId '${String(id)}'`);
  }
}

export function checkPlatform({ applicationId, entityId }: PlatformOptions): void {
  for (const [name, value] of Object.entries({ applicationId, entityId })) {
    if (value != null && (typeof value !== "string" || value.length > MAX_PLATFORM)) {
      throw new Error(`Invalid ${name}: it is a text of at most ${MAX_PLATFORM} characters.`);
    }
  }
}
