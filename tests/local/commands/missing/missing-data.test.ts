import { expect } from "chai";
import type { IngestCommit, ProcessCommit } from "../../../../domain/log/commit";
import {
  absent,
  inQuarantine,
  notCaptured,
  rejectedRows,
} from "../../../../local/commands/missing/missing-data";
import { describeMissing } from "../../../../local/commands/missing/missing-text";
import { hireModel } from "../../../support/hires/model";

const status = (state: string) => ({ state, reason: "the table is gone" });

describe("A table that is absent from the source", () => {
  it("did not arrive if the model reads it, also as the table of a join, and its line says what to do", () => {
    const sources = {
      hire: status("absent"),
      depot: status("absent"),
      scratch: status("absent"),
      bike: status("current"),
      customer: status("quarantined"),
    };
    const missing = absent({ sources } as unknown as ProcessCommit, { model: hireModel });
    expect(missing.map(({ name }) => name)).to.deep.equal(["hire", "depot"]);
    expect(describeMissing(missing[0]!)).to.equal(
      "the table hire is absent from the source: the table is gone. Create the table again in the source, or remove the cause. " +
        "Each run of ingest looks for it. If the table is gone for good, its rows stay in the warehouse as they were. " +
        "See “A table is absent” in docs/runbook.md.",
    );
  });

  it("has one line if it is refused, because that line has the reason", () => {
    const processed = { sources: { hire: status("absent"), depot: status("absent") } };
    const refused = { hire: { kind: "table", reason: "reader may not read it" } } as const;
    const missing = absent(processed as unknown as ProcessCommit, { model: hireModel, refused });
    expect(missing.map(({ name }) => name)).to.deep.equal(["depot"]);
  });

  it("is not called a table in quarantine, although it breaks its contract", () => {
    const sources = { hire: status("absent"), bike: status("quarantined") };
    const why = { since: 3, breaches: ["it has no column frame"] };
    const processed = { sources, quarantine: { hire: why, bike: why } } as unknown as ProcessCommit;
    expect(inQuarantine(processed).map(({ name }) => name)).to.deep.equal(["bike"]);
  });

  it("is unknown before the first commit of process", () => {
    expect(absent(undefined, { model: hireModel })).to.deep.equal([]);
  });
});

describe("A table that is captured in part", () => {
  it("did not arrive completely, and its line says to wait", () => {
    const tables = {
      hire: { mode: "full", slice: { through: ["7"], rows: 7 } },
      bike: { mode: "full", slice: null },
    };
    const missing = notCaptured({ tables, refused: {} } as unknown as IngestCommit);
    expect(missing.map((one) => describeMissing(one))).to.deep.equal([
      "the table hire is captured in part: its first capture is underway. Wait: each run of ingest captures more of its rows.",
    ]);
  });
});

describe("Rejected rows", () => {
  const files = [{ key: "rejected/2026/11/25/hire/1.ndjson", rows: 2 }] as ProcessCommit["rejected"]["files"];
  const path = (key: string): string => `s3://b/${key}`;
  const ofSources = (sources: Record<string, { readonly rejected: number }> | undefined, made = files) =>
    rejectedRows({ sources } as unknown as ProcessCommit, made, path).map(({ name, rows, paths }) => [
      name,
      rows,
      paths,
    ]);

  it("are missing until a commit brings them, also when no run rejects any more", () => {
    const own = ["s3://b/rejected/2026/11/25/hire/1.ndjson"];
    expect(ofSources({ hire: { rejected: 3 }, bike: { rejected: 0 } })).to.deep.equal([["hire", 3, own]]);
    expect(ofSources({ hire: { rejected: 3 } }, [])).to.deep.equal([["hire", 3, []]]);
    expect(ofSources({ hire: { rejected: 0 } })).to.deep.equal([]);
  });

  it("are those of this run if the commit is of an earlier version, which does not count them", () => {
    expect(ofSources(undefined).map(([name, rows]) => [name, rows])).to.deep.equal([["hire", 2]]);
  });

  it("have a line with the number, the files of this run and what to do", () => {
    const missing = {
      kind: "rejected",
      name: "hire",
      reason: "the files under rejected/ have the reasons",
    } as const;
    const remedy =
      "Correct them in the source, or delete them there. See “Rejected rows” in docs/runbook.md.";
    expect(describeMissing({ ...missing, rows: 1, paths: ["a", "b"] }, (one) => `/${one}`)).to.equal(
      `1 row of the table hire was rejected and is missing: this run wrote the reasons to /a, /b. ${remedy}`,
    );
    expect(describeMissing({ ...missing, rows: 2, paths: [] })).to.equal(
      `2 rows of the table hire were rejected and are missing: the files under rejected/ have the reasons. ${remedy}`,
    );
  });
});
