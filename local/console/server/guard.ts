import type { IncomingHttpHeaders } from "node:http";

/** The parts of a request that decide whether the server answers it. */
interface GuardedRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Why a request is refused; undefined when it may be answered. Any page in a browser on this machine can send requests
 * to a server on the loopback interface:
 *
 * - with a host name that it lets point to 127.0.0.1 (DNS rebinding). So `Host` must be that of the console.
 * - from another origin. It cannot read the answer, but its request would take effect. So a POST must come from a page of
 *   the console and be JSON, which no other origin can send without a preflight request.
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
 * The headers of every answer. Scripts and styles come only from the server, no page is framed, and no text becomes
 * markup. With `require-trusted-types-for`, the browser refuses `innerHTML`.
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
