import { parseArgs } from "node:util";
import { parseOrExplain } from "../options";
import { HELP_OPTION } from "../terminal/help";

/** The options of `npm run draft`. */
export interface DraftOptions {
  readonly source: string;
  /** The schemas to read; the tables of the further ones are called `schema.table`. */
  readonly schemas: readonly string[];
  /** The folder of the draft, in `domain/`. */
  readonly name: string;
}

export const HELP = `npm run draft -- --source URL [options]

Reads the catalogue of a PostgreSQL database and drafts a model: a source contract for each table, and dimensions and
facts, guessed from keys and foreign keys. The files compile and run as they are. A comment marks what a person should
decide. The database is only read.

  --source URL     postgresql://user:password@host:5432/database; the role needs SELECT on the tables
  --schema NAME    the schema to read (default: public); may be repeated, and the tables of the further schemas are
                   then called schema.table
  --name FOLDER    the files go to domain/FOLDER, which must not exist (default: mine)
  -h, --help       this text
`;

/** @throws Error that names the option and says what it takes */
export function parseDraftOptions(args: readonly string[]): DraftOptions | "help" {
  const { source, schema: schemas, name, help } = parseOrExplain(() => parse(args));
  if (help) return "help";
  if (source === undefined) throw new Error("--source URL is missing; see --help");
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new Error(`--name takes lower-case letters, digits and hyphens, not "${name}"`);
  return { source, schemas, name };
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      source: { type: "string" },
      schema: { type: "string", multiple: true, default: ["public"] },
      name: { type: "string", default: "mine" },
      ...HELP_OPTION,
    },
  }).values;
