import { parseArgs } from "node:util";
import {
  COMMON_OPTIONS,
  commonOf,
  parseOrExplain,
  UNEXPECTED_ARGUMENT,
  type CommonOptions,
} from "../options";
import { HELP_OPTION } from "../terminal/help";

/** The operations of `npm run operate`. Each is an event for a Lambda, or a question to the lake. */
export const OPERATIONS = ["replay", "abandon-replay", "reprocess", "release", "report", "schema"] as const;
type Operation = (typeof OPERATIONS)[number];

/** The options of `npm run operate`. */
export interface OperateOptions extends CommonOptions {
  readonly operation: Operation;
  readonly tables: readonly string[];
  readonly from: number | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly bucket: string | undefined;
}

export const HELP = `npm run operate -- OPERATION [options]

Operates the platform of \`npm run local\`. Stop the platform first, except for schema. Without --yes, the command
only says what it would do.

  replay                    load all commits again into new tables, which then replace the old ones
  replay --table NAME       load one table of the warehouse again, in place (may be given several times);
                            a mirrored table is called mirror.NAME
  replay --from N           begin at commit N, in place (with --table or for all tables)
  abandon-replay            drop the new tables of an unfinished replay
  reprocess                 build the processed log of a new model version from the ingestion log
  release TABLE...          accept the deletes of a table that the delete guard holds back
  report                    create the business report of the loaded data if it is missing; print its path
  schema TABLE              print the columns of a source table, commit by commit

  --yes                     do it
  --dry-run                 only say what the command would do (the default without --yes)
  --lake DIR                the lake of npm run local (default: .marble)
  --source URL, --warehouse URL, --source-schema NAME, --warehouse-schema NAME, --marts-schema NAME,
  --mirror-schema NAME, --mirror TABLES
                            as for npm run local
  --bucket NAME             with schema: read an ingestion bucket in AWS, with your own credentials
  -h, --help                this text

In AWS, invoke a Lambda with an event instead: see docs/operations.md.
`;

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      table: { type: "string", multiple: true, default: [] },
      from: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      ...COMMON_OPTIONS,
      bucket: { type: "string" },
      ...HELP_OPTION,
    },
  });

/**
 * @returns undefined if only the help is wanted
 * @throws Error that names the argument and says what it takes
 */
export function parseOperateOptions(args: readonly string[]): OperateOptions | undefined {
  const { values, positionals } = parseOrExplain(() => parse(args));
  if (values.help) return undefined;
  if (positionals.some((text) => text.includes("://"))) throw new Error(UNEXPECTED_ARGUMENT);
  const [operation, ...rest] = positionals;
  if (!isOperation(operation)) throw new Error(`name an operation: ${OPERATIONS.join(", ")}; see --help`);
  const takesTables = operation === "release" || operation === "schema";
  if (!takesTables && rest.length > 0)
    throw new Error(`${operation} takes no argument ${rest.join(" ")}; see --help`);
  if (operation === "release" && rest.length === 0)
    throw new Error("release needs the names of tables: npm run operate -- release payment");
  if (operation === "schema" && rest.length !== 1)
    throw new Error("schema needs one table: npm run operate -- schema staff");
  if (operation !== "replay" && (values.table.length > 0 || values.from !== undefined))
    throw new Error(`--table and --from go with replay, not with ${operation}`);
  return {
    operation,
    tables: takesTables ? rest : values.table,
    from: commitNumberOf(values.from),
    dryRun: values["dry-run"] || !values.yes,
    yes: values.yes,
    bucket: values.bucket,
    ...commonOf(values),
  };
}

const isOperation = (name: string | undefined): name is Operation =>
  OPERATIONS.some((operation) => operation === name);

function commitNumberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--from takes the number of a commit, not "${text}"`);
  return Number(text);
}
