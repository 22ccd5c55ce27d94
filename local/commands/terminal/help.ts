import { widthOf, wrapHelp } from "./width";

/** Every command takes it, under both names. */
export const HELP_OPTION = { help: { type: "boolean", short: "h", default: false } } as const;

/** Prints the help of a command, as wide as the terminal. */
export const printHelp = (help: string): void =>
  void process.stdout.write(wrapHelp(help, widthOf(process.stdout)));
