import { hasCode } from "../cloud/errno";
import type { HttpServer } from "../cloud/http";
import type { Platform } from "../platform";
import { actionsOf } from "./server/activity";
import { consoleContext } from "./server/context";
import type { History } from "./server/history";
import { openBrowser } from "./server/open-browser";
import { postRoutes, routes } from "./server/routes";
import { startServer } from "./server/server";

/** Where the console is looked for first, so that its address stays from start to start. */
const USUAL_PORT = 8470;

/**
 * Starts the console of a platform that is up.
 * @param port 0 for any that is free; without one, the usual port, or any when that is taken
 * @throws Error when the port that was asked for is taken
 */
export async function startConsole(
  platform: Platform,
  { history, port }: { readonly history: History; readonly port: number | undefined },
): Promise<HttpServer> {
  const context = consoleContext(platform, history);
  const actions = actionsOf(platform, history);
  const serve = (at: number): Promise<HttpServer> =>
    startServer({ routes: routes(context, actions), posts: postRoutes(actions), history, port: at });
  try {
    const server = await serve(port ?? USUAL_PORT).catch((error: unknown) => {
      if (!hasCode(error, "EADDRINUSE")) throw error;
      if (port === undefined) return serve(0);
      throw new Error(`the port ${port} is in use: choose another with --console, or 0 for any`, {
        cause: error,
      });
    });
    return {
      url: server.url,
      close: async () => {
        await server.close();
        context.lake.close();
      },
    };
  } catch (error) {
    context.lake.close();
    throw error;
  }
}

/** Starts the console, says where it is, and opens it when that is wanted. */
export async function showConsole(
  platform: Platform,
  options: {
    readonly history: History;
    readonly port: number | undefined;
    readonly open: boolean;
    readonly say: (line: string) => void;
  },
): Promise<HttpServer> {
  const { say, open } = options;
  const server = await startConsole(platform, options);
  say(`console     ${server.url}`);
  if (open) openBrowser(server.url, () => say("no browser could be opened: open that address yourself"));
  return server;
}
