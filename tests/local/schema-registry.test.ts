import { expect } from "chai";
import { printSchemaHistory, withIngestionLog } from "../../local/schema-registry";
import { failureOf } from "../support/failure";
import { startPipeline, type Pipeline } from "../support/pipeline/pipeline";

describe("The schema registry", () => {
  let pipeline: Pipeline;
  before(async () => {
    pipeline = await startPipeline({ seeded: true });
    await pipeline.ingest();
    await pipeline.source.query("ALTER TABLE design ADD colour text DEFAULT 'red'");
    await pipeline.ingest();
    await pipeline.source.query(
      "UPDATE design SET colour = 'blue' WHERE design_id = (SELECT min(design_id) FROM design)",
    );
    await pipeline.ingest();
    await pipeline.source.query("ALTER TABLE design RENAME colour TO shade");
    await pipeline.ingest();
  });
  after(() => pipeline.close());

  const recorded = async (table: string): Promise<{ entries: number; lines: string[] }> => {
    const lines: string[] = [];
    const entries = await printSchemaHistory(pipeline.ingested.log, table, {
      line: (text) => lines.push(text),
      progress: () => undefined,
    });
    return { entries, lines };
  };

  it("shows the columns of a table from the commit that first saw them", async () => {
    const { entries, lines } = await recorded("design");

    expect(entries).to.equal(3);
    expect(lines.map((line) => line.replace(/ {2}\d{4}-.*Z$/, ""))).to.deep.equal([
      "commit 1",
      lines[1],
      "commit 2",
      "  added colour text",
      "commit 4",
      "  renamed colour → shade",
    ]);
    expect(lines[1]).to.include("first seen: ").and.include("primary key (design_id)");
  });

  it("has no entry for an unknown table", async () => {
    expect(await recorded("desing")).to.deep.equal({ entries: 0, lines: [] });
  });

  it("explains how to name a lake when it finds none", async () => {
    const place = { lake: "/nowhere", bucket: undefined };

    expect((await failureOf(withIngestionLog(place, () => Promise.resolve()))).message).to.equal(
      "no lake in /nowhere: name one with --lake, or a bucket in AWS with --bucket",
    );
  });
});
