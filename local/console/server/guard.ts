import type { IncomingHttpHeaders } from "node:http";

/** A request, as far as it decides whether it may be answered. */
export interface GuardedRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Why a request is refused; undefined when it may be answered. Any page that a browser on this machine has
 * open can send requests to a server on the loopback interface:
 *
 * - under a name of its own that it lets point to 127.0.0.1 (DNS rebinding): `Host` must be ours;
 * - from another origin, where it cannot read the answer but what it asks would be done: a POST must come
 *   from our own page and be JSON, which no other origin can send without being asked first.
 */
export function refusal({ method, headers }: GuardedRequest, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = "", origin } = headers;
  if (!hosts.includes(host)) return `the console answers to http://127.0.0.1:${port} only`;
  if (headers["sec-fetch-site"] === "cross-site") return "another site's page may not ask the console";
  if (method === "GET" || method === "HEAD") return undefined;
  if (method !== "POST") return "the console knows GET and POST";
  if (origin !== `http://${host}`) return "only the console's own pages may ask for that";
  if (headers["content-type"] !== "application/json") return "send JSON";
  return undefined;
}

/**
 * With every answer. Scripts and styles come from the server alone, nothing is framed, and no text becomes
 * markup: under `require-trusted-types-for` the browser itself refuses `innerHTML`.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};
