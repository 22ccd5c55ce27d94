import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asset } from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { declareResources, runProgram, type Program } from "../../../local/pulumi/program";
import { startProgram } from "../../../local/pulumi/start-program";
import { unpackArchive } from "../../../local/pulumi/archive";

const config = { "marble:alertEmail": "data@example.com" };

describe("Running the program without AWS", () => {
  let folder: string;
  let refusal: string;
  let first: Program;
  let second: Program;
  let cwdAfterwards: string;

  before(async function () {
    // The first program of a checkout builds the bundles.
    this.timeout(120_000);
    const cwd = process.cwd();
    folder = mkdtempSync(join(tmpdir(), "marble-"));
    process.chdir(folder);
    first = await runProgram({ config, workDirectory: "first" });
    refusal = await rejection(runProgram({ config: {}, workDirectory: "refused" }));
    second = await runProgram({ config, workDirectory: "second" });
    cwdAfterwards = process.cwd();
    process.chdir(cwd);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("works from any folder without changing it", () => {
    expect(cwdAfterwards).to.equal(realpathSync(folder));
    expect(first.functions).to.have.lengthOf(5);
    for (const { name, directory, handler } of first.functions) {
      expect(directory).to.equal(join(realpathSync(folder), "first/functions", name));
      expect(existsSync(join(directory, `${handler.split(".")[0]}.js`))).to.equal(true);
    }
  });

  it("gives every resource the same name each time, so that files on disk are found again", () => {
    const names = ({ resources }: Program): string[] =>
      resources.map(({ type, name }) => `${type} ${name}`).sort();
    expect(names(second)).to.deep.equal(names(first));
  });

  it("passes on an error of the program", () => {
    expect(refusal).to.include("marble:alertEmail is missing");
  });

  it("gives the same result in a separate process, except for unpacked archives", async () => {
    const away = await startProgram({ config, workDirectory: join(folder, "away") }).program;
    const withoutCode = first.resources.map(({ inputs: { code: _, ...inputs }, ...resource }) => ({
      ...resource,
      inputs,
    }));
    const sorted = (resources: Program["resources"]): Program["resources"] =>
      [...resources].sort((a, b) => (`${a.type}${a.name}` < `${b.type}${b.name}` ? -1 : 1));
    expect(sorted(away.resources)).to.deep.equal(sorted(withoutCode));
    expect(away.functions.map(({ name }) => name)).to.have.members(first.functions.map(({ name }) => name));
    expect(away.outputs).to.deep.equal(first.outputs);
    const again = startProgram({ config, workDirectory: join(folder, "away") });
    again.stop();
    expect(await again.program, "the next time it is not run").to.deep.equal(away);
    expect(await rejection(startProgram({ config: {}, workDirectory: folder }).program)).to.equal(refusal);
  }).timeout(60_000);

  it("is ended in a separate process when it is no longer needed", async () => {
    // No store has a program with these settings.
    const settings = { ...config, "marble:runbookUrl": `https://example.com/${randomUUID()}` };
    const run = startProgram({ config: settings, workDirectory: join(folder, "ended") });
    run.stop();
    expect(await rejection(run.program)).to.include("ended with SIGTERM");
    expect(existsSync(join(folder, "ended"))).to.equal(false);
  });

  it("switches off the debugger of Pulumi, which slows down every promise", () => {
    const script = `
      const { getSessionAsync } = require("@pulumi/pulumi/runtime/closure/v8Hooks");
      const { declareResources } = require("./local/pulumi/program");
      declareResources({ config: {}, stack: "dev", program: () => ({}) }).then(getSessionAsync).then((session) =>
        session.post("Debugger.setPauseOnExceptions", { state: "none" }, (error) => console.log(String(error))));`;
    // A process that measures coverage needs the debugger.
    const env = { ...process.env, NODE_V8_COVERAGE: "" };
    const { stdout } = spawnSync(process.execPath, ["-r", "./register.cjs", "-e", script], {
      env,
      encoding: "utf8",
    });
    expect(stdout).to.include("Debugger agent is not enabled");
  });

  it("resolves references between resources", async () => {
    const program = (): Record<string, unknown> => {
      const queue = new aws.sqs.Queue("queue");
      new aws.sqs.QueuePolicy("policy", { queueUrl: queue.id, policy: queue.arn });
      return { queue: queue.name };
    };
    const { resources, outputs } = await declareResources({ config: {}, stack: "dev", program });
    const [queue, policy] = resources;
    expect(queue?.arn).to.match(/^arn:aws:sqs:eu-west-2:123456789012:queue-[0-9a-f]{7}$/);
    expect(policy?.inputs).to.deep.equal({ queueUrl: queue?.id, policy: queue?.arn });
    expect(outputs).to.deep.equal({ queue: queue?.name });
  });
});

describe("Unpacking an archive", () => {
  let from: string;
  let to: string;

  beforeEach(() => {
    from = mkdtempSync(join(tmpdir(), "marble-"));
    to = join(from, "unpacked");
  });
  afterEach(() => rmSync(from, { recursive: true }));

  it("writes texts, files, folders and archives in archives", async () => {
    mkdirSync(join(from, "folder"));
    writeFileSync(join(from, "folder/c.txt"), "c");
    writeFileSync(join(from, "b.txt"), "b");
    const archive = new asset.AssetArchive({
      "a/a.txt": new asset.StringAsset("a"),
      "b.txt": new asset.FileAsset("b.txt"),
      folder: new asset.FileArchive("folder"),
      inner: new asset.AssetArchive({ "d.txt": new asset.StringAsset("d") }),
    });
    await unpackArchive({ archive, from, to });
    const text = (path: string): string => readFileSync(join(to, path), "utf8");
    expect(["a/a.txt", "b.txt", "folder/c.txt", "inner/d.txt"].map(text)).to.deep.equal(["a", "b", "c", "d"]);
  });

  it("removes earlier files", async () => {
    mkdirSync(to);
    writeFileSync(join(to, "old.txt"), "old");
    await unpackArchive({ archive: new asset.AssetArchive({}), from, to });
    expect(existsSync(join(to, "old.txt"))).to.equal(false);
  });

  it("refuses to write outside the folder", async () => {
    const archive = new asset.AssetArchive({ "../out.txt": new asset.StringAsset("out") });
    expect(await rejection(unpackArchive({ archive, from, to }))).to.include(
      "a file outside of its folder, ../out.txt",
    );
    expect(existsSync(join(from, "out.txt"))).to.equal(false);
  });

  it("refuses code from outside of this machine", async () => {
    const archive = new asset.RemoteArchive("https://example.com/code.zip");
    expect(await rejection(unpackArchive({ archive, from, to }))).to.include("cannot be unpacked");
  });
});

async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return String(error);
  }
  return "not rejected";
}
