import { HELP, parseOptions } from "../options";
import { printHelp } from "../terminal/help";
import { runCommand } from "../terminal/run-command";
import type * as running from "./run-local";

/** `npm run local`: see HELP in options.ts. Exits with 1 and the cause when something fails. */
async function local(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    printHelp(HELP);
    return;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- takes seconds, and neither the help nor a wrong option needs it
  const { runLocal } = require("./run-local") as typeof running;
  await runLocal(options);
}

runCommand("marble", local);
