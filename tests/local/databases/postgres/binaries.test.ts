import { execFileSync } from "node:child_process";
import { chmod, cp, lstat, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { serverAccount } from "../../../../local/databases/postgres/account";
import { findBinaries } from "../../../../local/databases/postgres/binaries";

const asRoot = process.getuid?.() === 0 ? it : it.skip;
const account = serverAccount();

describe("The PostgreSQL that npm installed", () => {
  const environment = process.env["TMPDIR"];
  let root: string;
  let installed: string;

  /** A copy of the package without links, as npm leaves it when it skips install scripts. */
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "marble-binaries-"));
    await chmod(root, 0o755);
    process.env["TMPDIR"] = root;
    installed = path.join(root, "private", "package");
    const { postgres } = await findBinaries(account);
    await cp(path.resolve(postgres, "../../.."), installed, {
      recursive: true,
      filter: async (source) => !(await lstat(source)).isSymbolicLink(),
    });
  });
  after(async () => {
    if (environment === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = environment;
    await rm(root, { recursive: true });
  });

  /** Other tests of this process may put their folders there as well. */
  const copies = async () => (await readdir(root)).filter((name) => name.startsWith("embedded-postgres-"));

  it("runs in place once its library links exist", async () => {
    const { initdb, postgres } = await findBinaries(account, installed);

    expect(path.dirname(postgres)).to.equal(path.join(installed, "native", "bin"));
    expect(versionOf(postgres)).to.match(/^postgres \(PostgreSQL\) 17\./);
    expect(versionOf(initdb)).to.match(/^initdb \(PostgreSQL\) 17\./);
    expect(await copies()).to.deep.equal([]);
  });

  asRoot("runs from a copy that later starts share, if it lies below a private directory", async () => {
    await chmod(path.dirname(installed), 0o700);

    const { postgres } = await findBinaries(account, installed);
    const { ctimeMs } = await stat(postgres);
    const again = await findBinaries(account, installed);

    expect(versionOf(postgres)).to.match(/^postgres \(PostgreSQL\) 17\./);
    expect(again.postgres).to.equal(postgres);
    expect((await stat(postgres)).ctimeMs, "copied once").to.equal(ctimeMs);
    expect(await copies()).to.have.length(1);
  });

  asRoot("gets a new copy when the temporary directory was cleaned in part", async () => {
    await chmod(path.dirname(installed), 0o700);
    const { postgres } = await findBinaries(account, installed);
    await rm(postgres);

    expect(versionOf((await findBinaries(account, installed)).postgres)).to.match(/^postgres/);
    expect(await copies()).to.have.length(1);
  });

  asRoot("is not taken from a copy that another user put there", async () => {
    await chmod(path.dirname(installed), 0o700);
    await findBinaries(account, installed);
    const [copy = ""] = await copies();
    execFileSync("chown", ["65534", path.join(root, copy)]);

    const failure = await findBinaries(account, installed).catch((error: unknown) => error);

    expect(failure).to.be.an("error").with.property("message").that.contains("belongs to another user");
  });
});

function versionOf(program: string): string {
  return execFileSync(program, ["--version"], { encoding: "utf8", cwd: "/", ...account });
}
