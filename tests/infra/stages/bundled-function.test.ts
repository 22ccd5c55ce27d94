import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { BundledFunction, type Handler } from "../../../infra/stages/bundled-function";
import { unpackArchive } from "../../../local/pulumi/archive";
import { declared, inputsOf } from "../../support/program/declared";
import { fixture } from "../../support/program/fixture-handler";
import { fixtureThatDeclares } from "../../support/program/fixture-that-declares";
import { invokeArchive, type Invocable } from "../../support/program/invoke-archive";

const declare = (callback: Handler) => (): void => {
  const role = new aws.iam.Role("role", { assumeRolePolicy: {} as aws.iam.PolicyDocument });
  new BundledFunction("bundled-function-test", { callback, role, runtime: "nodejs24.x" });
};

describe("A bundled function", () => {
  let directory: string;
  let unpacked: Invocable;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "marble-"));
    const { code, handler } = inputsOf(await declared(declare(fixture)), "Function");
    await unpackArchive({ archive: code, from: join(__dirname, "../../.."), to: directory });
    unpacked = {
      directory,
      handler: handler as string,
      environment: { NODE_OPTIONS: "--enable-source-maps" },
    };
  });
  after(() => rmSync(directory, { recursive: true }));

  it("runs ordinary code in a fresh process: #private fields, class fields, module-level Maps", async () => {
    const answers = await invokeArchive(unpacked, [{ n: 1 }, { n: 2 }]);
    expect(answers).to.deep.equal([
      { event: { n: 1 }, greeting: "hello", count: 1, since: "1970-01-01T00:00:00.000Z" },
      { event: { n: 2 }, greeting: "hello", count: 2, since: "1970-01-01T00:00:00.000Z" },
    ]);
  });

  it("keeps the name, the message and the source line of an error", async () => {
    const [answer] = await invokeArchive(unpacked, [{ fail: true }]);
    expect(answer).to.include({ error: "FixtureError: broken on purpose" });
    expect(answer?.["stack"]).to.match(/tests\/support\/program\/fixture-handler\.ts:\d+/);
  });

  it("ships one bundle, its source map and Pulumi's entry file, and no package", () => {
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.map(({ name }) => name).sort()).to.deep.equal([
      "__index.js",
      "fixture.js",
      "fixture.js.map",
    ]);
  });

  it("contains no path of the machine that built it", () => {
    for (const file of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      expect(readFileSync(join(file.parentPath, file.name), "utf8")).not.to.include(
        join(__dirname, "../../.."),
      );
    }
  });

  it("is refused for a function that no module exports", async () => {
    const error = await rejection(declared(declare(async () => Promise.resolve("anonymous"))));
    expect(error).to.match(/No module exports the function .* export it from its own file in handlers\//);
  });

  it("is refused for a function that imports the Pulumi SDK", async () => {
    const error = await rejection(declared(declare(fixtureThatDeclares)));
    expect(error).to.match(/tests\/support\/program\/fixture-that-declares\.ts imports the Pulumi SDK/);
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
