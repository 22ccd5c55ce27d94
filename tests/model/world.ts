import { mkdtemp, readFile, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dayNumber, type DayRange } from "../../domain/calendar";
import { startS3, type S3Hook, type S3Server } from "../../local/s3/server";
import { createDatabase, createSource, type TestDatabase } from "../support/postgres";
import { warehouseObserver, type WarehouseState } from "./observe";
import { openShop, type Shop } from "./shop";

/** The databases that a process plays its histories on, one after the other. */
export interface World {
  readonly source: TestDatabase;
  readonly warehouse: TestDatabase;
  readonly shop: Shop;
  /** Of the PostgreSQL server. */
  readonly port: number;
  readonly version: string;
  observeWarehouse(): Promise<WarehouseState>;
  /** Makes everything as it is at the beginning of a history, whatever the last one left. */
  reset(): Promise<void>;
  /** A lake of its own for one history. */
  startLake(hooks: { readonly before: S3Hook; readonly after: S3Hook }): Promise<Lake>;
  close(): Promise<void>;
}

export interface Lake {
  readonly s3: S3Server;
  close(): Promise<void>;
}

export const BUCKETS = { ingestion: "ingestion", processed: "processed" } as const;

/** The year of the orders at the beginning: a short calendar is quickly loaded. */
export const CALENDAR: DayRange = { first: dayNumber("2024-01-01"), last: dayNumber("2024-12-31") };

/** Catalogues that are emptied again and again grow: after so many histories the databases are made anew. */
const LIFETIME = 60;

/** Opens the databases of this process. */
export async function openWorld(): Promise<World> {
  const source = await createDatabase();
  const warehouse = await createDatabase();
  const shop = await openShop(source);
  const [server] = await source.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  const seed = await seedStatement();
  const observe = warehouseObserver();
  return {
    source,
    warehouse,
    shop,
    port: Number(new URL(source.url).port),
    version: server?.version ?? "",
    observeWarehouse: () => observe(warehouse),
    reset: async () => {
      await shop.settle("ROLLBACK");
      await endConnections(source);
      await source.query(seed);
      await warehouse.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
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
      await shop.settle("ROLLBACK");
      await shop.close();
      await source.drop();
      await warehouse.drop();
    },
  };
}

const MEMORY = "/dev/shm";
const LAKES_BYTES = 256 * 1024 * 1024;

/** Small files that live for a second need no disk, where there is another place. */
async function lakesIn(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(MEMORY);
    return bavail * bsize > LAKES_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** A world for one history after the other. */
export function worlds(): { next(): Promise<World>; close(): Promise<void> } {
  let world: World | undefined;
  let histories = 0;
  return {
    next: async () => {
      if (histories++ % LIFETIME === 0) {
        await world?.close();
        world = undefined;
      }
      world ??= await openWorld();
      await world.reset();
      return world;
    },
    close: async () => {
      await world?.close();
      world = undefined;
    },
  };
}

/** Waits until the server has noticed that the stages' connections are gone, and rolled back. */
export async function endConnections(database: TestDatabase): Promise<void> {
  await database.query(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'marble'",
  );
}

async function seedStatement(): Promise<string> {
  const schema = await readFile(join(__dirname, "../../local/totesys/schema.sql"), "utf8");
  const rows = await readFile(join(__dirname, "source.sql"), "utf8");
  // The role was made with the server's first template.
  await createSource().then((database) => database.drop());
  return `BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader; ${schema}; ${rows}; COMMIT`;
}
