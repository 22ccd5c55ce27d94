import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A request with its whole body, as text. */
export interface HttpRequest {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A response: a status, headers, and a body of text. */
export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server on the loopback interface. */
export interface HttpServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Stops the server and closes every connection. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server for small text bodies on 127.0.0.1. Without a port, the system chooses one. The server answers
 * an exception of `handle` with status 500 and the message.
 */
export async function serveHttp(
  handle: (request: HttpRequest) => HttpReply | Promise<HttpReply>,
  port = 0,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void readRequest(request)
      .then(handle)
      .catch((error: unknown): HttpReply => ({ status: 500, body: String(error) }))
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });
  // A client that reuses an idle connection just when it times out would see a reset.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function readRequest(request: IncomingMessage): Promise<HttpRequest> {
  const { method = "GET", url = "/", headers } = request;
  return { method, path: url.replace(/\?.*$/, ""), headers, body: await text(request) };
}
