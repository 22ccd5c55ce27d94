import * as z from "zod";

/** The environment of a job: https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
const environment = z.object({
  GITHUB_API_URL: z.url(),
  GITHUB_SERVER_URL: z.url(),
  GITHUB_REPOSITORY: z.string().regex(/^[^/]+\/[^/]+$/),
  GITHUB_RUN_ID: z.string().min(1),
  /** the head of the pull request; `GITHUB_SHA` would be a temporary merge commit */
  COMMIT: z.string().min(7),
  GITHUB_TOKEN: z.string().min(1),
});

/** The author of the comments and issues that a workflow writes with its token. */
const OWN_LOGIN = "github-actions[bot]";

const PAGE = 100;

/** A comment, which the API identifies by its id, or an issue, which it identifies by its number. */
const text = z.object({
  id: z.int(),
  number: z.int().optional(),
  body: z.string().nullable(),
  user: z.object({ login: z.string() }).nullable(),
});

/** The repository that a job runs for. */
export interface Repository {
  readonly runUrl: string;
  readonly commit: string;
  /**
   * Finds the comment or issue under a path that a workflow has written and that starts with a marker. Returns the id
   * of the comment or the number of the issue.
   */
  findOwn(path: string, marker: string): Promise<number | undefined>;
  send(method: "POST" | "PATCH", path: string, body: Readonly<Record<string, unknown>>): Promise<void>;
}

/** @param env the environment of the job */
export function repositoryOf(env: NodeJS.ProcessEnv): Repository {
  const { GITHUB_API_URL, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, COMMIT, GITHUB_TOKEN } =
    environment.parse(env);

  async function request(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${GITHUB_TOKEN}`,
        accept: "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) {
      throw new Error(`GitHub answered ${method} ${path} with ${answer.status}: ${await answer.text()}`);
    }
    return await answer.json();
  }

  return {
    runUrl: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`,
    commit: COMMIT,
    async findOwn(path, marker) {
      for (let page = 1; ; page++) {
        const separator = path.includes("?") ? "&" : "?";
        const url = `${path}${separator}per_page=${PAGE}&page=${page}`;
        const texts = z.array(text).parse(await request("GET", url));
        // Anybody can write a comment with the marker in it. Only a comment of the workflow counts.
        const own = texts.find(({ body, user }) => user?.login === OWN_LOGIN && body?.startsWith(marker));
        if (own !== undefined) return own.number ?? own.id;
        if (texts.length < PAGE) return undefined;
      }
    },
    async send(method, path, body) {
      await request(method, path, body);
    },
  };
}
