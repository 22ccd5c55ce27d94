import { readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEFAULTS } from "../infra/settings/config";
import { startCloud, type Cloud } from "./cloud";
import type { CloudEvent } from "./cloud-event";
import { databaseSecret, isSameDatabase } from "./databases/database-secret";
import { embeddedSource, embeddedWarehouse, givenDatabase, type LocalDatabase } from "./databases/databases";
import { LOCK_FILE, lockDirectory } from "./directory-lock";
import { startAll } from "./cloud/start-all";

export interface PlatformOptions {
  /** Where everything lives. */
  readonly lake: string;
  /** PostgreSQL URLs of the user's own databases; embedded ones where they are not given. */
  readonly source?: string | undefined;
  readonly warehouse?: string | undefined;
  readonly sourceSchema?: string;
  readonly warehouseSchema?: string;
  /** Begins with an empty lake, whatever was in it. */
  readonly fresh?: boolean;
  readonly progress: (message: string) => void;
  readonly onEvent?: (event: CloudEvent) => void;
}

/** The local cloud with the databases that it stands between. */
export interface Platform {
  readonly cloud: Cloud;
  readonly source: LocalDatabase;
  readonly warehouse: LocalDatabase;
  readonly lake: string;
  /** Ends everything, the last first. May be called again. */
  stop(): Promise<void>;
}

/** Where one can look while it is up, a line each. */
export const whereItIs = ({ lake, source, warehouse }: Platform): string[] => [
  `the lake is in ${lake}; logs, mails and failed events are next to it`,
  ...[
    { name: "source   ", ownerUrl: source.ownerUrl },
    { name: "warehouse", ownerUrl: warehouse.ownerUrl },
  ].flatMap(({ name, ownerUrl }) => (ownerUrl === undefined ? [] : [`${name}   psql '${ownerUrl}'`])),
];

const ALERT_EMAIL = "you@example.com";

/** Starts databases and cloud; when a part cannot be started, those that were are stopped again. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  // It asks for a newer Node. AWS has one, and here a warning in the midst of a table helps nobody.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { progress, onEvent, sourceSchema = "public", warehouseSchema = "public", fresh = false } = options;
  const lake = resolve(options.lake);
  const given = {
    source: options.source === undefined ? undefined : databaseSecret(options.source, "--source"),
    warehouse: options.warehouse === undefined ? undefined : databaseSecret(options.warehouse, "--warehouse"),
  };
  const isShared = given.source && given.warehouse && isSameDatabase(given.source, given.warehouse);
  if (isShared && [warehouseSchema, DEFAULTS.martsSchema].includes(sourceSchema)) {
    throw new Error(
      `--source and --warehouse name the same database, and the schema ${sourceSchema} is read and written: ` +
        "what is loaded would be captured again; choose another with --warehouse-schema, or another database",
    );
  }
  return startAll(async (started) => {
    const unlock = lockDirectory(lake);
    started(unlock);
    if (fresh) emptyLake(lake);
    const postgres = join(lake, "postgres");
    if (options.source === undefined || options.warehouse === undefined) progress("starting PostgreSQL");
    const starting = [
      options.source === undefined ? embeddedSource(postgres, progress) : givenDatabase(options.source),
      options.warehouse === undefined ? embeddedWarehouse(postgres) : givenDatabase(options.warehouse),
    ] as const;
    // A database whose fellow fails is still on its way up: it is stopped when it has come.
    started(async () => {
      const outcomes = await Promise.allSettled(starting);
      await Promise.all(
        outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.stop()] : [])),
      );
    });
    const [source, warehouse] = await Promise.all(starting);
    progress("running the Pulumi program and bringing up what it declares");
    const cloud = await startCloud({
      directory: lake,
      config: {
        "marble:alertEmail": ALERT_EMAIL,
        "marble:sourceSchema": sourceSchema,
        "marble:warehouseSchema": warehouseSchema,
        // Nothing here stands in for Athena; DuckDB reads the files of the lake.
        "marble:athena": "false",
      },
      secrets: {
        "Totesys-Credentials": given.source ?? databaseSecret(source.url, "the embedded source"),
        "Warehouse-Credentials": given.warehouse ?? databaseSecret(warehouse.url, "the embedded warehouse"),
      },
      ...(onEvent !== undefined && { onEvent }),
    });
    started(() => cloud.stop());
    return { cloud, source, warehouse, lake };
  });
}

function emptyLake(lake: string): void {
  for (const name of readdirSync(lake)) {
    if (name !== LOCK_FILE) rmSync(join(lake, name), { recursive: true, force: true });
  }
}
