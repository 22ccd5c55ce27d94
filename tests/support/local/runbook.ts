/** A section of a runbook: the text between two headings. */
interface Section {
  readonly title: string;
  readonly text: string;
  /** Commands that run on a laptop, each as it is written there. */
  readonly local: readonly string[];
  /** Statements for the warehouse. */
  readonly sql: readonly string[];
  /** Lines of code that no comment marks as local or AWS's. */
  readonly unmarked: readonly string[];
  /** Commands within a sentence, with the sentence. */
  readonly inline: readonly { readonly command: string; readonly sentence: string }[];
}

/** The sections of a runbook in Markdown. In `sh` blocks, what follows a comment is where the comment says: `# local…` or `# AWS…`. */
export function readRunbook(markdown: string): readonly Section[] {
  // Lines of code may begin with #, too. So take the blocks out before you look for headings.
  const blocks: string[] = [];
  const outline = markdown.replaceAll(
    /^[ ]*```[^]*?```$/gm,
    (block) => `${BLOCK}${blocks.push(block) - 1}${BLOCK}`,
  );
  return outline.split(/^#+ /m).map((part): Section => {
    const [title = ""] = part.split("\n");
    const own = [...part.matchAll(new RegExp(`${BLOCK}(\\d+)${BLOCK}`, "g"))].map(
      ([, index]) => blocks[Number(index)] ?? "",
    );
    const shell = own.filter((block) => languageOf(block) === "sh").map(piecesOf);
    return {
      title,
      text: part,
      local: shell.flatMap(({ local }) => local),
      unmarked: [
        ...shell.flatMap(({ unmarked }) => unmarked),
        ...own.filter((block) => !["sh", "sql"].includes(languageOf(block))),
      ],
      sql: own.filter((block) => languageOf(block) === "sql").map(contentOf),
      inline: inlineCommands(part),
    };
  });
}

const BLOCK = "\u0000";
const COMMAND = /^(npm|npx|aws|pulumi|invoke|errors|psql|pg_\w+|grep|ls|rm|cp|tail) /;

const languageOf = (block: string): string => /^ *```(\w*)/.exec(block)?.[1] ?? "";
const contentOf = (block: string): string => block.split("\n").slice(1, -1).join("\n").trim();

/** Splits a block into pieces, each of which begins with a comment. */
function piecesOf(block: string): { local: string[]; unmarked: string[] } {
  const pieces = contentOf(block).split(/^(?=# )/m);
  const codeOf = (piece: string): string => piece.replaceAll(/^# .*\n?/gm, "").trim();
  return {
    local: pieces.filter((piece) => /^# local\b/.test(piece)).map(codeOf),
    unmarked: pieces.filter((piece) => !/^# (local|AWS)\b/.test(piece)).map(codeOf),
  };
}

function inlineCommands(text: string): Section["inline"] {
  return text.split(/\n\s*\n|^- |\n\| /m).flatMap((paragraph) => {
    // A full stop within code ends no sentence.
    const codes: string[] = [];
    const plain = paragraph.replaceAll(
      /`([^`]+)`/g,
      (_, code: string) => `\`${codes.push(code.replaceAll(/\s+/g, " ")) - 1}\``,
    );
    return plain.split(/(?<=[.:?])\s/).flatMap((sentence) =>
      [...sentence.matchAll(/`(\d+)`/g)]
        .map(([, index]) => codes[Number(index)] ?? "")
        .filter((code) => COMMAND.test(code))
        .map((command) => ({ command, sentence })),
    );
  });
}
