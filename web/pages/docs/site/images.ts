/** How large a picture is, so that the page keeps its place before it has come. */

import { readFileSync } from "node:fs";

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Width and height in pixels, of PNG (RFC 2083 section 4.1.1) or SVG with a viewBox.  Or an Error. */
export function sizeOf(path: string): readonly [number, number] {
  const bytes = readFileSync(path);
  if (bytes.subarray(0, 8).equals(PNG)) return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const box = /<svg[^>]*\sviewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"/.exec(bytes.toString("utf8"));
  if (box === null) throw new Error(`${path} is no PNG, and no SVG with a viewBox.`);
  return [Number(box[1]), Number(box[2])];
}
