import { HELP, parseOperateOptions } from "./operate-options";
import { printHelp } from "../terminal/help";
import { runCommand } from "../terminal/run-command";
import type * as running from "./run-operation";

/** `npm run operate`: see HELP in operate-options.ts. Exits with 1 and the cause when something fails. */
async function main(): Promise<void> {
  const options = parseOperateOptions(process.argv.slice(2));
  if (options === undefined) {
    printHelp(HELP);
    return;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- takes seconds, and neither the help nor a wrong option needs it
  const { runOperation } = require("./run-operation") as typeof running;
  await runOperation(options);
}

runCommand("marble", main);
