import type { ActionRequest } from "../action-request";
import type { Posts, Replies } from "../api";

export type Query = Readonly<Record<string, string>>;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A page of the console waits this long for the server, in milliseconds. */
const LIMIT_MS = 30_000;

/** These paths read many objects of the lake, one after another. */
const SLOW: ReadonlySet<keyof Replies> = new Set(["folder", "object", "rejected", "schema-changes"]);
const SLOW_LIMIT_MS = 300_000;

/** The server starts an action immediately. For a plan, it may read many objects. */
const POST_LIMITS_MS: Readonly<Record<keyof Posts, number>> = { act: LIMIT_MS, plan: SLOW_LIMIT_MS };

/** What is known of an action when the answer did not arrive. */
const OUTCOMES: Readonly<Record<keyof Posts, string>> = {
  act: "It is not known whether the action has begun. Look under “What was done” on the page Operations before you begin it again.",
  plan: "The action has not begun.",
};

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
  return valueOf(await ask(`/api/${path}?${new URLSearchParams(query).toString()}`, {}, limitMs));
}

/**
 * Plans or starts an action.
 * @param limitMs the time in which the whole answer has to arrive, in milliseconds
 * @throws Error with the server's message, or without an answer with what is known of the action
 */
export async function post<Path extends keyof Posts>(
  path: Path,
  request: ActionRequest,
  limitMs = POST_LIMITS_MS[path],
): Promise<Posts[Path]> {
  const headers = { "Content-Type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(request) };
  const answer = await ask<Posts[Path]>(`/api/${path}`, init, limitMs).catch((error: unknown) => {
    throw new Error(`${messageOf(error)}. ${OUTCOMES[path]}`, { cause: error });
  });
  return valueOf(answer);
}

/** The time until a page asks again, in milliseconds. @param failures the number of failed requests in a row */
export const retryDelay = (failures: number): number => Math.min(1000 * 2 ** failures, 30_000);

interface Answer<T> {
  readonly response: Response;
  readonly body: T & { readonly error?: string };
}

/** @throws Error when the whole answer does not arrive within the limit */
async function ask<T>(path: string, init: RequestInit, limitMs: number): Promise<Answer<T>> {
  const signal = AbortSignal.timeout(limitMs);
  try {
    const response = await fetch(path, { ...init, signal });
    return { response, body: (await response.json()) as Answer<T>["body"] };
  } catch (error) {
    const what = signal.aborted
      ? `the platform has not answered within ${limitMs / 1000} s`
      : `the connection to the platform broke (${messageOf(error)})`;
    throw new Error(what, { cause: error });
  }
}

/** @throws Error with the server's message */
function valueOf<T>({ response, body }: Answer<T>): T {
  if (!response.ok) throw new Error(body.error ?? response.statusText);
  return body;
}
