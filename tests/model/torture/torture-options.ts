import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { parseOrExplain } from "../../../local/commands/options";
import { HELP_OPTION } from "../../../local/commands/terminal/help";

/** The options of `npm run torture`. */
export interface TortureOptions {
  readonly histories: number;
  /** No history starts after this number of minutes. */
  readonly minutes: number;
  readonly seed: number;
  readonly workers: number;
  readonly path: string | undefined;
  readonly bugs: boolean;
  /** True if each history has its own model. */
  readonly generated: boolean;
  readonly help: boolean;
}

export const HELP = `npm run torture -- [options]

Plays generated histories of a source, with faults at every step of the stages, and compares the warehouse
with what each state of the source demands. It ends with a table of what was played. At the first
difference it stops, looks for the smallest history that shows it, and exits with 1.

  --histories N   how many (default: 1000)
  --minutes M     begins no history after M minutes (default: no limit)
  --seed S        which ones (default: of the day); a seed always gives the same histories; "random" takes any
  --workers W     processes, each with its own PostgreSQL server (default: one a processor)
  --path P        one history of the seed again, as a failure names it
  --generated     generates the model too, with its tables, one for each history
  --bugs          puts the classic bugs back into a copy of the code, one by one, and plays until each is
                  found; exits with 1 when one is not, after 500 histories
  -h, --help      this text

Ctrl-C prints what was played so far.
`;

/** @throws Error that names the option and says what it takes */
export function parseTortureOptions(
  args: readonly string[],
  today = new Date(),
  random = Math.random,
): TortureOptions {
  const values = parseOrExplain(() => parse(args));
  const number = (name: "histories" | "minutes" | "seed" | "workers", otherwise: number): number => {
    const text = values[name];
    if (text === undefined) return otherwise;
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new Error(`--${name} takes a number from 1 to 999999999, not "${text}"`);
  };
  const { path, bugs, generated, help } = values;
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path))
    throw new Error(`--path takes numbers with colons between them, not "${path}"`);
  if (path !== undefined && values.seed === undefined)
    throw new Error("--path goes with the --seed that it is of");
  return {
    histories: number("histories", values.minutes === undefined ? 1000 : Infinity),
    minutes: number("minutes", Infinity),
    seed:
      values.seed === "random"
        ? Math.floor(random() * 1e8) + 1
        : number("seed", Number(today.toISOString().slice(0, 10).replaceAll("-", ""))),
    workers: number("workers", availableParallelism()),
    path,
    bugs,
    generated,
    help,
  };
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      histories: { type: "string" },
      minutes: { type: "string" },
      seed: { type: "string" },
      workers: { type: "string" },
      path: { type: "string" },
      bugs: { type: "boolean", default: false },
      generated: { type: "boolean", default: false },
      ...HELP_OPTION,
    },
  }).values;
