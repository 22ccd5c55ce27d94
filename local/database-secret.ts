import { readFileSync } from "node:fs";

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * The secret that stands for a PostgreSQL URL: `postgresql://user:password@host:port/database`, with
 * `sslmode=disable|require|verify-full` and `sslrootcert=<file>` if wanted. On this machine no TLS is the
 * default, elsewhere TLS with a checked certificate.
 * @param option the option that the URL was given with, for messages
 * @throws Error that says what is wrong with the URL, without its password
 */
export function databaseSecret(url: string, option: string): string {
  const { protocol, hostname, port, pathname, username, password, searchParams } = parsed(url, option);
  if (protocol !== "postgresql:" && protocol !== "postgres:")
    throw new Error(`${option} must begin with postgresql://`);
  const database = decodeURIComponent(pathname.slice(1));
  if (hostname === "" || database === "" || username === "") {
    throw new Error(
      `${option} must name a user, a host and a database: postgresql://user:password@host:5432/database`,
    );
  }
  return JSON.stringify({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? 5432 : Number(port),
    database,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ssl: tls(searchParams, hostname, option),
  });
}

function parsed(url: string, option: string): URL {
  try {
    return new URL(url);
  } catch {
    // The error of URL quotes the whole text, password and all.
    throw new Error(`${option} is no URL; it must be postgresql://user:password@host:5432/database`);
  }
}

function tls(parameters: URLSearchParams, hostname: string, option: string): boolean | { ca: string } {
  const certificate = parameters.get("sslrootcert");
  if (certificate !== null) return { ca: readFileSync(certificate, "utf8") };
  const mode = parameters.get("sslmode") ?? (LOOPBACK.has(hostname) ? "disable" : "verify-full");
  if (mode === "disable") return false;
  if (mode === "require" || mode === "verify-ca" || mode === "verify-full") return true;
  throw new Error(`${option}: sslmode=${mode} is not known; use disable or verify-full`);
}
