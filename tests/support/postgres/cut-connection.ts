import { Client } from "pg";

/** The outcome of work whose connection was cut. */
type CutOutcome<T> =
  { readonly state: "done"; readonly value: T } | { readonly state: "failed"; readonly error: unknown };

interface MarbleClient {
  readonly connectionParameters: { readonly application_name?: string };
  readonly connection: { readonly stream: { destroy(): void } };
}

type Query = (this: Client, ...args: unknown[]) => unknown;

/**
 * Does some work, and cuts its connection before it sends its n-th statement. To the database, the process looks killed
 * there. Connections of the tests stay.
 */
export async function cuttingAt<T>(statement: number, work: () => Promise<T>): Promise<CutOutcome<T>> {
  const prototype = Client.prototype as unknown as { query: Query };
  const original = prototype.query;
  let count = 0;
  prototype.query = function (...args) {
    const client = this as unknown as MarbleClient;
    if (client.connectionParameters.application_name === "marble" && ++count === statement)
      client.connection.stream.destroy();
    return original.apply(this, args);
  };
  try {
    return { state: "done", value: await work() };
  } catch (error) {
    return { state: "failed", error };
  } finally {
    prototype.query = original;
  }
}
