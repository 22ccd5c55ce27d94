import { join, resolve } from "node:path";
import { startCloud, type Cloud, type CloudEvent } from "./cloud";
import { databaseSecret } from "./database-secret";
import { embeddedSource, embeddedWarehouse, givenDatabase, type LocalDatabase } from "./databases";
import { lockDirectory } from "./directory-lock";
import { startAll } from "./start-all";

export interface PlatformOptions {
  /** Where everything lives. */
  readonly lake: string;
  /** PostgreSQL URLs of the user's own databases; embedded ones where they are not given. */
  readonly source?: string | undefined;
  readonly warehouse?: string | undefined;
  readonly sourceSchema?: string;
  readonly warehouseSchema?: string;
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

const ALERT_EMAIL = "you@example.com";

/** Starts databases and cloud; when a part cannot be started, those that were are stopped again. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { progress, onEvent, sourceSchema = "public", warehouseSchema = "public" } = options;
  const lake = resolve(options.lake);
  const given = {
    source: options.source === undefined ? undefined : databaseSecret(options.source, "--source"),
    warehouse: options.warehouse === undefined ? undefined : databaseSecret(options.warehouse, "--warehouse"),
  };
  return startAll(async (started) => {
    const unlock = lockDirectory(lake);
    started(unlock);
    const postgres = join(lake, "postgres");
    if (options.source === undefined || options.warehouse === undefined) progress("starting PostgreSQL");
    const [source, warehouse] = await Promise.all([
      options.source === undefined ? embeddedSource(postgres, progress) : givenDatabase(options.source),
      options.warehouse === undefined ? embeddedWarehouse(postgres) : givenDatabase(options.warehouse),
    ]);
    started(() => source.stop());
    started(() => warehouse.stop());
    progress("running the Pulumi program and bringing up what it declares");
    const cloud = await startCloud({
      directory: lake,
      config: {
        "marble:alertEmail": ALERT_EMAIL,
        "marble:sourceSchema": sourceSchema,
        "marble:warehouseSchema": warehouseSchema,
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
