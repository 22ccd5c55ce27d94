import { expect } from "chai";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { connect } from "../../../adapters/postgres/postgres";
import { versionRefusal } from "../../../adapters/postgres/versions";
import { failureOf } from "../../support/failure";

describe("A server", () => {
  for (const [name, version, refused] of [
    ["source", "12.22", true],
    ["source", "10.23 (Debian 10.23-1)", true],
    ["source", "9.6.24", true],
    ["source", "13.0", false],
    ["source", "19beta1", false],
    ["source", "", false],
    ["warehouse", "11.22", true],
    ["warehouse", "12.22", false],
    ["other", "9.6.24", false],
  ] as const)
    it(`of version ${version || "unknown"} is ${refused ? "refused" : "accepted"} as ${name}`, () => {
      expect(versionRefusal(name, version) !== undefined).to.equal(refused);
    });

  it("that is too old is refused with its version before any query", async () => {
    const asked: string[] = [];
    const message = (type: string, body: string): Buffer => {
      const head = Buffer.alloc(5);
      head.write(type, "latin1");
      head.writeInt32BE(Buffer.byteLength(body, "latin1") + 4, 1);
      return Buffer.concat([head, Buffer.from(body, "latin1")]);
    };
    // Sends that no password is needed, the version, and that the server is ready (PostgreSQL manual, 55.7).
    const server = createServer((socket) => {
      socket.once("data", () => {
        socket.write(message("R", "\0\0\0\0"));
        socket.write(message("S", "server_version\x0012.22\0"));
        socket.write(message("Z", "I"));
        socket.on("data", (data) => asked.push(data.toString("latin1").slice(0, 1)));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const error = await failureOf(
      connect("source", { host: "127.0.0.1", port, database: "d", user: "u", password: "p", ssl: false }),
    );
    server.close();

    expect(error).to.include({
      kind: "terminal",
      message:
        "the source is PostgreSQL 12.22, but Marble needs 13 or later (13 to 18 are known to work): upgrade the server",
    });
    expect(asked, "only the message that ends the session").to.deep.equal(["X"]);
  });
});
