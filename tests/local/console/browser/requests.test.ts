import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { get, post, retryDelay } from "../../../../local/console/browser/requests";
import { failureOf } from "../../../support/failure";

describe("A request of the console's pages", () => {
  const ofNode = globalThis.fetch;
  let server: Server;
  before(async () => {
    // The state of the alarms and the answer to an action never arrive, the state of the stages arrives in part, a plan
    // breaks the connection, and the rest arrives completely.
    server = createServer(({ url = "", socket }, response) => {
      if (url.startsWith("/api/alarms") || url.startsWith("/api/act")) return;
      if (url.startsWith("/api/plan")) {
        socket.destroy();
        return;
      }
      response.writeHead(200, { "Content-Type": "application/json" }).write('["ingestion"');
      if (url.startsWith("/api/buckets")) response.end("]");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    // A browser knows the server from the address of the page.
    globalThis.fetch = (path, init) => ofNode(new URL(path, `http://127.0.0.1:${port}`), init);
  });
  after(() => {
    globalThis.fetch = ofNode;
    server.closeAllConnections();
    server.close();
  });

  it("has the answer of the server", async () => {
    expect(await get("buckets")).to.deep.equal(["ingestion"]);
  });

  for (const [what, path] of [
    ["does not answer", "alarms"],
    ["begins its answer, and does not end it", "overview"],
  ] as const)
    it(`fails after the limit if the server ${what}`, async () => {
      expect((await failureOf(get(path, {}, 100))).message).to.equal(
        "the platform has not answered within 0.1 s",
      );
    });

  const request = { action: "run", stages: ["ingest"] } as const;

  it("says after the limit that the outcome of an action is not known, and where to look", async () => {
    expect((await failureOf(post("act", request, 100))).message).to.equal(
      "the platform has not answered within 0.1 s. It is not known whether the action has begun. " +
        "Look under “What was done” on the page Operations before you begin it again.",
    );
  });

  it("says that an action has not begun when the answer to its plan is lost", async () => {
    expect((await failureOf(post("plan", request))).message).to.match(
      /^the connection to the platform broke \(.*\)\. The action has not begun\.$/,
    );
  });

  it("is repeated after two seconds, then ever more rarely, at least twice a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 100].map((failures) => retryDelay(failures) / 1000)).to.deep.equal([
      2, 4, 8, 16, 30, 30, 30,
    ]);
  });
});
