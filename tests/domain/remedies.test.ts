import { expect } from "chai";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as remedies from "../../domain/remedies";
import { parseOperateOptions } from "../../local/commands/operate/operate-options";
import { parseOptions } from "../../local/commands/options";

const PROJECT = join(__dirname, "../..");
const STAGES = ["stages", "adapters", "domain"];
const ODD = `mirror.it's "odd" $1`;

const texts: Readonly<Record<string, string>> = {
  reprocess: remedies.REPROCESS,
  rebuild: remedies.REBUILD,
  "another source": remedies.ALLOW_OTHER_SOURCE,
  "reload of a table": remedies.reloadRemedy("mirror.hire"),
  "reload of a table with an odd name": remedies.reloadRemedy(ODD),
  "release of a table with an odd name": remedies.releaseRemedy(ODD),
};

/** The arguments of a command, as a shell reads them. */
async function argumentsOf(command: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("sh", ["-c", `printf '%s\\0' ${command}`]);
  return stdout.split("\0").slice(0, -1);
}

describe("The remedy that an error names", () => {
  for (const [name, text] of Object.entries(texts))
    it(`is a command of this machine and an event for AWS: ${name}`, async () => {
      const { command = "", event = "" } =
        /^run `(?<command>npm run (?:operate|local) -- .*)` \(in AWS, invoke (?:ingest|process|load) with (?<event>\{.*\})\)$/.exec(
          text,
        )?.groups ?? {};
      const [, , script, , ...args] = await argumentsOf(command);
      const parse = script === "operate" ? parseOperateOptions : parseOptions;

      expect(parse(args)).to.be.an("object");
      expect(JSON.parse(event)).to.be.an("object");
      if (name.includes("odd")) expect(args).to.include(ODD);
    });

  it("is written once: no other text of the stages names an event", () => {
    const files = STAGES.flatMap((folder) =>
      readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(folder, file)),
    ).filter((file) => file !== join("domain", "remedies.ts"));
    const naming = files.filter((file) =>
      /\{\\?"(replay|reprocess|allowDeletes|allowOtherSource)\\?":/.test(
        readFileSync(join(PROJECT, file), "utf8"),
      ),
    );

    expect(files.length).to.be.greaterThan(100);
    expect(naming).to.deep.equal([]);
  });
});
