import { parseArgs } from "node:util";

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
  --help                    this text

URLs take sslmode=disable|verify-full and sslrootcert=FILE. A host other than this machine is reached over
TLS with a checked certificate, unless sslmode=disable.

AWS_ENDPOINT_URL_S3 names an S3 service to use in place of the built-in stand-in.
`;

/** @throws Error that names the option and says what it takes */
export function parseOptions(args: readonly string[]): LocalOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      source: { type: "string" },
      warehouse: { type: "string" },
      "source-schema": { type: "string", default: "public" },
      "warehouse-schema": { type: "string", default: "public" },
      lake: { type: "string", default: ".marble" },
      once: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.json && !values.once)
    throw new Error("--json goes with --once: without it there is no last line");
  const { source, warehouse, lake, once, json, help } = values;
  return {
    source,
    warehouse,
    sourceSchema: values["source-schema"],
    warehouseSchema: values["warehouse-schema"],
    lake,
    once,
    json,
    help,
  };
}
