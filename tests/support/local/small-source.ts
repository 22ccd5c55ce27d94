import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startPostgres } from "../../../local/databases/postgres/server";
import { createTotesys, seedTotesys } from "../../../local/databases/totesys/seed";

/** Makes the source that `npm run local` would generate in a lake, a hundredth of its size, so that runs are short. */
export async function smallSource(lake: string): Promise<void> {
  const directory = join(lake, "postgres/source");
  await mkdir(directory, { recursive: true });
  const server = await startPostgres({ directory });
  try {
    await server.createDatabase("totesys");
    await createTotesys(server.url("totesys"));
    await seedTotesys(server.url("totesys"), { scale: 0.01 });
  } finally {
    await server.stop();
  }
}
