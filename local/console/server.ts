import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf } from "../../domain/errors";
import type { HttpServer } from "../http";
import { bundleAssets, type Assets } from "./assets";
import { streamTopics } from "./event-stream";
import { refusal, SECURITY_HEADERS } from "./guard";
import type { History } from "./history";
import type { Routes } from "./routes";

export interface ConsoleServerOptions {
  readonly routes: Routes;
  readonly history: Pick<History, "subscribe">;
  /** 0 for any that is free. */
  readonly port: number;
}

/** Serves the pages and what they ask for, on 127.0.0.1 alone. */
export async function startServer(options: ConsoleServerOptions): Promise<HttpServer> {
  const assets = await bundleAssets();
  const server = createServer((request, response) => {
    answer(request, response, { ...options, assets, server }).catch((error: unknown) =>
      json(response, 500, { error: messageOf(error) }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { routes, history, assets, server }: ConsoleServerOptions & { assets: Assets; server: Server },
): Promise<void> {
  const { method = "GET", headers } = request;
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  const refused = refusal({ method, headers }, portOf(server));
  if (refused !== undefined) {
    json(response, 403, { error: refused });
    return;
  }

  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const asset = assets.get(pathname);
  if (asset !== undefined) {
    response.writeHead(200, { "Content-Type": asset.type }).end(asset.body);
    return;
  }
  if (pathname === "/api/events") {
    streamTopics(response, history);
    return;
  }
  const path = pathname.replace(/^\/api\//, "");
  if (!isRoute(path, routes)) {
    json(response, 404, { error: `there is nothing at ${pathname}` });
    return;
  }
  json(response, 200, await routes[path]((name) => searchParams.get(name) ?? ""));
}

const isRoute = (path: string, routes: Routes): path is keyof Routes => Object.hasOwn(routes, path);

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
