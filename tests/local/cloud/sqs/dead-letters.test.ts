import { expect } from "chai";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadLetters } from "../../../../local/cloud/sqs/dead-letters";

describe("Dead letters", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "marble-dead-"))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 25, 10, minute, 7, 89));

  it("lie in the folder of their queue, and are told newest first, whatever the queue", async () => {
    const dead = deadLetters(join(directory, "none yet"));
    expect(await dead.letters()).to.deep.equal([]);
    const file = await dead.send("one", { id: "a", at: at(1), body: { n: 1 } });
    await dead.send("other", { id: "b", at: at(3), body: { n: 2 } });
    await dead.send("one", { id: "c", at: at(2), body: { n: 3 } });

    const letters = await dead.letters();
    expect(letters.map(({ queue, at: when }) => [queue, when])).to.deep.equal([
      ["other", at(3)],
      ["one", at(2)],
      ["one", at(1)],
    ]);
    expect(letters[2]).to.deep.include({ file, text: readFileSync(file, "utf8") });
    expect(JSON.parse(letters[2]!.text)).to.deep.equal({ n: 1 });
    expect(await dead.depth("one")).to.equal(2);
  });

  it("are purged by queue", async () => {
    const dead = deadLetters(directory);
    await dead.send("one", { id: "a", at: at(1), body: {} });
    await dead.send("other", { id: "b", at: at(2), body: {} });
    await dead.purge("one");
    expect((await dead.letters()).map(({ queue }) => queue)).to.deep.equal(["other"]);
    expect(await dead.depth("one")).to.equal(0);
    await dead.purge("one");
    await dead.purge("../..");
    expect(await dead.depth("other"), "nothing beside the queues is touched").to.equal(1);
  });

  it("may be files that somebody else put there, of which nobody knows the time", async () => {
    mkdirSync(join(directory, "one"));
    writeFileSync(join(directory, "one/by-hand.json"), "no JSON");
    expect(await deadLetters(directory).letters()).to.deep.equal([
      { queue: "one", file: join(directory, "one/by-hand.json"), at: undefined, text: "no JSON" },
    ]);
  });
});
