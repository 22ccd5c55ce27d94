import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { get } from "../../../../local/console/browser/get";
import { failureOf } from "../../../support/failure";

describe("A request of the console's pages", () => {
  const ofNode = globalThis.fetch;
  let server: Server;
  before(async () => {
    // The state of the alarms never arrives, that of the stages in part, and the rest completely.
    server = createServer(({ url = "" }, response) => {
      if (url.startsWith("/api/alarms")) return;
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
});
