import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { spawnSync } from "node:child_process";
import { expect } from "chai";

const PROJECT = resolve(__dirname, "../../..");

/** The scripts of package.json that run programs of this project, by name of the command. */
const SCRIPTS = Object.entries(
  (JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { scripts: Record<string, string> })
    .scripts,
).flatMap(([name, command]) => {
  const [, script] = /^node -r \.\/register\.cjs (\S+\.ts)/.exec(command) ?? [];
  return script === undefined ? [] : [{ name, script }];
});

/** Makes Node report the version in PRETENDED_NODE. */
const PRETENDER = "./tests/support/local/pretend-node.cjs";

const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, args, { cwd: PROJECT, encoding: "utf8", env: { ...process.env, ...env } });

describe("Every command", function () {
  this.timeout(60_000);

  it("is covered by this test", () => {
    expect(SCRIPTS.map(({ name }) => name)).to.include.members([
      "local",
      "demo",
      "operate",
      "draft",
      "bench",
    ]);
  });

  for (const { name, script } of SCRIPTS)
    it(`prints the same help for -h and --help, without colour in a pipe: ${name}`, () => {
      const short = run(["-r", "./register.cjs", script, "-h"]);
      const long = run(["-r", "./register.cjs", script, "--help"]);
      expect(short.stderr + long.stderr).to.equal("");
      expect([short.status, long.status]).to.deep.equal([0, 0]);
      expect(short.stdout).to.equal(long.stdout);
      expect(short.stdout).to.match(/-h, --help +this text|^Usage: /);
      expect(short.stdout).not.to.include("\u001b");
    });

  it("prints an error in red only when colours are wanted", () => {
    const args = ["-r", "./register.cjs", "local/commands/local/local.ts", "--sauce"];
    const plain = "marble: Unknown option '--sauce'; see --help\n";
    expect(run(args).stderr).to.equal(plain);
    expect(run(args, { NO_COLOR: "1" }).stderr).to.equal(plain);
    expect(run(args, { FORCE_COLOR: "1" }).stderr).to.include("\u001b[31mmarble:\u001b[39m Unknown");
  });

  it("reports a version of Node that is too old in one sentence", () => {
    const as = (version: string) =>
      run(["-r", PRETENDER, "-r", "./register.cjs", "local/commands/local/local.ts", "--help"], {
        PRETENDED_NODE: version,
      });
    for (const version of ["v16.20.2", "v18.20.8", "v20.18.3"]) {
      const { status, stderr } = as(version);
      expect({ status, stderr }).to.deep.equal({
        status: 1,
        stderr: `marble: Node ${version} is too old: install Node 20.19 or newer (https://nodejs.org)\n`,
      });
    }
    for (const version of ["v20.19.0", "v22.1.0"]) expect(as(version).status, version).to.equal(0);
  });
});
