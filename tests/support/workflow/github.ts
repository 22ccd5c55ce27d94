import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { repositoryOf, type Repository } from "../../../.github/scripts/github";

export const BOT = "github-actions[bot]";

/** A comment on the pull request, or an issue. */
interface StoredText {
  readonly id: number;
  readonly number: number;
  readonly user: { readonly login: string };
  title?: string;
  body: string;
  state?: string;
  comments: string[];
}

/** The part of GitHub's REST API that the workflows use, for one repository with one pull request, number 7. */
export class GitHubStandIn {
  readonly comments: StoredText[] = [];
  readonly issues: StoredText[] = [];
  #server: Server | undefined;
  #lastId = 100;

  /** What GitHub puts into the environment of a job. */
  get environment(): Record<string, string> {
    return {
      GITHUB_API_URL: `http://127.0.0.1:${(this.#server?.address() as AddressInfo).port}`,
      GITHUB_SERVER_URL: "https://github.example",
      GITHUB_REPOSITORY: "acme/marble",
      GITHUB_RUN_ID: "42",
      GITHUB_TOKEN: "token",
      COMMIT: "0123456789abcdef",
    };
  }

  async start(): Promise<Repository> {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const [status, answer] = this.#answer(request, body);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((done) => this.#server?.listen(0, "127.0.0.1", done));
    return repositoryOf(this.environment);
  }

  async stop(): Promise<void> {
    await new Promise((done) => this.#server?.close(done));
  }

  /** Adds a comment or an issue, as if a person or the workflow had written it. */
  add(to: StoredText[], login: string, body: string): StoredText {
    const id = this.#lastId++;
    const text: StoredText = { id, number: id, user: { login }, body, state: "open", comments: [] };
    to.push(text);
    return text;
  }

  #answer(request: IncomingMessage, body: Partial<StoredText>): [number, unknown] {
    const url = new URL(request.url ?? "", "http://github.example");
    if (request.headers.authorization !== "Bearer token") return [401, { message: "Bad credentials" }];
    // GitHub's own words.
    if ((body.body ?? "").length > 65_536)
      return [422, { message: "body is too long (maximum is 65536 characters)" }];
    const path = url.pathname.replace("/repos/acme/marble", "");
    const page = (texts: readonly StoredText[]): [number, unknown] => {
      const size = Number(url.searchParams.get("per_page") ?? 30);
      const first = (Number(url.searchParams.get("page") ?? 1) - 1) * size;
      return [200, texts.slice(first, first + size)];
    };
    const change = (texts: readonly StoredText[], id: string): [number, unknown] => {
      const text = texts.find(({ number }) => number === Number(id));
      return text === undefined ? [404, { message: "Not Found" }] : [200, Object.assign(text, body)];
    };
    const [, id = ""] = /(\d+)(?:\/comments)?$/.exec(path) ?? [];
    switch (`${request.method} ${path.replace(/\d+/, "N")}`) {
      case "GET /issues/N/comments":
        return page(this.comments);
      case "POST /issues/N/comments":
        if (id === "7") return [201, this.add(this.comments, BOT, body.body ?? "")];
        this.issues.find(({ number }) => number === Number(id))?.comments.push(body.body ?? "");
        return [201, {}];
      case "PATCH /issues/comments/N":
        return change(this.comments, id);
      case "GET /issues":
        return page(this.issues.filter(({ state }) => state === url.searchParams.get("state")));
      case "POST /issues":
        return [201, Object.assign(this.add(this.issues, BOT, ""), body)];
      case "PATCH /issues/N":
        return change(this.issues, id);
      default:
        return [404, { message: "Not Found" }];
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Partial<StoredText>> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += String(part);
  return text === "" ? {} : (JSON.parse(text) as Partial<StoredText>);
}
