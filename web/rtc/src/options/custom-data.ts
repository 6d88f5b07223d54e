/** What an application says about a call, and how much of it. */

export interface CustomData {
  [key: string]: string;
}

export const MAX_ENTRIES = 64;
export const MAX_KEY = 128;
export const MAX_VALUE = 4096;

/** Throw unless it is texts by name, within the limits. */
export function checkCustomData(data: CustomData): void {
  const entries = Object.entries(data);
  if (entries.length > MAX_ENTRIES) throw new Error(`Invalid custom data: more than ${MAX_ENTRIES} entries.`);
  for (const [key, value] of entries) {
    if (typeof value !== "string") throw new Error(`Invalid custom data: '${key}' is not a string.`);
    if (key.length > MAX_KEY) throw new Error(`Invalid custom data: a key is longer than ${MAX_KEY} characters.`);
    if (value.length > MAX_VALUE) {
      throw new Error(`Invalid custom data: '${key}' is longer than ${MAX_VALUE} characters.`);
    }
  }
}
