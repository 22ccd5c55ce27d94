import { expect } from "chai";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { programStore, type ProgramStore } from "../../../local/pulumi/kept-program";
import type { Program } from "../../../local/pulumi/program";

describe("A program that is kept for the next start of the local cloud", () => {
  let project: string;
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  const read = (path: string): string => readFileSync(join(project, path), "utf8");
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "marble-kept-"));
    write("node_modules/.package-lock.json", "{}");
    write("index.ts", "1");
    write(".marble/bundles/ingest.js", "a bundle");
    write(".marble/first/functions/ingest/.marble/bundles/ingest.js", "a bundle");
    write(".marble/first/functions/ingest/__index.js", "the entry");
  });
  afterEach(() => rmSync(project, { recursive: true }));

  const CONFIG = { "marble:model": "none", "marble:mirror": "all" };
  const program = (directory: string): Program => ({
    stack: "local",
    resources: [{ type: "aws:sqs/queue:Queue", name: "q", inputs: { fifo: undefined }, id: "q", arn: "" }],
    functions: [
      {
        name: "ingest",
        arn: "arn",
        directory: join(project, directory, "functions/ingest"),
        handler: "__index.handler",
        environment: {},
        timeoutSeconds: 1,
        memoryMb: 128,
        logGroup: "logs",
        roleArn: "role",
      },
    ],
    outputs: { queue: "q" },
  });
  const store = (config: Readonly<Record<string, string>> = CONFIG, stack?: string): ProgramStore =>
    programStore(project, { config, ...(stack !== undefined && { stack }) });
  const take = (from = store()): Program | undefined => from.take(join(project, ".marble/second"));

  it("comes back as it was, with its packages unpacked in the folder of the next start", () => {
    store().keep(program(".marble/first"));
    rmSync(join(project, ".marble/first"), { recursive: true });
    write(".marble/second/functions/ingest/left.js", "of an older version");

    expect(take()).to.deep.equal(program(".marble/second"));
    expect(read(".marble/second/functions/ingest/.marble/bundles/ingest.js")).to.equal("a bundle");
    expect(read(".marble/second/functions/ingest/__index.js")).to.equal("the entry");
    expect(existsSync(join(project, ".marble/second/functions/ingest/left.js"))).to.equal(false);
  });

  const changes: readonly (readonly [string, () => void])[] = [
    ["a file has changed", () => write("index.ts", "2")],
    ["a file was added", () => write("domain/two.ts", "")],
    ["a file was removed", () => rmSync(join(project, "index.ts"))],
    ["packages were installed", () => write("node_modules/.package-lock.json", '{"packages":{}}')],
    ["a bundle is another", () => write(".marble/bundles/ingest.js", "another bundle")],
    ["a bundle is gone", () => rmSync(join(project, ".marble/bundles/ingest.js"))],
  ];
  for (const [what, change] of changes) {
    it(`does not come back when ${what}`, () => {
      expect(take()).to.equal(undefined);
      store().keep(program(".marble/first"));
      change();
      expect(take()).to.equal(undefined);
      expect(existsSync(join(project, ".marble/second")), "nothing was unpacked").to.equal(false);
    });
  }

  it("does not come back with other settings or as another stack, but with the same settings in another order", () => {
    store().keep(program(".marble/first"));
    expect(take(store({ ...CONFIG, "marble:mirror": "none" }))).to.equal(undefined);
    expect(take(store(CONFIG, "dev"))).to.equal(undefined);
    const turned = Object.fromEntries(Object.entries(CONFIG).reverse());
    expect(take(store(turned))).to.deep.equal(program(".marble/second"));
  });

  it("is not kept when a file was saved while it was run", () => {
    const opened = store();
    write("index.ts", "saved");
    opened.keep(program(".marble/first"));
    expect(take()).to.equal(undefined);
    write("index.ts", "1");
    expect(take()).to.equal(undefined);
  });

  it("is not kept without the list of installed packages", () => {
    rmSync(join(project, "node_modules/.package-lock.json"));
    store().keep(program(".marble/first"));
    expect(take()).to.equal(undefined);
  });
});
