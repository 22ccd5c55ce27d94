import type { Output } from "./paint";

/** The width of a line if the width of the terminal is unknown: no limit. */
const UNLIMITED = Number.POSITIVE_INFINITY;

/** The number of characters in a line of the terminal; infinite for a file or a pipe. */
export const widthOf = ({ isTTY, columns }: Output): number =>
  isTTY && Number.isInteger(columns) && columns > 0 ? columns : UNLIMITED;

/** Cuts a one-line text to a width. A cut text ends in an ellipsis. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** An option or a command, then its description, each after two or more blanks. */
const DESCRIBED = /^( {2,}\S.*? {2,})(\S.*)$/;

/** Wraps the text of a help to a width. A description continues under its beginning. */
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

/** Below this width, a description would be a column of single words. */
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
