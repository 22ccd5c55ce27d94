import { useEffect, useState } from "preact/hooks";
import { TOPICS, type Replies, type Topic } from "../api";
import { get, messageOf, retryDelay, type Query } from "./requests";

const listeners = new Set<(topic: Topic | "connection") => void>();
let connected = true;

/** Listens to the server's topics while the page is open. The browser reconnects automatically. */
export function connect(): void {
  const source = new EventSource("/api/events");
  const announce = (topic: Topic | "connection"): void => listeners.forEach((listener) => listener(topic));
  const become = (state: boolean): void => {
    connected = state;
    announce("connection");
  };
  source.onopen = () => become(true);
  source.onerror = () => become(false);
  source.onmessage = ({ data }: MessageEvent<string>) =>
    TOPICS.filter((topic) => topic === data).forEach((topic) => announce(topic));
}

function useListener(listener: (topic: Topic | "connection") => void, inputs: readonly unknown[]): void {
  useEffect(() => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, inputs);
}

export function useConnected(): boolean {
  const [state, setState] = useState(connected);
  useListener(() => setState(connected), []);
  return state;
}

/** The last answer of the server, and the error of the last request if it failed. */
export interface Live<T> {
  readonly data?: T;
  /** When the answer arrived, ISO 8601 in UTC. */
  readonly at?: string;
  readonly error?: string;
}

/**
 * The answer of the server, requested again whenever the server announces one of these topics. A failed request is
 * repeated while the page is open, ever more rarely.
 */
export function useLive<Path extends keyof Replies>(
  path: Path,
  { topics, query = {} }: { readonly topics: readonly Topic[]; readonly query?: Query },
): Live<Replies[Path]> {
  const [live, setLive] = useState<Live<Replies[Path]>>({});
  const key = JSON.stringify([path, query]);
  useEffect(() => {
    let gone = false;
    // A topic was announced during the request, so its answer may be too old: request once more.
    let asked: "no" | "once" | "again" = "no";
    let failures = 0;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const show = (next: (last: Live<Replies[Path]>) => Live<Replies[Path]>): void => {
      if (!gone) setLive(next);
    };
    const ask = async (): Promise<void> => {
      asked = asked === "no" ? "once" : "again";
      if (asked === "again") return;
      clearTimeout(retry);
      await get(path, query).then(
        (data) => {
          failures = 0;
          show(() => ({ data, at: new Date().toISOString() }));
        },
        (error: unknown) => {
          failures += 1;
          show((last) => ({ ...last, error: messageOf(error) }));
        },
      );
      const more = isAgain();
      asked = "no";
      if (gone) return;
      if (more) await ask();
      else if (failures > 0) retry = setTimeout(() => void ask(), retryDelay(failures));
    };
    const isAgain = (): boolean => asked === "again";
    const listener = (topic: Topic | "connection"): void => {
      // Topics may have been missed while the connection was lost.
      if (topic === "connection" ? connected : topics.includes(topic)) void ask();
    };
    listeners.add(listener);
    void ask();
    return () => {
      gone = true;
      clearTimeout(retry);
      listeners.delete(listener);
    };
  }, [key]);
  return live;
}

/** The current time, updated every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
