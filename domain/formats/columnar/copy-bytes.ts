import { byteAt } from "../at";

/** Up to this size, copying bytes one by one is faster than a call. */
export const SHORT_COPY_BYTES = 24;

/** Copies `size` bytes. */
export function copyBytes(
  source: { readonly bytes: Uint8Array; readonly from: number; readonly size: number },
  target: Uint8Array,
  at: number,
): void {
  const { bytes, from, size } = source;
  if (size <= SHORT_COPY_BYTES) for (let i = 0; i < size; i++) target[at + i] = byteAt(bytes, from + i);
  else target.set(bytes.subarray(from, from + size), at);
}
