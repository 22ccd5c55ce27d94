import { widthOf, wrapHelp } from "./width";

/** The option of every command, under both names. */
export const HELP_OPTION = { help: { type: "boolean", short: "h", default: false } } as const;

/** Prints the help of a command, wrapped to the width of the terminal. */
export const printHelp = (help: string): void =>
  void process.stdout.write(wrapHelp(help, widthOf(process.stdout)));
