import type { Output } from "./paint";

/** What a line is cut or wrapped to where nobody says how wide the terminal is: no limit. */
const UNLIMITED = Number.POSITIVE_INFINITY;

/** How many characters a line of the terminal has; without limit for a file or a pipe. */
export const widthOf = ({ isTTY, columns }: Output): number =>
  isTTY && Number.isInteger(columns) && columns > 0 ? columns : UNLIMITED;

/** A text of one line, cut to a width; the end of a cut text is an ellipsis. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** An option or a command, then its description: two blanks or more stand before each of the two. */
const DESCRIBED = /^( {2,}\S.*? {2,})(\S.*)$/;

/** Text that a help has for people, wrapped to a width; a description continues under its beginning. */
export function wrapHelp(help: string, width: number): string {
  const paragraphs: { readonly head: string; readonly indent: number; words: string }[] = [];
  for (const line of help.split("\n")) {
    const indent = line.length - line.trimStart().length;
    const [, head, description] = DESCRIBED.exec(line) ?? [];
    const last = paragraphs.at(-1);
    if (head !== undefined && description !== undefined)
      paragraphs.push({ head, indent: head.length, words: description });
    else if (line.trim() !== "" && last !== undefined && last.words !== "" && indent === last.indent)
      last.words += ` ${line.trim()}`;
    else paragraphs.push({ head: " ".repeat(indent), indent, words: line.trim() });
  }
  return paragraphs.map(({ head, indent, words }) => wrap(words, { head, indent, width })).join("\n");
}

/** Narrower than this, a description would be a column of single words. */
const NARROWEST = 20;

function wrap(
  words: string,
  { head, indent, width }: { readonly head: string; readonly indent: number; readonly width: number },
): string {
  const room = Math.max(NARROWEST, width - indent);
  const lines: string[] = [];
  let line = "";
  for (const word of words.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return `${head}${lines.join(`\n${" ".repeat(indent)}`)}`.trimEnd();
}
