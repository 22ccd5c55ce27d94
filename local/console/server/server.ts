import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf } from "../../../domain/errors";
import type { HttpServer } from "../../cloud/http";
import { bundleAssets, type Assets } from "./assets";
import { streamTopics } from "./event-stream";
import { refusal, SECURITY_HEADERS } from "./guard";
import type { History } from "./history";
import { Refusal } from "./refusal";
import type { PostRoutes, Routes } from "./routes";

interface ConsoleServerOptions {
  readonly routes: Routes;
  readonly posts: PostRoutes;
  readonly history: Pick<History, "subscribe">;
  /** 0 for any free port. */
  readonly port: number;
}

interface Answering extends ConsoleServerOptions {
  readonly assets: Assets;
  readonly server: Server;
}

/** Serves the pages and their data, only on 127.0.0.1. */
export async function startServer(options: ConsoleServerOptions): Promise<HttpServer> {
  const assets = await bundleAssets();
  const server = createServer((request, response) => {
    answer(request, response, { ...options, assets, server }).catch((error: unknown) =>
      json(response, error instanceof Refusal ? error.status : 500, { error: messageOf(error) }),
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

async function answer(request: IncomingMessage, response: ServerResponse, options: Answering): Promise<void> {
  const { routes, posts, history, assets, server } = options;
  const { method = "GET", headers } = request;
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  const refused = refusal({ method, headers }, portOf(server));
  if (refused !== undefined) throw new Refusal(403, refused);

  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const path = pathname.replace(/^\/api\//, "");
  if (method === "POST") {
    if (!has(posts, path)) throw new Refusal(404, `nothing can be done at ${pathname}`);
    json(response, 200, await posts[path](await readJson(request)));
    return;
  }
  const asset = assets.get(pathname);
  if (asset !== undefined) {
    response.writeHead(200, { "Content-Type": asset.type }).end(asset.body);
    return;
  }
  if (pathname === "/api/events") {
    streamTopics(response, history);
    return;
  }
  if (!has(routes, path)) throw new Refusal(404, `there is nothing at ${pathname}`);
  json(response, 200, await routes[path]((name) => searchParams.get(name) ?? ""));
}

const has = <T extends object>(routes: T, path: PropertyKey): path is keyof T => Object.hasOwn(routes, path);

const LONGEST_BODY = 64 * 1024;

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.length > LONGEST_BODY) throw new Refusal(413, "the request is too long");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "the request is not valid JSON");
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
