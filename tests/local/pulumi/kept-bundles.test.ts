import { expect } from "chai";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Build } from "../../../infra/stages/bundle";
import { reuseBundles } from "../../../local/pulumi/kept-bundles";

describe("A bundle for the local cloud", () => {
  let project: string;
  let made: number;
  const path = (name: string): string => join(project, name);
  const write = (name: string, text: string): void => writeFileSync(path(name), text);
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "marble-kept-"));
    mkdirSync(path("node_modules"));
    mkdirSync(path("domain"));
    mkdirSync(path(".marble"));
    write("node_modules/.package-lock.json", "{}");
    write("domain/one.ts", "1");
    write("package.json", "{}");
    made = 0;
  });
  afterEach(() => rmSync(project, { recursive: true }));

  const make = (): readonly string[] => {
    made += 1;
    write(".marble/out.js", `made ${made}`);
    write(".marble/out.js.map", "{}");
    return [path(".marble/out.js"), path(".marble/out.js.map")];
  };
  const build = (options: Partial<Build> = {}): readonly string[] =>
    reuseBundles(project)({ outfile: path(".marble/out.js"), ...options }, make);

  it("is built once", () => {
    const first = build();
    expect(build()).to.have.members(first);
    expect(made).to.equal(1);
    expect(readFileSync(path(".marble/out.js"), "utf8")).to.equal("made 1");
  });

  const changes: readonly (readonly [string, () => void])[] = [
    ["a file has changed", () => write("domain/one.ts", "2")],
    ["a file was added", () => write("domain/two.ts", "")],
    ["a file was removed", () => rmSync(path("domain/one.ts"))],
    ["packages were installed", () => write("node_modules/.package-lock.json", '{"packages":{}}')],
    ["the bundle itself has changed", () => write(".marble/out.js", "other")],
    ["its source map is missing", () => rmSync(path(".marble/out.js.map"))],
  ];
  for (const [what, change] of changes) {
    it(`is built again when ${what}`, () => {
      build();
      change();
      build();
      expect(made).to.equal(2);
      build();
      expect(made).to.equal(2);
    });
  }

  it("is built again with other build options", () => {
    build({ minify: true });
    build({ minify: false });
    expect(made).to.equal(2);
  });

  it("is built again when a file was saved during the build", () => {
    const builder = reuseBundles(project);
    const saving = (): readonly string[] => {
      write("domain/one.ts", "saved");
      return make();
    };
    builder({ outfile: path(".marble/out.js") }, saving);
    write("domain/one.ts", "1");
    build();
    expect(made).to.equal(2);
  });

  it("is built again when a file has changed since the last turn of the process", async () => {
    const builder = reuseBundles(project);
    const again = (): readonly string[] => builder({ outfile: path(".marble/out.js") }, make);
    again();
    write("domain/one.ts", "2");
    await new Promise((resolve) => setImmediate(resolve));
    again();
    expect(made).to.equal(2);
  });

  it("is always built when the installed packages are unknown", () => {
    rmSync(path("node_modules/.package-lock.json"));
    build();
    build();
    expect(made).to.equal(2);
  });

  it("is not built again for files that tests and runs leave in the project", () => {
    build();
    for (const folder of ["coverage", ".marble", "node_modules"]) {
      mkdirSync(path(folder), { recursive: true });
      write(`${folder}/left.json`, "{}");
    }
    build();
    expect(made).to.equal(1);
  });
});
