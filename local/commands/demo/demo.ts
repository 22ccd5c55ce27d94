import { parseArgs } from "node:util";
import { parseOrExplain } from "../options";
import { HELP_OPTION, printHelp } from "../terminal/help";
import { runCommand } from "../terminal/run-command";
import type * as running from "./run-demo";

const HELP = `npm run demo -- [options]

Runs the whole platform over a generated shop, shows the results, and ends. The console is open while it runs.

  --keep       keep running at the end, with schedules, until Ctrl-C
  --open       open the console in the browser, and keep running
  -h, --help   this text
`;

const parse = () =>
  parseArgs({
    options: {
      keep: { type: "boolean", default: false },
      open: { type: "boolean", default: false },
      ...HELP_OPTION,
    },
  }).values;

/** `npm run demo`: the whole platform on this machine, over a generated shop. */
async function demo(): Promise<void> {
  const { keep, open, help } = parseOrExplain(parse);
  if (help) {
    printHelp(HELP);
    return;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- takes seconds, and neither the help nor a wrong option needs it
  const { runDemo } = require("./run-demo") as typeof running;
  await runDemo({ keep, open });
}

runCommand("marble: the demo failed", demo);
