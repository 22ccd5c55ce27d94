import { MEASURES } from "./measures";
import { helpText, parseOptions } from "./options";
import { printHelp } from "../local/commands/terminal/help";
import { runCommand } from "../local/commands/terminal/run-command";
import type * as running from "./run-bench";

/** `npm run bench`: see helpText in options.ts. Exits with 1 and the cause if something fails or a result is wrong. */
async function main(): Promise<void> {
  const options = parseOptions(
    process.argv.slice(2),
    MEASURES.map(({ name }) => name),
  );
  if (options.help) {
    printHelp(helpText(MEASURES));
    return;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- takes seconds, and neither the help nor a wrong option needs it
  const { runBench } = require("./run-bench") as typeof running;
  await runBench(options);
}

runCommand("bench", main);
