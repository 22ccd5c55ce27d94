import { expect } from "chai";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPlatform, type PlatformOptions } from "../../local/platform";
import { failureOf } from "../support/failure";

describe("A local platform with one schema as source and warehouse is refused before it creates anything", () => {
  const lake = join(tmpdir(), "marble-that-is-never-made");
  const same: readonly (readonly [what: string, options: Partial<PlatformOptions>])[] = [
    ["by the same URL", {}],
    [
      "by another name of this machine, and another role",
      { warehouse: "postgresql://me@127.0.0.1:5432/one" },
    ],
    ["in a schema of any name", { sourceSchemas: ["other", "mine"], warehouseSchema: "mine" }],
    ["because its marts would use the source's schema", { sourceSchemas: ["marts"] }],
    ["because its marts would use it by choice", { sourceSchemas: ["mine"], martsSchema: "mine" }],
    ["because its mirror would use it by choice", { sourceSchemas: ["mine"], mirrorSchema: "mine" }],
  ];
  for (const [what, options] of same) {
    it(what, async () => {
      const url = "postgresql://reader:hunter2@localhost/one";
      const refused = await failureOf(
        startPlatform({ lake, source: url, warehouse: url, progress: () => undefined, ...options }),
      );

      expect(refused.message).to.match(
        /^--source and --warehouse name the same database, .* --warehouse-schema/,
      );
      expect(refused.message).not.to.include("hunter2");
      expect(existsSync(lake)).to.equal(false);
    });
  }
});

describe("A local platform with a database that does not answer is refused before it creates anything", () => {
  const lake = join(tmpdir(), "marble-that-is-never-made");
  const url = "postgresql://reader:hunter2@127.0.0.1:1/one";
  for (const name of ["source", "warehouse"] as const) {
    it(`for the ${name}, and before it starts anything`, async () => {
      const steps: string[] = [];
      const refused = await failureOf(
        startPlatform({ lake, [name]: url, progress: (step) => void steps.push(step) }),
      );

      expect(refused.message).to.match(
        new RegExp(
          `^cannot connect to the ${name} database one at 127\\.0\\.0\\.1:1 as reader: .*ECONNREFUSED`,
        ),
      );
      expect(steps, "only the step that failed").to.deep.equal(["connecting to your databases"]);
      expect(existsSync(lake)).to.equal(false);
    });
  }

  it("by the reason of a signal that came before", async () => {
    const reason = new Error("Ctrl-C");
    const signal = AbortSignal.abort(reason);
    const refused = await failureOf(
      startPlatform({
        lake,
        source: url,
        warehouse: url,
        signal,
        progress: () => undefined,
        sourceSchemas: ["s"],
      }),
    );

    expect(refused).to.equal(reason);
    expect(existsSync(lake)).to.equal(false);
  });
});
