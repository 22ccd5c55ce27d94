import { styleText } from "node:util";

/** What a colour of the terminal says. */
export type Colour = "red" | "green" | "yellow" | "bold" | "dim";

/** Where a command writes. */
export type Output = NodeJS.WriteStream;

/** A text in colour where the stream is a terminal; NO_COLOR and FORCE_COLOR are respected. */
export const paint = (colour: Colour, text: string, stream: Output): string =>
  styleText(colour, text, { stream });
