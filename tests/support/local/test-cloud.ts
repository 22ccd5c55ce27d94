import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud, type Cloud, type CloudOptions } from "../../../local/cloud";
import { databaseSecret } from "../../../local/databases/database-secret";
import { startProgram } from "../../../local/pulumi/start-program";
import { createDatabase, type TestDatabase } from "../postgres/postgres";

/** A local cloud between a source and an empty warehouse. */
export interface TestCloud {
  readonly cloud: Cloud;
  readonly source: TestDatabase;
  readonly warehouse: TestDatabase;
  /** Stops the cloud, and drops both databases. */
  close(): Promise<void>;
}

/** Starts the program over a source. Close the cloud. */
export async function startTestCloud(
  source: TestDatabase,
  {
    config,
    onEvent,
  }: { readonly config?: CloudOptions["config"]; readonly onEvent?: CloudOptions["onEvent"] } = {},
): Promise<TestCloud> {
  const warehouse = await createDatabase();
  const directory = await mkdtemp(join(tmpdir(), "marble-cloud-"));
  const cloud = await startCloud({
    runProgram: (options) => startProgram(options).program,
    directory,
    config: { "marble:alertEmail": "data@example.com", ...config },
    secrets: {
      "Totesys-Credentials": databaseSecret(source.readerUrl, "source"),
      "Warehouse-Credentials": databaseSecret(warehouse.url, "warehouse"),
    },
    ...(onEvent !== undefined && { onEvent }),
  });
  return {
    cloud,
    source,
    warehouse,
    close: async () => {
      await cloud.stop();
      await source.drop();
      await warehouse.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
