import { expect } from "chai";
import { columnsOf, joined, references } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";
import { dimDate } from "../../../domain/model/dim-date";
import { monotonicClock } from "../../../stages/shared/clock";
import { runTaskMessages } from "../../../stages/process/tasks/task-message";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";
import { createDatabase } from "../../support/postgres/postgres";

const parent = sourceTable("parent", { key: "code", columns: { code: text, label: optional(text) } });
const child = sourceTable("child", { key: "child_code", columns: { child_code: text, parent_code: text } });
const visit = sourceTable("visit", {
  key: "visit_code",
  columns: { visit_code: text, child_code: text, n: integer },
});
const ofParent = columnsOf(parent);
const ofChild = columnsOf(child);
const ofVisit = columnsOf(visit);
const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    dimension("dim_parent", {
      description: "Whom a child belongs to.",
      source: parent,
      key: "code",
      columns: { code: ofParent.copy("code"), label: ofParent.copy("label") },
    }),
    dimension("dim_child", {
      description: "Who visits.",
      source: child,
      key: "child_code",
      columns: {
        child_code: ofChild.copy("child_code"),
        label: joined(child, "parent_code", parent).copy("label"),
      },
    }),
    fact("fact_visit", {
      description: "Every version of every visit.",
      source: visit,
      key: "visit_code",
      surrogateKey: "visit_record_id",
      currentView: "current_visit",
      columns: {
        visit_code: ofVisit.copy("visit_code"),
        child_code: references("dim_child", ofVisit.copy("child_code")),
        n: ofVisit.copy("n"),
      },
    }),
  ],
};

describe("The blanks after the values of char(n)", function () {
  this.timeout(60_000);
  let pipeline: Pipeline;
  let messages: string[];
  beforeEach(async () => {
    const source = await createDatabase();
    await source.query(`
      CREATE DOMAIN label AS char(6);
      CREATE TABLE parent (code char(5) PRIMARY KEY, label label);
      CREATE TABLE child (child_code varchar(5) PRIMARY KEY, parent_code char(8) NOT NULL);
      CREATE TABLE visit (visit_code char(7) PRIMARY KEY, child_code char(9) NOT NULL, n int NOT NULL);
      INSERT INTO parent VALUES ('ab', 'x y'), (' cd', ''), ('e"f', NULL), ('ghijk', 'a,b');
      INSERT INTO child VALUES ('one  ', 'ab'), ('two', 'ghijk');
      INSERT INTO visit VALUES ('v1', 'two', 1), ('v2', 'two', 2)`);
    pipeline = await startPipeline({ source });
    messages = [];
    pipeline.s3.onObjectCreated(({ key }) => {
      if (key.startsWith("task-messages/")) messages.push(key);
    });
  });
  afterEach(() => pipeline.close());

  const shown = async (): Promise<unknown> => ({
    parents: await pipeline.warehouse.query("SELECT * FROM dim_parent ORDER BY code"),
    children: await pipeline.warehouse.query("SELECT * FROM dim_child ORDER BY child_code"),
    visits: await pipeline.warehouse.query("SELECT visit_code, child_code, n FROM current_visit ORDER BY n"),
  });
  const FIRST = {
    parents: [
      { code: " cd", label: "" },
      { code: "ab", label: "x y" },
      { code: 'e"f', label: null },
      { code: "ghijk", label: "a,b" },
    ],
    children: [
      // Those of a varchar(n) are part of the value.
      { child_code: "one  ", label: "x y" },
      { child_code: "two", label: "a,b" },
    ],
    visits: [
      { visit_code: "v1", child_code: "two", n: 1 },
      { visit_code: "v2", child_code: "two", n: 2 },
    ],
  };
  const remodelled = async (taskBytes = Infinity): Promise<void> => {
    const report = await pipeline.process({ model, taskBytes });
    expect(report.rejected).to.equal(0);
    await pipeline.load({ model });
  };

  it("are stripped from values, keys, references, joined rows, and keys of deleted rows", async () => {
    await pipeline.ingest();
    await remodelled();
    expect(await shown()).to.deep.equal(FIRST);
    expect(await pipeline.warehouse.query("SELECT label FROM dim_parent WHERE code = 'ab'")).to.have.length(
      1,
    );

    await pipeline.source.query(`
      UPDATE parent SET label = 'new' WHERE code = 'ghijk';
      UPDATE visit SET n = 3 WHERE visit_code = 'v2';
      DELETE FROM visit WHERE visit_code = 'v1'`);
    await pipeline.ingest();
    await remodelled();

    expect(await shown()).to.deep.equal({
      parents: [...FIRST.parents.slice(0, 3), { code: "ghijk", label: "new" }],
      children: [FIRST.children[0], { child_code: "two", label: "new" }],
      visits: [{ visit_code: "v2", child_code: "two", n: 3 }],
    });
  });

  it("are stripped by the workers of a large commit, too", async () => {
    await pipeline.ingest();
    let asked = 0;
    await pipeline.process({ model, taskBytes: 0, workers: 1, hasTime: () => (asked += 1) === 1 });
    expect(messages).not.to.deep.equal([]);
    const { ingested, processed } = pipeline;
    const telemetry = { info: () => undefined, warn: () => undefined, count: () => undefined };
    const context = { ingested, processed, model, telemetry, now: monotonicClock(), hasTime: () => true };
    const report = await runTaskMessages(messages, context);
    expect(Object.keys(report.tables)).to.include("dim_parent");

    await remodelled(0);

    expect(await shown()).to.deep.equal(FIRST);
  });
});
