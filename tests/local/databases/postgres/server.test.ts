import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { connect, withClient } from "../../../../local/databases/postgres/client";
import { startPostgres, type PostgresServer } from "../../../../local/databases/postgres/server";

const SETTINGS = { fsync: "off" };
const asRoot = process.getuid?.() === 0 ? it : it.skip;

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  return expect.fail("It did not fail");
}

async function valueOf(url: string, sql: string): Promise<unknown> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: "array" });
    return rows[0]?.[0];
  });
}

describe("An embedded PostgreSQL server", () => {
  let root: string;
  let directory: string;
  let server: PostgresServer | undefined;

  const start = async (options: { port?: number; settings?: Record<string, string> } = {}) => {
    server = await startPostgres({ directory, settings: SETTINGS, ...options });
    return server;
  };

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "marble-server-"));
    directory = path.join(root, "cluster");
  });
  afterEach(() => server?.stop());
  after(() => rm(root, { recursive: true }));

  it("uses UTF-8 and UTC and sorts by code point on every machine", async () => {
    const { url } = await start();

    expect(await valueOf(url("postgres"), "SHOW server_encoding")).to.equal("UTF8");
    expect(await valueOf(url("postgres"), "SHOW timezone")).to.equal("UTC");
    expect(await valueOf(url("postgres"), "SELECT 'Z' < 'a'")).to.equal(true);
    expect(await valueOf(url("postgres"), "SELECT upper('é')")).to.equal("É");
  });

  it("accepts only this machine, with a password that only its own account can read", async () => {
    const { port, url } = await start();

    const password = path.join(directory, "password");
    expect(await valueOf(url("postgres"), "SHOW listen_addresses")).to.equal("127.0.0.1");
    expect(await valueOf(url("postgres"), "SHOW unix_socket_directories")).to.equal("");
    expect((await stat(password)).mode & 0o777).to.equal(0o600);
    expect(url("postgres")).to.equal(
      `postgresql://postgres:${await readFile(password, "utf8")}@127.0.0.1:${port}/postgres`,
    );
    const wrongPassword = url("postgres", { user: "postgres", password: "guess" });
    expect((await failureOf(connect(wrongPassword))).message).to.contain("password authentication failed");
  });

  it("finds its databases and its password after a restart", async () => {
    const first = await start();
    await first.createDatabase("kept");
    await first.stop();

    const second = await start({ port: first.port });

    expect(second.url("kept")).to.equal(first.url("kept"));
    expect(await second.databaseExists("kept")).to.equal(true);
    expect(await second.databaseExists("never made")).to.equal(false);
  });

  it("copies a database from a template and refuses an existing name", async () => {
    const { createDatabase, url } = await start();
    await createDatabase('with "quotes"');
    await withClient(url('with "quotes"'), (client) => client.query("CREATE TABLE t AS SELECT 7 AS n"));

    await createDatabase("copy", { template: 'with "quotes"' });

    expect(await valueOf(url("copy"), "SELECT n FROM t")).to.equal(7);
    expect((await failureOf(createDatabase("copy"))).message).to.equal('database "copy" already exists');
  });

  it("takes another port when the requested port is in use", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    squatter.unref();
    const address = squatter.address();
    const taken = typeof address === "object" && address ? address.port : 0;

    const { port, url } = await start({ port: taken });
    squatter.close();

    expect(port).not.to.equal(taken);
    expect(await valueOf(url("postgres"), "SELECT 1")).to.equal(1);
  });

  it("stops although somebody is connected, also when stopped twice", async () => {
    const { url, stop } = await start();
    const client = await connect(url("postgres"));
    const errors: Error[] = [];
    client.on("error", (error) => errors.push(error));

    await Promise.all([stop(), stop()]);
    await stop();

    expect(errors.map(String)).to.include("error: terminating connection due to administrator command");
    expect(await failureOf(connect(url("postgres")))).to.have.property("code", "ECONNREFUSED");
  });

  it("refuses a directory whose server is running and leaves that server alone", async () => {
    const { url } = await start();

    const refused = await failureOf(startPostgres({ directory, settings: SETTINGS }));

    expect(refused.message).to.match(new RegExp(`in use: stop process ${process.pid} first$`));
    expect(await valueOf(url("postgres"), "SELECT 1")).to.equal(1);
  });

  it("replaces a server whose owner was killed", async () => {
    const orphan = await startInProcessThatIsKilled(directory);
    expect(await valueOf(orphan, "SELECT 1"), "the server outlived its owner").to.equal(1);

    const { url } = await start();

    expect(await failureOf(connect(orphan))).to.have.property("code", "ECONNREFUSED");
    expect(await valueOf(url("postgres"), "SELECT 1")).to.equal(1);
  });

  it("starts although another process has the id of its dead server", async () => {
    await (await start()).stop();
    const stale = [process.pid, directory, 1, 1, "", "127.0.0.1", "", "ready", ""].join("\n");
    await writeFile(path.join(directory, "data", "postmaster.pid"), stale, { mode: 0o600 });

    const { url } = await start();

    expect(await valueOf(url("postgres"), "SELECT 1")).to.equal(1);
  });

  it("shows the end of its log when it does not start", async () => {
    const failure = await failureOf(start({ settings: { shared_buffers: "plenty" } }));

    expect(failure.message).to.contain(`PostgreSQL did not start in ${directory}`);
    expect(failure.message).to.contain('invalid value for parameter "shared_buffers": "plenty"');
  });

  it("names the remedy when the password file is missing", async () => {
    await (await start()).stop();
    const password = await readFile(path.join(directory, "password"));
    await rm(path.join(directory, "password"));

    const failure = await failureOf(start());
    await writeFile(path.join(directory, "password"), password);

    expect(failure.message).to.contain(`remove ${directory} to start with an empty cluster`);
  });

  asRoot("runs below a directory that root alone can enter, such as /root", async () => {
    const secret = path.join(root, "secret");
    await mkdir(secret, { mode: 0o700 });
    await chmod(root, 0o700);
    // A draft left over from an interrupted start does no harm.
    await mkdir(path.join(secret, "cluster", "data.draft", "base"), { recursive: true });

    server = await startPostgres({ directory: path.join(secret, "cluster"), settings: SETTINGS });

    await server.createDatabase("there");
    expect(await server.databaseExists("there")).to.equal(true);
  });
});

/** The URL of a server that keeps running after SIGKILL of the process that started it. */
async function startInProcessThatIsKilled(directory: string): Promise<string> {
  const program = `
    const { startPostgres } = require(${JSON.stringify(path.resolve("local/databases/postgres/server"))});
    startPostgres({ directory: ${JSON.stringify(directory)}, settings: { fsync: "off" } }).then((server) => {
      process.stdout.write(server.url("postgres"), () => process.kill(process.pid, "SIGKILL"));
    });`;
  const owner = spawn(process.execPath, ["-r", "./register.cjs", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = await Promise.all([text(owner.stdout), once(owner, "exit")]);
  expect(owner.signalCode).to.equal("SIGKILL");
  return url;
}
