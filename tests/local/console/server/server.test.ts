import { expect } from "chai";
import { eventHistory } from "../../../../local/console/server/history";
import { actionsOf } from "../../../../local/console/server/activity";
import { postRoutes, type Routes } from "../../../../local/console/server/routes";
import { startServer } from "../../../../local/console/server/server";
import type { HttpServer } from "../../../../local/cloud/http";
import type { InvocationResult } from "../../../../local/cloud/lambda/function";
import type { Platform } from "../../../../local/platform";

describe("The console's server", () => {
  let server: HttpServer;
  let finish: () => void;
  const history = eventHistory();
  before(async () => {
    /** A platform over a user's own database. Its stages end when the test says so. */
    const result = { ok: true, payload: { commit: null, tables: {} } } as InvocationResult;
    const platform = {
      source: { ownerUrl: undefined, outage: undefined },
      cloud: {
        invoke: () => new Promise((done) => (finish = () => done(result))),
        settled: () => Promise.resolve(),
      },
    } as unknown as Platform;
    const actions = actionsOf(platform, history);
    const routes = {
      activity: () => actions.activity(),
      overview: () => {
        throw new Error("the lake is closed");
      },
    } as unknown as Routes;
    server = await startServer({ routes, posts: postRoutes(actions), history, port: 0 });
  });
  after(() => server.close());

  const get = (path: string) => fetch(`${server.url}${path}`);
  const post = (path: string, body: unknown, headers: Record<string, string> = { origin: server.url }) =>
    fetch(`${server.url}/api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const replyOf = async (response: Response): Promise<[number, string]> => [
    response.status,
    ((await response.json()) as { error: string }).error,
  ];

  it("serves the pages with a policy that lets nothing in from elsewhere, and no text become markup", async () => {
    const page = await get("/");

    expect(await page.text()).to.include('<script type="module" src="/main.js">');
    const policy = page.headers.get("content-security-policy");
    for (const rule of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"])
      expect(policy).to.include(rule);
    expect((await get("/main.js")).headers.get("content-type")).to.include("text/javascript");
  });

  it("says what is missing, and why something cannot be answered", async () => {
    expect(await replyOf(await get("/etc/passwd"))).to.deep.equal([404, "there is nothing at /etc/passwd"]);
    expect(await replyOf(await get("/api/toString"))).to.deep.equal([
      404,
      "there is nothing at /api/toString",
    ]);
    expect(await replyOf(await get("/api/overview"))).to.deep.equal([500, "the lake is closed"]);
  });

  it("refuses requests from other sites, and unknown actions", async () => {
    const run = { action: "run", stages: ["ingest"] };
    expect((await post("act", run, { origin: "http://evil.example" })).status).to.equal(403);
    expect((await post("act", run, {})).status).to.equal(403);
    for (const body of ["{", {}, { action: "rm" }, { ...run, stages: ["drop"] }, { ...run, more: 1 }])
      expect((await post("act", body)).status, JSON.stringify(body)).to.equal(400);
    expect((await post("act", `"${"x".repeat(70_000)}"`)).status).to.equal(413);
    expect((await post("activity", run)).status).to.equal(404);
    expect(await (await get("/api/activity")).json())
      .to.have.property("actions")
      .that.deep.equals([]);
  });

  it("writes nothing to a database of the user's own, and does not stop it", async () => {
    for (const action of ["trade", "poison", "repair", "stop-source", "start-source"]) {
      const [status, error] = await replyOf(await post("act", { action }));
      expect([status, error], action).to.deep.equal([
        400,
        "this source is your own: the console never writes to it or stops it",
      ]);
    }
  });

  it("runs one action at a time, and reports its end and that it changed nothing", async () => {
    const run = { action: "run", stages: ["ingest"] };
    expect((await post("act", run)).status).to.equal(200);
    expect(await replyOf(await post("act", run))).to.deep.equal([
      409,
      "“run ingest” is underway: wait until it has ended",
    ]);
    const ended = new Promise((done) => history.subscribe(done));
    finish();
    await ended;
    const { actions } = (await (await get("/api/activity")).json()) as {
      actions: readonly { state: string }[];
    };
    expect(actions.map(({ state }) => state)).to.deep.equal(["unchanged"]);
  });

  it("announces news to pages, with one event for much news of a topic", async () => {
    const response = await fetch(`${server.url}/api/events`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).to.equal("retry: 1000\n\n");
    for (let count = 0; count < 10; count += 1) history.announce("logs");
    history.announce("alarms");

    let text = "";
    while (!text.includes("alarms")) text += (await reader.read()).value ?? "";
    expect(text).to.equal("data: logs\n\ndata: alarms\n\n");
    await reader.cancel();
  });
});
