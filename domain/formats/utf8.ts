/** `ignoreBOM` means that a leading U+FEFF is a character like any other; it would be dropped else. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text from its bytes in UTF-8, every character of it. */
export const decodeUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);
