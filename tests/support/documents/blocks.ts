/** A block of code in a document. */
export interface Block {
  /** `ts` of the fence "```ts refused". */
  readonly language: string;
  /** The other words of the fence, such as `refused`; empty without any. */
  readonly mark: string;
  readonly code: string;
  /** The line of the fence, counted from 1. */
  readonly line: number;
}

/** The blocks of code of a Markdown text, in order. @throws Error when a block does not end */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (open === undefined) {
      if (line.startsWith("```")) open = { fence: line.slice(3), line: index + 1, lines: [] };
    } else if (line === "```") {
      const [language = "", ...words] = open.fence.trim().split(" ");
      blocks.push({ language, mark: words.join(" "), code: open.lines.join("\n"), line: open.line });
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`the block of line ${open.line} does not end`);
  return blocks;
}

/** The blocks as one program, in which each line has the number that it has in the document. */
export function programOf(blocks: readonly Block[]): string {
  const lines: string[] = [];
  for (const { code, line } of blocks)
    for (const [index, text] of code.split("\n").entries()) lines[line + index] = text;
  return Array.from(lines, (text: string | undefined) => text ?? "").join("\n");
}
