import type { ServerResponse } from "node:http";
import type { Topic } from "../api";
import type { History } from "./history";

/** So many events of a run come at once that each would make a page ask a hundred times. */
const TOGETHER_MS = 150;
const HEARTBEAT_MS = 15_000;

/**
 * Tells a page what is new, as server-sent events: a line a topic (HTML standard, "Server-sent events"). What
 * exactly is new, the page asks. A comment now and then shows both sides that the other is there.
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
