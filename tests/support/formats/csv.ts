/** A field of CSV as PostgreSQL writes it (manual, COPY, "CSV Format"): NULL unquoted, quotes only where needed. */
const csvField = (value: string | null): string => {
  if (value === null) return "";
  return value === "" || /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
};

/** Records of CSV, the header among them. */
export const csvOf = (records: readonly (readonly (string | null)[])[]): string =>
  records.map((fields) => `${fields.map(csvField).join(",")}\n`).join("");

/** A stream of bytes, cut into chunks of these sizes in turn. */
export async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let start = 0, index = 0; start < bytes.length; index++) {
    await Promise.resolve();
    const end = start + (sizes[index % sizes.length] ?? bytes.length);
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** A text as a stream of one chunk, or cut at these places. */
export async function* streamed(text: string, ...cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (const [index, start] of [0, ...cuts].entries()) {
    await Promise.resolve();
    yield bytes.subarray(start, cuts[index] ?? bytes.length);
  }
}
