import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startS3, type S3Hook, type S3Server } from "../../../local/cloud/s3/server";
import { createDatabase, type TestDatabase } from "../../support/postgres/postgres";
import { endConnections } from "../../support/oracle/tiny-totesys";
import type { Fixture } from "../fixture";
import { openApplication, type Application } from "./application";

/** The databases of a process, on which it plays its histories one after the other. */
export interface World {
  readonly source: TestDatabase;
  readonly warehouse: TestDatabase;
  readonly application: Application;
  /** Of the PostgreSQL server. */
  readonly port: number;
  readonly version: string;
  /** Resets everything to the state at the beginning of a history. */
  reset(fixture: Fixture): Promise<void>;
  /** The lake of one history. */
  startLake(hooks: { readonly before: S3Hook; readonly after: S3Hook }): Promise<Lake>;
  close(): Promise<void>;
}

interface Lake {
  readonly s3: S3Server;
  close(): Promise<void>;
}

export const BUCKETS = { ingestion: "ingestion", processed: "processed" } as const;

/** The catalogues grow with each history, so the databases are recreated after this number of histories. */
const LIFETIME = 60;

/** Drops everything and leaves an empty schema `public`. */
const EMPTY = `DO $do$ DECLARE name text; BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP;
  CREATE SCHEMA public;
END $do$`;

/** Opens the databases of this process. */
async function openWorld(): Promise<World> {
  const source = await createDatabase();
  const warehouse = await createDatabase();
  for (const database of [source, warehouse])
    await database.query("SET timezone = 'UTC'; SET intervalstyle = 'iso_8601'");
  const application = await openApplication(source);
  const [server] = await source.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  return {
    source,
    warehouse,
    application,
    port: Number(new URL(source.url).port),
    version: server?.version ?? "",
    reset: async ({ seed, prepared }) => {
      await application.settle("ROLLBACK");
      await endConnections(source);
      await source.query(`${EMPTY}; ${seed}`);
      await warehouse.query(`${EMPTY}; ${prepared}`);
    },
    startLake: async (hooks) => {
      const directory = await mkdtemp(join(await lakesIn(), "marble-lake-"));
      const s3 = await startS3({ directory, ...hooks });
      for (const bucket of Object.values(BUCKETS)) await s3.createBucket(bucket);
      return {
        s3,
        close: async () => {
          await s3.close();
          await rm(directory, { recursive: true, force: true });
        },
      };
    },
    close: async () => {
      await application.settle("ROLLBACK");
      await application.close();
      await source.drop();
      await warehouse.drop();
    },
  };
}

const MEMORY = "/dev/shm";
const LAKES_BYTES = 256 * 1024 * 1024;

/** The folder for short-lived small files, in memory if possible. */
async function lakesIn(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(MEMORY);
    return bavail * bsize > LAKES_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** The databases and the lake, reused by one history after the other. */
export function worlds(): {
  next(fixture: Fixture): Promise<World>;
  /** The version of the PostgreSQL server that it starts. */
  version(): Promise<string>;
  close(): Promise<void>;
} {
  let world: World | undefined;
  let histories = 0;
  return {
    next: async (fixture) => {
      if (++histories % LIFETIME === 0) {
        await world?.close();
        world = undefined;
      }
      world ??= await openWorld();
      await world.reset(fixture);
      return world;
    },
    version: async () => (world ??= await openWorld()).version,
    close: async () => {
      await world?.close();
      world = undefined;
    },
  };
}
