import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const REGISTER = resolve(__dirname, "../../register.cjs");

describe("A TypeScript file that Node runs with register.cjs", () => {
  let file: string;
  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), "marble-register-")), "script.ts");
  });
  afterEach(() => rmSync(join(file, ".."), { recursive: true }));

  const run = (source: string): { stdout: string; stderr: string } => {
    writeFileSync(file, source);
    return spawnSync(process.execPath, ["-r", REGISTER, file], { encoding: "utf8" });
  };

  it("is compiled once for all processes and again after a change", () => {
    const saying = (word: string): string => `
      const compilers: string[] = Object.keys(require.cache).filter((path) => path.endsWith("typescript.js"));
      console.log(${JSON.stringify(word)}, compilers.length);`;
    const [one, other] = [randomUUID(), randomUUID()];

    expect(run(saying(one)).stdout).to.equal(`${one} 1\n`);
    expect(run(saying(one)).stdout).to.equal(`${one} 0\n`);
    expect(run(saying(other)).stdout).to.equal(`${other} 1\n`);
    expect(run(saying(one)).stdout).to.equal(`${one} 0\n`);
  });

  it("shows its own line numbers in errors", () => {
    const failing = `interface Gone {\n  gone: true;\n}\n\nconst fail = (): Gone => {\n  throw new Error("on purpose");\n};\nfail();\n// ${randomUUID()}`;
    for (const _ of ["compiled", "kept"]) {
      expect(run(failing).stderr).to.include("Error: on purpose").and.include(`${file}:6:9`);
    }
  });
});
