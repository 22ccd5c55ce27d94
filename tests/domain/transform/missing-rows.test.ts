import { expect } from "chai";
import { MissingRows, type MissingRow } from "../../../domain/transform/missing-rows";

const row = (key: string, target: string | null = "fact_payment"): MissingRow => ({
  table: "payment",
  target,
  key,
});
const open = (...keys: readonly string[]): MissingRows =>
  new MissingRows(
    keys.map((key) => row(key)),
    [],
  );
const [table, commit] = ["payment", 7];

describe("The rows that are missing", () => {
  it("stay the same when no commit rejects, brings or deletes rows", () => {
    const missing = open("1", "2");
    missing.resolve({ table, key: "3", commit });
    missing.resolve({ table: "staff", key: "1", commit });
    missing.resolveOthers("staff", commit, new Set());
    missing.forgetUntracked("payment", commit);
    expect(missing.changed).to.equal(false);
    expect(missing.countOf("payment")).to.equal(2);
    expect(missing.resolved).to.deep.equal([]);
  });

  it("are no longer missing when a commit brings or finds them deleted, which names the commit", () => {
    const missing = open("1", "2", "3");
    missing.resolve({ table, key: "1", commit });
    missing.resolve({ table, key: "2", commit, deleted: true });
    expect([...missing.rows()]).to.deep.equal([row("3")]);
    expect(missing.resolved).to.deep.equal([
      { ...row("1"), commit, deleted: false },
      { ...row("2"), commit, deleted: true },
    ]);
    expect(missing.changed).to.equal(true);
  });

  it("are missing once, however often and of however many tables they are rejected", () => {
    const missing = open("1");
    missing.reject(row("1"), commit);
    expect(missing.changed).to.equal(false);
    missing.reject(row("1", "dim_payment"), commit);
    expect(missing.countOf(table)).to.equal(1);
    expect(missing.size).to.equal(2);
  });

  it("are still missing when they come and are rejected again, by the same commit or a later one", () => {
    for (const rejectedBy of [commit, commit + 1]) {
      const missing = open("1");
      missing.reject(row("1"), rejectedBy);
      missing.resolve({ table, key: "1", commit });
      expect(missing.countOf(table)).to.equal(1);
      expect(missing.resolved).to.deep.equal([]);
    }
  });

  it("are resolved only by commits after the commit that rejected them", () => {
    const missing = open();
    missing.reject(row("1"), commit);
    expect(missing.lacksAny(table, commit)).to.equal(false);
    expect(missing.lacksAny(table, commit + 1)).to.equal(true);
    expect(missing.lacksAny("staff")).to.equal(false);
  });

  it("may still be missing in another table when they were recomputed for one", () => {
    const missing = open("1");
    missing.reject(row("1", "dim_payment"), commit - 1);
    missing.resolve({ table, key: "1", commit, of: (target) => target === "dim_payment" });
    expect([...missing.rows()]).to.deep.equal([row("1")]);
    missing.resolve({ table, key: "1", commit, of: (target) => target === "dim_staff" });
    expect(missing.countOf(table)).to.equal(1);
  });

  it("count as deleted when a capture has all rows of the table, but not these", () => {
    const missing = open("1", "2", "3");
    missing.reject(row("3"), commit);
    missing.resolveOthers(table, commit, new Set(["1"]));
    expect([...missing.rows()].map(({ key }) => key)).to.deep.equal(["1", "3"]);
    expect(missing.resolved).to.deep.equal([{ ...row("2"), commit, deleted: true }]);
  });

  it("are only counted, and never forgotten, when there are too many to track", () => {
    const enoughForTwo = 2 * (table.length + 1 + 64);
    const missing = new MissingRows([row("1"), row("2"), row("3")], [["staff", 4]], enoughForTwo);
    expect(missing.countOf(table)).to.equal(3);
    expect([...missing.more]).to.deep.equal([
      ["staff", 4],
      ["payment", 1],
    ]);
    for (const key of ["1", "2", "3"]) missing.resolve({ table, key, commit });
    expect(missing.countOf(table)).to.equal(1);
    missing.reject(row("4"), commit);
    expect([...missing.rows()], "there is room again").to.deep.equal([row("4")]);
  });

  it("that are only counted are forgotten when a capture has all rows, except those that its commit rejected", () => {
    const missing = new MissingRows([], [["payment", 5]], 0);
    missing.reject(row("1"), commit);
    missing.forgetUntracked(table, commit);
    expect(missing.countOf(table)).to.equal(1);
    missing.forgetUntracked(table, commit + 1);
    expect([...missing.more]).to.deep.equal([]);
  });
});
