import { at, byteAt } from "./at";

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Bytes as PostgreSQL prints them with `bytea_output` hex: `\x` and two digits each (PostgreSQL manual, "Binary Data Types"). */
export function printedBytes(bytes: Uint8Array): string {
  return `\\x${Array.from(bytes, (byte) => at(HEX, byte)).join("")}`;
}

const BACKSLASH = 0x5c;
const X = 0x78;

/** The bytes of a text in that form; undefined for any other text. */
export function parseBytes(text: Uint8Array, start: number, end: number): Uint8Array | undefined {
  if (text[start] !== BACKSLASH || text[start + 1] !== X || (end - start) % 2 !== 0) return undefined;
  const bytes = new Uint8Array((end - start) / 2 - 1);
  for (let place = 0; place < bytes.length; place++) {
    const high = digitOf(byteAt(text, start + 2 + place * 2));
    const low = digitOf(byteAt(text, start + 3 + place * 2));
    if (high === undefined || low === undefined) return undefined;
    bytes[place] = high * 16 + low;
  }
  return bytes;
}

/** The value of a hexadecimal digit, in either case. */
function digitOf(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}
