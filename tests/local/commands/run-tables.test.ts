import { expect } from "chai";
import { runReport } from "../../../local/commands/run-report";
import { runTables } from "../../../local/commands/run-tables";

describe("The tables of a run", () => {
  it("have the rows of each table in each stage", () => {
    const report = runReport([
      {
        stage: "ingest",
        payload: { commit: 1, tables: { depot: { rows: 25 }, "billing.invoice": { rows: 1500 } } },
      },
      {
        stage: "process",
        payload: {
          commits: [1],
          tables: { fact_invoice: { rows: 1500 }, dim_depot: { rows: 20 } },
          rejected: 5,
        },
      },
      {
        stage: "load",
        payload: { commits: [1], tables: { dim_depot: { rows: 20 }, dim_date: { rows: 4018 } }, waiting: 0 },
      },
    ]);

    expect(runTables(report).split("\n")).to.deep.equal([
      "source table     captured rows",
      "───────────────  ─────────────",
      "depot                       25",
      "billing.invoice          1,500",
      "",
      "warehouse table  processed rows  loaded rows",
      "───────────────  ──────────────  ───────────",
      "dim_date                      0        4,018",
      "dim_depot                    20           20",
      "fact_invoice              1,500            0",
    ]);
  });

  it("are empty when the run had nothing to do", () => {
    expect(runTables(runReport([]))).to.equal("");
  });
});
