/** Who can be called: the rules for each kind of destination. */

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
  if (typeof id !== "string" || id === "") throw new Error(`Invalid callsConfigurationId '${String(id)}'`);
}
