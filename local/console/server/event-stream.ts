import type { ServerResponse } from "node:http";
import type { Topic } from "../api";
import type { History } from "./history";

/** A run causes a hundred events within this time. Together they cause one request of a page. */
const TOGETHER_MS = 150;
const HEARTBEAT_MS = 15_000;

/**
 * Announces news to a page as server-sent events, one topic per event (HTML standard, "Server-sent events"). The page
 * then fetches the news. A regular comment shows both sides that the connection works.
 */
export function streamTopics(response: ServerResponse, history: Pick<History, "subscribe">): void {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write("retry: 1000\n\n");
  const waiting = new Set<Topic>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    for (const topic of waiting) response.write(`data: ${topic}\n\n`);
    waiting.clear();
  };
  const unsubscribe = history.subscribe((topic) => {
    waiting.add(topic);
    timer ??= setTimeout(flush, TOGETHER_MS);
  });
  const heartbeat = setInterval(() => response.write(":\n\n"), HEARTBEAT_MS);
  response.on("close", () => {
    unsubscribe();
    clearInterval(heartbeat);
    clearTimeout(timer);
  });
}
