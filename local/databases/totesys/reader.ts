import { escapeIdentifier, escapeLiteral } from "pg";
import type { Role } from "../postgres/server";
import { withClient } from "../postgres/client";

/**
 * Creates the role of totesys for extracts: SELECT on every table of this database, present and future, and nothing
 * else. An existing role gets the new password.
 */
export async function createReader(url: string, { user, password }: Role): Promise<void> {
  const role = escapeIdentifier(user);
  await withClient(url, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [user]);
    await client.query(`
      BEGIN;
      ${rowCount === 0 ? "CREATE" : "ALTER"} ROLE ${role} LOGIN PASSWORD ${escapeLiteral(password)};
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role};
      ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${role};
      COMMIT`);
  });
}
