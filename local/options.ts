import { parseArgs } from "node:util";
import { messageOf } from "../domain/errors";
import { hasCode } from "./postgres/errno";

/** What `npm run local` was asked for. */
export interface LocalOptions {
  readonly source: string | undefined;
  readonly warehouse: string | undefined;
  readonly sourceSchema: string;
  readonly warehouseSchema: string;
  readonly lake: string;
  readonly once: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** Tables that the delete guard holds back, whose deletes are right. */
  readonly allowDeletes: readonly string[];
}

export const HELP = `npm run local -- [options]

Runs the platform that the program declares on this machine, until Ctrl-C.

  --source URL              the PostgreSQL database to read: postgresql://user:password@host:5432/database
                            (default: an embedded one with a generated totesys; read-only rights are enough)
  --warehouse URL           the PostgreSQL database to load (default: an embedded one)
  --source-schema NAME      the schema to read (default: public)
  --warehouse-schema NAME   the schema to load (default: public)
  --lake DIR                where buckets and all else live; a second start goes on from there (default: .marble)
  --once                    run every stage until nothing is left to do, then exit
  --json                    print one JSON object as the last line of standard output; all else goes to
                            standard error (with --once)
  --allow-deletes TABLE     let the deletes of a table through that the delete guard holds back; may be repeated
  --help                    this text

URLs take sslmode=disable|verify-full and sslrootcert=FILE. A host other than this machine is reached over
TLS with a checked certificate, unless sslmode=disable.

AWS_ENDPOINT_URL_S3 names an S3 service to use in place of the built-in stand-in.
`;

/** @throws Error that names the option and says what it takes */
export function parseOptions(args: readonly string[]): LocalOptions {
  const values = parseOrExplain(() => parse(args));
  if (values.json && !values.once && !values.help)
    throw new Error("--json goes with --once: without it there is no last line");
  const { source, warehouse, lake, once, json, help } = values;
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().includes("")) throw new Error(`--${name} needs a value; see --help`);
  }
  return {
    source,
    warehouse,
    sourceSchema: values["source-schema"],
    warehouseSchema: values["warehouse-schema"],
    lake,
    once,
    json,
    help,
    allowDeletes: values["allow-deletes"],
  };
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      source: { type: "string" },
      warehouse: { type: "string" },
      "source-schema": { type: "string", default: "public" },
      "warehouse-schema": { type: "string", default: "public" },
      lake: { type: "string", default: ".marble" },
      once: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      "allow-deletes": { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false },
    },
  }).values;

/** Parses arguments; an error says what is wrong in a line, without quoting what may be a secret. */
export function parseOrExplain<T>(parsing: () => T): T {
  try {
    return parsing();
  } catch (error) {
    // Node would quote the argument, which may well be a URL with its password.
    if (hasCode(error, "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL"))
      throw new Error("an argument belongs to no option: write --source URL, not URL alone; see --help");
    // Node's text goes on with lines of advice about its own parser.
    const [problem = ""] = messageOf(error).split(/\. |\n/);
    throw new Error(`${problem.replace(/\.$/, "")}; see --help`, { cause: error });
  }
}
