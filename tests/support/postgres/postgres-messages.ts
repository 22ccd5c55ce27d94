/** A message of PostgreSQL's protocol (PostgreSQL manual, 53.7 "Message Formats"), with its header. */
export interface Message {
  /** Its first letter; "" for the first message of a client, which has none. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** Splits a stream of bytes into messages. */
export function messageReader(options: { readonly startup: boolean }): (chunk: Buffer) => Message[] {
  let startup = options.startup;
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: Message[] = [];
    for (;;) {
      const head = startup ? 0 : 1;
      if (rest.length < head + 4) return messages;
      // The length counts itself, but not the letter.
      const size = head + rest.readInt32BE(head);
      if (rest.length < size) return messages;
      const type = startup ? "" : String.fromCharCode(rest[0] ?? 0);
      messages.push({ type, bytes: rest.subarray(0, size) });
      rest = rest.subarray(size);
      startup = false;
    }
  };
}

/** The text of a statement, from a simple query or from a Parse message. */
export function sqlOf({ type, bytes }: Message): string {
  const start = type === "P" ? bytes.indexOf(0, 5) + 1 : 5;
  return bytes.toString("utf8", start, bytes.indexOf(0, start));
}
