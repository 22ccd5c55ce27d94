import { Client, types } from "pg";

/** The types that JavaScript's Date would change, because it has neither a day nor a time without a zone. */
const TEMPORAL: ReadonlySet<number> = new Set<number>([
  types.builtins.DATE,
  types.builtins.TIME,
  types.builtins.TIMESTAMP,
  types.builtins.TIMESTAMPTZ,
]);

/**
 * Connects to a database. Dates and times come as PostgreSQL's text, because a Date would read `timestamp` in the zone
 * of this machine.
 */
export async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    types: {
      getTypeParser: (type, format) =>
        TEMPORAL.has(type) ? keepText : (types.getTypeParser(type, format) as (text: string) => unknown),
    },
  });
  await client.connect();
  return client;
}

const keepText = (text: string) => text;

/** Runs `work` on a new connection, which is closed in any case. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
