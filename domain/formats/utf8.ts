/** `ignoreBOM` keeps a leading U+FEFF as a character; otherwise the decoder would drop it. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes a text from its bytes in UTF-8, every character of it. */
export const decodeUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);
