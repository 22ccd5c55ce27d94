import type pg from "pg";
import type { Credentials } from "../../../adapters/aws/secrets";
import { withConnection } from "../../../adapters/postgres/postgres";
import { codeOf, messageOf } from "../../../domain/errors";

/** The warehouse of the platform, and how long a query may take. */
export interface Warehouse {
  readonly credentials: Credentials;
  readonly schema: string;
  /** The time for each query in milliseconds. A person waits for the answer, so it is short: ten seconds by default. */
  readonly limitMs?: number;
}

const LIMIT_MS = 10_000;

/** The client waits this much longer than the server, which then ends the query and names the reason. */
const GRACE_MS = 2000;

/** PostgreSQL cancelled the query (PostgreSQL manual, appendix A). */
const CANCELLED = "57014";
/** The client's message when the server has not even cancelled the query. */
const UNANSWERED = "Query read timeout";

/**
 * Asks the warehouse. A query behind a lock, or a server that hangs, fails after the limit.
 * @throws when the warehouse does not answer
 */
export async function askWarehouse<T>(
  { credentials, limitMs = LIMIT_MS }: Warehouse,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  try {
    return await withConnection(
      "warehouse",
      credentials,
      async (client) => {
        await client.query(`SET statement_timeout = ${limitMs}`);
        return work(client);
      },
      { query_timeout: limitMs + GRACE_MS },
    );
  } catch (error) {
    if (codeOf(error) !== CANCELLED && messageOf(error) !== UNANSWERED) throw error;
    throw new Error(
      `the warehouse has not answered a query within ${limitMs / 1000} s, perhaps because another session holds a lock: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
