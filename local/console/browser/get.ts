import type { Replies } from "../api";

export type Query = Readonly<Record<string, string>>;

/** A page of the console waits this long for the server, in milliseconds. */
const LIMIT_MS = 30_000;

/** These paths read many objects of the lake, one after another. */
const SLOW: ReadonlySet<keyof Replies> = new Set(["folder", "object", "rejected", "schema-changes"]);
const SLOW_LIMIT_MS = 300_000;

/**
 * Sends a GET to the server.
 * @param limitMs the time in which the whole answer has to arrive, in milliseconds
 * @throws Error with the server's message, or when the server takes longer
 */
export async function get<Path extends keyof Replies>(
  path: Path,
  query: Query = {},
  limitMs = SLOW.has(path) ? SLOW_LIMIT_MS : LIMIT_MS,
): Promise<Replies[Path]> {
  const signal = AbortSignal.timeout(limitMs);
  try {
    return await answerOf(await fetch(`/api/${path}?${new URLSearchParams(query).toString()}`, { signal }));
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`the platform has not answered within ${limitMs / 1000} s`, { cause: error });
  }
}

/** The body of an answer. @throws Error with the server's message */
export async function answerOf<T>(response: Response): Promise<T> {
  const body = (await response.json()) as T & { readonly error?: string };
  if (!response.ok) throw new Error(body.error ?? response.statusText);
  return body;
}
