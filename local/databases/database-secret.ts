import { readFileSync } from "node:fs";
import { messageOf } from "../../domain/errors";

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** All modes with TLS check the certificate and the host name; libpq checks less for some. */
const CHECKED_MODES: ReadonlySet<string> = new Set(["require", "verify-ca", "verify-full"]);

/**
 * The secret for a PostgreSQL URL: `postgresql://user:password@host:port/database`, with optional
 * `sslmode=disable|require|verify-full` and `sslrootcert=<file>`. The default is no TLS on this machine, and TLS with a
 * checked certificate elsewhere.
 * @param option the option with the URL, for messages
 * @throws Error that says what is wrong with the URL, without its password
 */
export function databaseSecret(url: string, option: string): string {
  const { protocol, hostname, port, pathname, username, password, searchParams } = parseUrl(url, option);
  if (protocol !== "postgresql:" && protocol !== "postgres:")
    throw new Error(`${option} must begin with postgresql://`);
  const database = decode(pathname.slice(1), option);
  if (hostname === "" || database === "" || username === "") {
    throw new Error(
      `${option} must name a user, a host and a database: postgresql://user:password@host:5432/database`,
    );
  }
  return JSON.stringify({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? 5432 : Number(port),
    database,
    user: decode(username, option),
    password: decode(password, option),
    ssl: tls(searchParams, hostname, option),
  });
}

/**
 * Whether two secrets name the same database, by their texts. One host may have several names, so load compares the
 * answers of the servers, too.
 */
export function isSameDatabase(one: string, other: string): boolean {
  const [a, b] = [one, other].map(placeIn);
  return a === b;
}

function placeIn(secret: string): string {
  const { host, port, database } = JSON.parse(secret) as { host: string; port: number; database: string };
  return JSON.stringify([LOOPBACK.has(host) || host === "::1" ? "localhost" : host, port, database]);
}

function parseUrl(url: string, option: string): URL {
  try {
    return new URL(url);
  } catch {
    // The error of URL quotes the whole text with its password.
    throw new Error(`${option} is not a URL; write postgresql://user:password@host:5432/database`);
  }
}

function decode(part: string, option: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error(
      `${option} has a % without two hexadecimal digits after it: write %25 for a percent sign`,
    );
  }
}

function tls(parameters: URLSearchParams, hostname: string, option: string): boolean | { ca: string } {
  const file = parameters.get("sslrootcert");
  const byDefault = file === null && LOOPBACK.has(hostname) ? "disable" : "verify-full";
  const mode = parameters.get("sslmode") ?? byDefault;
  if (mode === "disable") return false;
  if (!CHECKED_MODES.has(mode))
    throw new Error(`${option}: sslmode=${mode} is not known; use disable or verify-full`);
  return file === null || { ca: certificate(file, option) };
}

function certificate(file: string, option: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${option}: the file of sslrootcert cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (!text.includes("BEGIN CERTIFICATE"))
    throw new Error(`${option}: sslrootcert=${file} is not a certificate in PEM format`);
  return text;
}
