import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** A digest in progress. Feed it pieces, and read it once. */
export interface Digest {
  update(data: Uint8Array): void;
  digest(): Buffer;
}

/** By the S3 header that carries its value in base64. */
const digests: Readonly<Record<string, () => Digest>> = {
  "content-md5": () => hash("md5"),
  "x-amz-checksum-crc32": () => crc((data, state) => crc32(data, state)),
  "x-amz-checksum-crc32c": () => crc(crc32c),
  "x-amz-checksum-crc64nvme": crc64nvme,
  "x-amz-checksum-md5": () => hash("md5"),
  "x-amz-checksum-sha1": () => hash("sha1"),
  "x-amz-checksum-sha256": () => hash("sha256"),
  "x-amz-checksum-sha512": () => hash("sha512"),
};

/** A new digest of the kind that this S3 header (in lower case) carries; undefined for an unknown header. */
export function createDigest(header: string): Digest | undefined {
  return digests[header]?.();
}

function hash(algorithm: string): Digest {
  const state = createHash(algorithm);
  return { update: (data) => void state.update(data), digest: () => state.digest() };
}

function crc(next: (data: Uint8Array, state: number) => number): Digest {
  let state = 0;
  return {
    update: (data) => (state = next(data, state)),
    digest() {
      const value = Buffer.alloc(4);
      value.writeUInt32BE(state >>> 0);
      return value;
    },
  };
}

const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  return value;
});

/** CRC-32C (Castagnoli, RFC 3720), continued from `state` as zlib's crc32 is. */
function crc32c(data: Uint8Array, state: number): number {
  let value = ~state;
  for (const byte of data) value = (value >>> 8) ^ (crc32cTable[(value ^ byte) & 0xff] ?? 0);
  return ~value >>> 0;
}

/** CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5, as two 32-bit halves: BigInt would be fifty times slower. */
const crc64Table = crc64nvmeTable();

function crc64nvmeTable(): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const table = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? 0x9a6c9329ac4bc9b5n : 0n);
    table.high[byte] = Number(value >> 32n);
    table.low[byte] = Number(value & 0xffffffffn);
  }
  return table;
}

function crc64nvme(): Digest {
  let high = ~0;
  let low = ~0;
  return {
    update(data) {
      for (const byte of data) {
        const entry = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (crc64Table.low[entry] ?? 0);
        high = (high >>> 8) ^ (crc64Table.high[entry] ?? 0);
      }
    },
    digest() {
      const value = Buffer.alloc(8);
      value.writeUInt32BE(~high >>> 0, 0);
      value.writeUInt32BE(~low >>> 0, 4);
      return value;
    },
  };
}
