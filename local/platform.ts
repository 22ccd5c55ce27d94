import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEFAULTS } from "../infra/settings/config";
import { messageOf } from "../domain/errors";
import { startCloud, type Cloud } from "./cloud";
import type { CloudEvent } from "./cloud-event";
import { databaseSecret, isSameDatabase } from "./databases/database-secret";
import {
  startEmbeddedSource,
  startEmbeddedWarehouse,
  useGivenDatabase,
  type LocalDatabase,
} from "./databases/databases";
import { chooseModel, type ModelChoice } from "./databases/unknown-source";
import { sentence } from "./commands/terminal/sentence";
import { LOCK_FILE, lockDirectory } from "./directory-lock";
import { startProgram } from "./pulumi/start-program";
import { startAll } from "./cloud/start-all";
import { untilAborted } from "./until-aborted";

export interface PlatformOptions {
  /** The folder of all local data. */
  readonly lake: string;
  /** PostgreSQL URLs of the user's own databases. Without one, an embedded database starts. */
  readonly source?: string | undefined;
  readonly warehouse?: string | undefined;
  /** The schemas that are read; the tables of the first have plain names in the lake. */
  readonly sourceSchemas?: readonly string[];
  readonly warehouseSchema?: string;
  /** The schemas of the marts and of the mirror; by default those of the settings. */
  readonly martsSchema?: string | undefined;
  readonly mirrorSchema?: string | undefined;
  /** The tables of the source to mirror; by default none, and all of a source that the model does not know. */
  readonly mirror?: string | undefined;
  /** Empties the lake first. */
  readonly fresh?: boolean;
  readonly progress: (message: string) => void;
  readonly onEvent?: (event: CloudEvent) => void;
  /** Cancels the start: started parts are stopped, and the error is the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** The local cloud with its two databases. */
export interface Platform {
  readonly cloud: Cloud;
  readonly source: LocalDatabase;
  readonly warehouse: LocalDatabase;
  readonly lake: string;
  /** The settings of the model and the mirror. */
  readonly choice: ModelChoice;
  /** Stops everything, the last first. May be called again. */
  stop(): Promise<void>;
}

/** The folders of a lake that a person may open, by content. */
const FOLDERS = { lake: "buckets", logs: "logs", mails: "outbox" };

/** The addresses of running parts, a line each. */
export const listAddresses = ({ lake, source, warehouse }: Platform): string[] => [
  ...Object.entries(FOLDERS).flatMap(([what, folder]) =>
    existsSync(join(lake, folder)) ? [`${what.padEnd(11)} ${join(lake, folder)}`] : [],
  ),
  ...[
    { name: "source   ", ownerUrl: source.ownerUrl },
    { name: "warehouse", ownerUrl: warehouse.ownerUrl },
  ].flatMap(({ name, ownerUrl }) => (ownerUrl === undefined ? [] : [`${name}   psql '${ownerUrl}'`])),
];

const ALERT_EMAIL = "you@example.com";

/**
 * Starts databases and cloud. If a part cannot start, the started ones are stopped. A person's own database that does not
 * answer fails before anything is started or created.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  // The AWS SDK warns that it will need a newer Node. AWS provides one, and here the warning would only disturb a
  // table.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { progress, onEvent, signal, fresh = false } = options;
  const { sourceSchemas = ["public"], warehouseSchema = "public" } = options;
  const { martsSchema = DEFAULTS.martsSchema, mirrorSchema = DEFAULTS.mirrorSchema } = options;
  const [sourceSchema = "", ...moreSourceSchemas] = sourceSchemas;
  const lake = resolve(options.lake);
  const given = {
    source: options.source === undefined ? undefined : databaseSecret(options.source, "--source"),
    warehouse: options.warehouse === undefined ? undefined : databaseSecret(options.warehouse, "--warehouse"),
  };
  const isShared = given.source && given.warehouse && isSameDatabase(given.source, given.warehouse);
  const written = [warehouseSchema, martsSchema, mirrorSchema];
  const both = written.find((name) => sourceSchemas.includes(name));
  if (isShared && both !== undefined) {
    throw new Error(
      `--source and --warehouse name the same database, and the schema ${both} is read and written: ` +
        "ingest would capture what load wrote; choose another with --warehouse-schema, --marts-schema or --mirror-schema, " +
        "or another database",
    );
  }
  const own = await connectOwn(options, given);
  return startAll(async (started) => {
    const unlock = lockDirectory(lake);
    started(unlock);
    if (fresh) emptyLake(lake);
    const asked = { secret: given.source, schemas: sourceSchemas, mirror: options.mirror, progress };
    const choice = await untilAborted(chooseModel(asked), signal);
    const config = {
      "marble:alertEmail": ALERT_EMAIL,
      "marble:sourceSchema": sourceSchema,
      ...(moreSourceSchemas.length > 0 && { "marble:moreSourceSchemas": moreSourceSchemas.join(",") }),
      "marble:warehouseSchema": warehouseSchema,
      "marble:martsSchema": martsSchema,
      "marble:mirrorSchema": mirrorSchema,
      "marble:model": choice.model,
      "marble:mirror": choice.mirror,
      // No stand-in replaces Athena; DuckDB reads the files of the lake.
      "marble:athena": "false",
    };
    // The program runs while the databases start.
    const run = startProgram({ config, workDirectory: lake });
    started(() => run.stop());
    const postgres = join(lake, "postgres");
    if (own.source === undefined || own.warehouse === undefined) progress("starting PostgreSQL");
    const starting = [
      Promise.resolve(own.source ?? startEmbeddedSource(postgres, { progress, signal })),
      Promise.resolve(own.warehouse ?? startEmbeddedWarehouse(postgres)),
    ] as const;
    // If one database fails, the other may still be starting. It is stopped as soon as it is up.
    started(async () => {
      const outcomes = await Promise.allSettled(starting);
      await Promise.all(
        outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.stop()] : [])),
      );
    });
    const [source, warehouse] = await untilAborted(Promise.all(starting), signal);
    progress("running the Pulumi program and bringing up what it declares");
    const cloud = await startCloud({
      directory: lake,
      config,
      runProgram: () => untilAborted(run.program, signal),
      signal,
      secrets: {
        "Totesys-Credentials": given.source ?? databaseSecret(source.url, "the embedded source"),
        "Warehouse-Credentials": given.warehouse ?? databaseSecret(warehouse.url, "the embedded warehouse"),
      },
      ...(onEvent !== undefined && { onEvent }),
    });
    started(() => cloud.stop());
    return { cloud, source, warehouse, lake, choice };
  }, signal);
}

/** The person's own databases. */
type OwnDatabases = Partial<Record<"source" | "warehouse", LocalDatabase>>;

/** Connects to the person's own databases; undefined for those that are embedded. */
async function connectOwn(
  { source, warehouse, progress, signal }: PlatformOptions,
  secrets: { readonly source: string | undefined; readonly warehouse: string | undefined },
): Promise<OwnDatabases> {
  if (source !== undefined || warehouse !== undefined) progress("connecting to your databases");
  const connect = async (name: "source" | "warehouse", url: string | undefined): Promise<OwnDatabases> => {
    const secret = secrets[name];
    return url === undefined || secret === undefined
      ? {}
      : {
          [name]: await useGivenDatabase(name, { url, secret }).catch((error: unknown) =>
            unreachable(name, error),
          ),
        };
  };
  const connected = await untilAborted(
    Promise.all([connect("source", source), connect("warehouse", warehouse)]),
    signal,
  );
  return { ...connected[0], ...connected[1] };
}

/** @throws Error with the cause, what to do, and what it means for the tables */
function unreachable(name: "source" | "warehouse", error: unknown): never {
  const remedy = `Correct --${name}, or start the database. No stage has run, so no table got newer data.`;
  throw new Error(`${sentence(messageOf(error))} ${remedy}`, { cause: error });
}

function emptyLake(lake: string): void {
  for (const name of readdirSync(lake)) {
    if (name !== LOCK_FILE) rmSync(join(lake, name), { recursive: true, force: true });
  }
}
