import { parseArgs } from "node:util";
import { messageOf } from "../domain/errors";
import { HELP_OPTION } from "../local/commands/terminal/help";

/** The options of `npm run bench`. */
export interface BenchOptions {
  /** The number of sales orders in the source. */
  readonly rows: number;
  /** The number of runs of each contestant. */
  readonly turns: number;
  /** The measures to take; empty for all of them. */
  readonly only: readonly string[];
  readonly json: boolean;
  /** The file for the plot of growth, if wanted. */
  readonly svg: string | undefined;
  readonly help: boolean;
}

export const helpText = (
  measures: readonly { name: string; title: string }[],
): string => `npm run bench -- [options]

Measures the platform against the limits of the machine, on embedded databases in a temporary directory.
Contestants run in turns. Figures are medians; compare them only within one run. Each time is reported only
after its result was checked.

  --rows N       sales orders in the source (default: 1000000); growth is measured at a tenth, once and ten times
  --turns N      how often each contestant runs (default: 5)
  --only NAME    one measure; may be given several times
  --json         print one JSON object to standard output; all other output goes to standard error
  --svg FILE     write the plot of growth
  -h, --help     this text

Measures:
${measures.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join("\n")}

Set TMPDIR to measure on another disk; a million rows need 3 GB there, growth to ten million 10 GB.
`;

/** @throws Error that names the option and says what it takes */
export function parseOptions(args: readonly string[], measures: readonly string[]): BenchOptions {
  const { rows, turns, only, json, svg, help } = parsed(args);
  for (const name of only) {
    if (!measures.includes(name))
      throw new Error(`--only ${name} is not a measure; the measures are ${measures.join(", ")}`);
  }
  return {
    rows: count("rows", rows, 1000),
    turns: count("turns", turns, 1),
    only,
    json,
    svg,
    help,
  };
}

function count(option: string, text: string, least: number): number {
  const value = Number(text.replaceAll("_", ""));
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${option} takes a whole number, ${least} or more, not ${JSON.stringify(text)}`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rows: { type: "string", default: "1000000" },
        turns: { type: "string", default: "5" },
        only: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
        svg: { type: "string" },
        ...HELP_OPTION,
      },
    }).values as {
      rows: string;
      turns: string;
      only: string[];
      json: boolean;
      svg: string | undefined;
      help: boolean;
    };
  } catch (error) {
    const [problem = ""] = messageOf(error).split(/\. |\n/);
    throw new Error(`${problem.replace(/\.$/, "")}; see --help`, { cause: error });
  }
}
