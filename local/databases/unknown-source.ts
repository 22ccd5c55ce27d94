import { parseCredentials } from "../../adapters/aws/secrets";
import { withSourceSnapshot } from "../../adapters/source/source";
import type { TableDescription } from "../../domain/capture/table-description";
import { findBreaches } from "../../domain/transform/contract/contract";
import { model } from "../../domain/declarations";
import { messageOf } from "../../domain/errors";
import { contractsOf } from "../../domain/model/model";

/** The platform's settings of the model and the mirror, by these names. */
export interface ModelChoice {
  readonly model: "declared" | "none";
  readonly mirror: string;
  /** The tables of a source that has none of the model's tables. */
  readonly unknown?: readonly string[];
}

/**
 * Chooses between the declared model and a mirror. With a source that has no table of the model, every table of the
 * warehouse would stay empty. Such a source is mirrored instead, unless the person says otherwise.
 * @param options.secret the secret of the user's own source; undefined for the embedded one
 * @param options.mirror the person's choice
 */
export async function chooseModel(options: {
  readonly secret: string | undefined;
  readonly schemas: readonly string[];
  readonly mirror: string | undefined;
  readonly progress: (message: string) => void;
}): Promise<ModelChoice> {
  const { secret, schemas, mirror, progress } = options;
  const asAsked: ModelChoice = { model: "declared", mirror: mirror ?? "none" };
  if (secret === undefined || mirror === "none") return asAsked;
  let tables: readonly TableDescription[];
  try {
    tables = await listTables(secret, schemas);
  } catch (error) {
    progress(
      `the tables of the source could not be listed, so nobody knows whether they fit the model; ingest tries again: ${messageOf(error)}`,
    );
    return asAsked;
  }
  const contracts = contractsOf(model);
  // Many databases have a table called address, so its columns must match, too.
  const isKnown = (table: TableDescription): boolean => {
    const contract = contracts.get(table.name);
    return contract !== undefined && findBreaches(contract, table).length === 0;
  };
  if (tables.some(isKnown)) return asAsked;
  return { model: "none", mirror: mirror ?? "all", unknown: tables.map(({ name }) => name) };
}

async function listTables(secret: string, schemas: readonly string[]): Promise<readonly TableDescription[]> {
  const credentials = parseCredentials(secret, "--source");
  const { tables } = await withSourceSnapshot({ credentials, schemas }, (source) => source.catalogue());
  return tables;
}

/** The text for a person whose database the model does not know. */
export function describeUnknown(tables: readonly string[], mirrorSchema: string): readonly string[] {
  const [first = "t"] = tables;
  const many = `${tables.length} ${tables.length === 1 ? "table" : "tables"}`;
  return [
    `The model of this project knows none of the ${many} of your database, so the warehouse mirrors them as they are.`,
    `Each is in the schema ${mirrorSchema}: SELECT * FROM ${mirrorSchema}.${/^[a-z_][a-z0-9_]*$/.test(first) ? first : JSON.stringify(first)}.`,
    "For star schemas, npm run draft writes a model of your database, and docs/your-own-database.md says how to continue.",
  ];
}
