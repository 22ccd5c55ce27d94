import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { messageOf, TerminalError, TransientError } from "../../domain/errors";
import { SDK_TIMEOUTS } from "./sdk-timeouts";

/** How to connect to a database: the JSON of a secret, in the form that RDS uses. */
const credentials = z.object({
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65535).default(5432),
  database: z.string().min(1),
  user: z.string().min(1),
  password: z.string(),
  /**
   * true (the default): TLS, with the server's certificate checked against the RDS authorities.
   * `{ "ca": "<PEM>" }`: TLS, with the certificate checked against that authority.
   * false: no TLS. For tests and tunnels only.
   */
  ssl: z.union([z.boolean(), z.strictObject({ ca: z.string().includes("BEGIN CERTIFICATE") })]).default(true),
});
export type Credentials = z.infer<typeof credentials>;

/** Secrets that RDS manages use the names `username` and `dbname`. */
const rdsNames = (secret: unknown): unknown => {
  if (typeof secret !== "object" || secret === null) return secret;
  const { username, dbname, ...rest } = secret as Record<string, unknown>;
  return {
    ...(username !== undefined && { user: username }),
    ...(dbname !== undefined && { database: dbname }),
    ...rest,
  };
};

/**
 * Reads the credentials in a secret. Messages name the secret and its keys, never a value.
 * @throws TerminalError when the secret does not exist or is malformed, TransientError otherwise
 */
export async function readCredentials(
  secretName: string,
  client = new SecretsManagerClient(SDK_TIMEOUTS),
): Promise<Credentials> {
  return parseCredentials(await readSecretText(secretName, client), secretName);
}

/**
 * Parses the credentials in the text of a secret.
 * @throws TerminalError that names the secret and its keys, never a value
 */
export function parseCredentials(text: string, secretName: string): Credentials {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's message would quote the secret, so do not attach it as the cause.
    throw new TerminalError(
      `the secret ${secretName} is not valid JSON; it must be {"host", "port", "database", "user", "password"}`,
    );
  }
  const result = credentials.safeParse(rdsNames(json));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, code }) => `"${path.join(".")}" (${code})`);
  throw new TerminalError(
    `the secret ${secretName} is malformed: missing or wrong ${problems.join(", ")}; ` +
      `it must be {"host", "port", "database", "user", "password"} and may have "ssl"`,
  );
}

async function readSecretText(name: string, client: SecretsManagerClient): Promise<string> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    if (SecretString !== undefined) return SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      throw new TerminalError(
        `the secret ${name} does not exist in this account and region; create it, or configure its name`,
        { cause: error },
      );
    }
    if (error instanceof Error && error.name === "AccessDeniedException") {
      throw new TerminalError(`this function may not read the secret ${name}: ${error.message}`, {
        cause: error,
      });
    }
    throw new TransientError(`the secret ${name} could not be read: ${messageOf(error)}`, { cause: error });
  }
  throw new TerminalError(`the secret ${name} is binary; it must be a JSON text`);
}
