import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { messageOf } from "../../domain/errors";
import { parseMirrorChoice } from "../../domain/warehouse/mirror/choice";
import { hasCode } from "../cloud/errno";
import { HELP_OPTION } from "./terminal/help";

/** The options of `npm run local` and of `npm run operate`: the databases, the schemas and the lake. */
export interface CommonOptions {
  readonly source: string | undefined;
  readonly warehouse: string | undefined;
  readonly sourceSchemas: readonly string[];
  readonly warehouseSchema: string;
  /** The schemas of the marts and of the mirror; undefined for those of the settings. */
  readonly martsSchema: string | undefined;
  readonly mirrorSchema: string | undefined;
  /** The tables to mirror; undefined if the person does not say. */
  readonly mirror: string | undefined;
  readonly lake: string;
}

/** The options of `npm run local`. */
export interface LocalOptions extends CommonOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** The console's port: 0 for any free one, undefined for the usual one. */
  readonly console: number | undefined;
  readonly noConsole: boolean;
  /** Whether to open the console in the browser. */
  readonly open: boolean;
  /** Tables that the delete guard holds back, and whose deletes are right. */
  readonly allowDeletes: readonly string[];
  /** Whether another source may replace the source of the lake. */
  readonly allowOtherSource: boolean;
}

export const HELP = `npm run local -- [options]

Runs the platform that the program declares on this machine, until Ctrl-C.

  --source URL              the PostgreSQL database to read: postgresql://user:password@host:5432/database
                            (default: an embedded one with a generated totesys; read-only rights are enough)
  --warehouse URL           the PostgreSQL database to load (default: an embedded one)
  --source-schema NAME      the schema to read (default: public); may be repeated, and the tables of the further
                            schemas are then called schema.table
  --warehouse-schema NAME   the schema to load (default: public)
  --marts-schema NAME       the schema of the marts (default: marts)
  --mirror-schema NAME      the schema of the mirror (default: mirror)
  --mirror TABLES           the tables that the warehouse mirrors: none, all, or names separated by commas
                            (default: none; all when the model knows no table of the source)
  --lake DIR                the folder of buckets and logs; a second start continues from it (default: .marble)
  --once                    run every stage until nothing is left to do, then exit
  --json                    print one JSON object as the last line of standard output; all else goes to
                            standard error (with --once)
  --allow-deletes TABLE     accept the deletes of a table that the delete guard holds back; may be repeated
  --allow-other-source      let this source replace the source of the lake
  --console PORT            the port of the console at http://127.0.0.1:PORT; 0 for any free one (default: 8470,
                            or any free one if 8470 is taken)
  --no-console              start no console
  --open                    open the console in the browser
  -h, --help                this text

The exit code of --once:
  0    everything arrived
  1    something failed; the last line of standard error says what, why and what to do
  2    every stage succeeded, but not everything arrived: tables are held back, failed, refused, absent,
       captured in part or in quarantine, rejected rows are missing, rows wait for a row of a dimension, or
       a mart is broken. One line for each names the cause and the remedy, and "missing" in the object of
       --json lists them
  130  Ctrl-C ended it

URLs take sslmode=disable|verify-full and sslrootcert=FILE. The connection to another host uses TLS and
checks the certificate, unless sslmode=disable.

AWS_ENDPOINT_URL_S3 names an S3 service to use instead of the built-in stand-in.
`;

/** @throws Error that names the option and says what it takes */
export function parseOptions(args: readonly string[]): LocalOptions {
  const values = parseOrExplain(() => parse(args));
  if (values.json && !values.once && !values.help)
    throw new Error("--json needs --once, because the platform never ends without it");
  const { once, json, help, open } = values;
  const port = portOf(values.console);
  if (once && (port !== undefined || open))
    throw new Error("--console and --open do not go with --once, because --once ends immediately");
  if (values["no-console"] && (port !== undefined || open))
    throw new Error("--no-console does not go with --console and --open");
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().includes("")) throw new Error(`--${name} needs a value; see --help`);
  }
  return {
    ...commonOf(values),
    once,
    json,
    help,
    console: port,
    noConsole: values["no-console"],
    open,
    allowDeletes: values["allow-deletes"],
    allowOtherSource: values["allow-other-source"],
  };
}

/** `CommonOptions` as a person writes them. */
export const COMMON_OPTIONS = {
  source: { type: "string" },
  warehouse: { type: "string" },
  "source-schema": { type: "string", multiple: true, default: ["public"] },
  "warehouse-schema": { type: "string", default: "public" },
  "marts-schema": { type: "string" },
  "mirror-schema": { type: "string" },
  mirror: { type: "string" },
  lake: { type: "string", default: ".marble" },
} satisfies ParseArgsOptionsConfig;

type CommonValues = ReturnType<typeof parseArgs<{ options: typeof COMMON_OPTIONS }>>["values"];

/** @throws Error that says what --mirror takes */
export function commonOf(values: CommonValues): CommonOptions {
  const { source, warehouse, lake } = values;
  return {
    source,
    warehouse,
    sourceSchemas: values["source-schema"],
    warehouseSchema: values["warehouse-schema"],
    martsSchema: values["marts-schema"],
    mirrorSchema: values["mirror-schema"],
    mirror: mirrorOf(values.mirror),
    lake,
  };
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      ...COMMON_OPTIONS,
      once: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      "allow-other-source": { type: "boolean", default: false },
      "allow-deletes": { type: "string", multiple: true, default: [] },
      console: { type: "string" },
      "no-console": { type: "boolean", default: false },
      open: { type: "boolean", default: false },
      ...HELP_OPTION,
    },
  }).values;

/** The value of --mirror. @throws Error that says what it takes */
function mirrorOf(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    parseMirrorChoice(text);
  } catch (error) {
    throw new Error("--mirror takes none, all, or names of tables, separated by commas", { cause: error });
  }
  return text;
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error("--console takes a port from 0 to 65535, 0 for any that is free");
  return Number(text);
}

/**
 * The error for an argument without an option. It does not quote the argument, which may be a URL with its password.
 */
export const UNEXPECTED_ARGUMENT =
  "an argument has no option before it: write --source URL, not URL alone; see --help";

/** Parses arguments. An error says in one line what is wrong, without a value that may be a secret. */
export function parseOrExplain<T>(parsing: () => T): T {
  try {
    return parsing();
  } catch (error) {
    if (hasCode(error, "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL")) throw new Error(UNEXPECTED_ARGUMENT);
    // Node's message continues with advice about its parser.
    const [problem = ""] = messageOf(error).split(/\. |\n/);
    throw new Error(`${problem.replace(/\.$/, "")}; see --help`, { cause: error });
  }
}
