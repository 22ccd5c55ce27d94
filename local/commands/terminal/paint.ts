import { styleText } from "node:util";

/** The meaning of a terminal colour. */
export type Colour = "red" | "green" | "yellow" | "bold" | "dim";

/** The output stream of a command. */
export type Output = NodeJS.WriteStream;

/** Colours a text if the stream is a terminal. Respects NO_COLOR and FORCE_COLOR. */
export const paint = (colour: Colour, text: string, stream: Output): string =>
  styleText(colour, text, { stream });
