import { expect } from "chai";
import { currencyName } from "../../domain/currency";
import { calendarCoverage, calendarRows, dayNumber, isoDate, missingDays } from "../../domain/calendar";
import { guardDeletes, planRun, planTable, replacedRows } from "../../domain/capture";
import { ingestCommit, parseCommit, type IngestCommit } from "../../domain/commit";
import { contractBreaches } from "../../domain/contract";
import { keySet } from "../../domain/key-set";
import { commitKey, commitNumber, commitOfHeadKey, dataKey, headKey } from "../../domain/keys";
import { dimDate } from "../../domain/model/dim-date";
import { loadOrder, model } from "../../domain/model/model";
import { staff } from "../../domain/model/sources";
import { fact } from "../../domain/model/table";
import { factPayment } from "../../domain/model/fact-payment";
import { decimal } from "../../domain/model/types";
import { admit } from "../../domain/quarantine";
import { nothingWritten, parseSnapshot, wentBackwards } from "../../domain/snapshot";
import { findTarget } from "../../domain/warehouse-target";
import { monotonicClock, hasTime } from "../../stages/clock";

describe("keys of the lake", () => {
  it("have a date, a time with milliseconds, and no colon", () => {
    const at = new Date("2026-11-23T14:05:09.123Z");
    expect(dataKey({ at, table: "sales_order", extension: "csv" })).to.equal(
      "2026/11/23/sales_order/140509.123.csv",
    );
    expect(dataKey({ at, table: 'a/b "c"', extension: "csv", folder: "deleted" })).to.equal(
      "deleted/2026/11/23/a%2Fb%20%22c%22/140509.123.csv",
    );
  });

  it("put the newest commit's head first", () => {
    const [older, newer] = [commitNumber(99), commitNumber(100)];
    expect(headKey(newer) < headKey(older)).to.equal(true);
    expect(commitOfHeadKey(headKey(newer))).to.equal(100);
    expect(commitKey(newer)).to.equal("commits/0000000100.json");
    expect(() => commitOfHeadKey("heads/x")).to.throw("heads/x is no head of a commit log");
    for (const number of [0, -1, 1.5, 10 ** 10])
      expect(() => commitNumber(number)).to.throw("no commit number");
  });

  it("never share a time, even when the clock stands still", () => {
    const now = monotonicClock(() => 1000);
    expect([now(), now(), now()].map(Number)).to.deep.equal([1000, 1001, 1002]);
  });
});

describe("the time of an invocation", () => {
  it("is enough for a first commit always, and for another one when a minute is left", () => {
    let left = 0;
    const more = hasTime({ getRemainingTimeInMillis: () => left });
    expect(more()).to.equal(true);
    expect(more()).to.equal(false);
    left = 90_000;
    expect(more()).to.equal(true);
  });
});

describe("snapshots of PostgreSQL", () => {
  it("are read as they are printed", () => {
    expect(parseSnapshot("10:20:11,15")).to.deep.equal({ xmin: 10n, xmax: 20n, inProgress: [11n, 15n] });
    expect(() => parseSnapshot("10;20")).to.throw("no snapshot");
  });

  it("tell that nothing was written only when nobody was writing", () => {
    const quiet = parseSnapshot("20:20:");
    expect(nothingWritten(quiet, quiet)).to.equal(true);
    expect(nothingWritten(quiet, parseSnapshot("21:21:"))).to.equal(false);
    expect(nothingWritten(parseSnapshot("19:20:19"), quiet)).to.equal(false);
    expect(wentBackwards(quiet, parseSnapshot("19:19:"))).to.equal(true);
  });
});

const table = { name: "staff", storage: "1:1", key: ["staff_id"], columns: [] };
const state = { systemIdentifier: "s", timeline: 1, database: "d", snapshot: "100:100:" };
const last = (over: object = {}, held: object | null = null): IngestCommit =>
  ({
    snapshot: "90:95:92",
    overlap: ["93"],
    source: { systemIdentifier: "s", timeline: 1, database: "d", schema: "public", server: "17" },
    tables: { staff: { ...table, held, total: 5 } },
    ...over,
  }) as unknown as IngestCommit;

describe("what a run has to do", () => {
  const reasons: readonly (readonly [string, IngestCommit | undefined, Partial<typeof state>, RegExp])[] = [
    ["there is no past", undefined, {}, /no earlier commit/],
    ["another cluster answers", last(), { systemIdentifier: "t" }, /another database/],
    ["another database answers", last(), { database: "e" }, /another database/],
    ["the timeline changed", last(), { timeline: 2 }, /restored from a backup or failed over/],
    ["time went backwards", last(), { snapshot: "80:80:" }, /went back in time/],
  ];
  for (const [what, commit, now, reason] of reasons) {
    it(`is a full capture when ${what}`, () => {
      const plan = planRun(commit, { ...state, ...now });
      expect(plan.kind).to.equal("full");
      expect(plan).to.have.property("reason").that.matches(reason);
    });
  }

  it("is nothing when nothing was written, unless a held table was released", () => {
    const quiet = last({ snapshot: "100:100:" }, { snapshot: "5:5:", overlap: [], reason: "" });
    expect(planRun(quiet, state).kind).to.equal("idle");
    expect(planRun(quiet, state, new Set(["staff"])).kind).to.equal("delta");
  });

  it("renews a horizon that has grown old", () => {
    const plan = planRun(last(), { ...state, snapshot: `${2n ** 31n}:${2n ** 31n}:` });
    expect(plan).to.include({ kind: "delta", renew: true });
  });

  it("is, for a table, a delta from the last snapshot, or from where it was held back", () => {
    const run = planRun(last(), state);
    expect(planTable(last(), table, run)).to.deep.include({
      mode: "delta",
      recapture: false,
      filter: { since: parseSnapshot("90:95:92"), captured: ["93"] },
    });
    const held = last({}, { snapshot: "5:6:", overlap: ["5"], reason: "" });
    expect(planTable(held, table, run)).to.deep.include({
      filter: { since: parseSnapshot("5:6:"), captured: ["5"] },
    });
    expect(planTable(last({}, { snapshot: null, overlap: [], reason: "" }), table, run)).to.include({
      mode: "full",
      recapture: true,
    });
    expect(planTable(last(), { ...table, storage: "1:2" }, run)).to.include({
      mode: "delta",
      recapture: true,
    });
    expect(planTable(last(), { ...table, key: ["other"] }, run)).to.include({
      mode: "full",
      recapture: true,
    });
    expect(planTable(last(), { ...table, name: "new" }, run)).to.include({ mode: "full", recapture: false });
  });

  it("counts the rows that were updated or deleted, without a key", () => {
    expect(replacedRows({ previous: 10, total: 12, captured: 2 })).to.equal(0);
    expect(replacedRows({ previous: 10, total: 11, captured: 2 })).to.equal(1);
  });

  const guard = { maxShare: 0.5, allowed: new Set<string>() };
  const deletes: readonly (readonly [number, number, number, boolean])[] = [
    [100, 49, 51, true],
    [100, 50, 50, false],
    [10, 1, 9, false],
    [3, 0, 3, true],
    [0, 0, 0, false],
  ];
  for (const [previous, total, deleted, held] of deletes) {
    it(`${held ? "holds" : "does not hold"} a table back that lost ${deleted} of ${previous} rows`, () => {
      const reason = guardDeletes(guard, { name: "t", previous, total, deleted });
      expect(reason !== undefined).to.equal(held);
      expect(
        guardDeletes({ ...guard, allowed: new Set(["t"]) }, { name: "t", previous, total, deleted }),
      ).to.equal(undefined);
    });
  }
});

describe("a commit", () => {
  it("that is none is refused with the object's name", () => {
    expect(() => parseCommit(ingestCommit, "{", "commits/1.json")).to.throw("commits/1.json is no JSON");
    expect(() => parseCommit(ingestCommit, '{"version":2}', "commits/1.json")).to.throw(
      /commits\/1.json is no commit that this version of Marble reads/,
    );
  });
});

describe("a contract", () => {
  const columns = Object.entries({
    staff_id: "integer",
    first_name: "text",
    last_name: "character varying(20)",
    department_id: "smallint",
    email_address: 'enum "E"',
  }).map(([name, type]) => ({ name, type }));
  const capture = { columns } as never;

  it("is kept by types that mean the same", () => {
    expect(contractBreaches(staff, { columns })).to.deep.equal([]);
  });

  it("is broken by a column that is missing or of another type", () => {
    const changed = columns
      .filter(({ name }) => name !== "last_name")
      .map((column) => (column.name === "staff_id" ? { ...column, type: "bigint" } : column));
    expect(contractBreaches(staff, { columns: changed })).to.deep.equal([
      "column staff_id is bigint, not integer",
      "column last_name is missing",
    ]);
  });

  it("admits captures in order, up to the first that breaks it", () => {
    const [one, two, three] = [commitNumber(1), commitNumber(2), commitNumber(3)];
    expect(
      admit(staff, [
        { number: one, capture },
        { number: two, capture: undefined },
        { number: three, capture },
      ]),
    ).to.deep.equal({
      captures: [{ number: 1, capture }],
      quarantine: { since: 2, breaches: ["table staff is missing"] },
    });
  });
});

describe("a set of keys", () => {
  it("holds numbers and any other text", () => {
    const keys = keySet();
    for (const key of ["5", "05", "-5", "x", "123456789012345", "0", "5"]) keys.add(key);
    expect(keys.size).to.equal(6);
    expect([...keys]).to.have.members(["5", "05", "-5", "x", "123456789012345", "0"]);
    for (const key of ["5", "x"]) expect(keys.delete(key)).to.equal(true);
    for (const key of ["5", "x", "77", "1000000"]) expect(keys.delete(key)).to.equal(false);
    expect(["5", "05", "0", "6"].map((key) => keys.has(key))).to.deep.equal([false, true, true, false]);
  });
});

describe("the calendar", () => {
  it("has the right names and numbers for every day", () => {
    const range = { first: dayNumber("1999-12-25"), last: dayNumber("2030-01-05") };
    const rows = calendarRows(dimDate, range).toArray() as Record<string, unknown>[];
    for (let day = range.first; day <= range.last; day += 1) {
      const date = new Date(day * 86_400_000);
      const row = rows[day - range.first]!;
      const named = (options: Intl.DateTimeFormatOptions): string =>
        date.toLocaleDateString("en-GB", { timeZone: "UTC", ...options });
      expect([
        row["year"],
        row["month"],
        row["day"],
        row["day_of_week"],
        row["day_name"],
        row["month_name"],
        row["quarter"],
      ]).to.deep.equal([
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        date.getUTCDay() || 7,
        named({ weekday: "long" }),
        named({ month: "long" }),
        Math.ceil((date.getUTCMonth() + 1) / 3),
      ]);
    }
  });

  it("grows in whole years, without a gap, and never shrinks", () => {
    const range = (first: string, last: string) => ({ first: dayNumber(first), last: dayNumber(last) });
    const configured = range("2020-01-01", "2030-12-31");
    const covered = calendarCoverage({
      covered: undefined,
      configured,
      named: range("2018-05-05", "2033-02-02"),
    });
    expect([isoDate(covered.first), isoDate(covered.last)]).to.deep.equal(["2018-01-01", "2033-12-31"]);
    expect(
      missingDays(configured, covered).map(({ first, last }) => [isoDate(first), isoDate(last)]),
    ).to.deep.equal([
      ["2018-01-01", "2019-12-31"],
      ["2031-01-01", "2033-12-31"],
    ]);
    expect(calendarCoverage({ covered, configured, named: undefined })).to.deep.equal(covered);
    expect(missingDays(covered, covered)).to.deep.equal([]);
    expect(() => dayNumber("2023-02-29")).to.throw("is no date");
  });
});

describe("the model", () => {
  it("is loaded parents first", () => {
    const names = loadOrder(model).map(({ name }) => name);
    for (const parent of ["dim_date", "dim_staff", "dim_currency"])
      expect(names.indexOf(parent)).to.be.lessThan(names.indexOf("fact_sales_order"));
    expect(names).to.have.length(11);
  });

  it("is refused when it refers to a table that it does not have", () => {
    const lonely = fact("fact_payment", factPayment);
    expect(() => loadOrder({ calendar: model.calendar, tables: [lonely] })).to.throw(
      "fact_payment refers to dim_transaction, which is not in the model",
    );
  });

  it("knows currencies by ISO 4217, and types within 64 bits", () => {
    expect(["GBP", "USD", "EUR"].map(currencyName)).to.deep.equal(["Pound Sterling", "US Dollar", "Euro"]);
    expect(() => currencyName("XYZ")).to.throw('"XYZ" is no ISO 4217 currency code');
    expect(() => decimal(19, 2)).to.throw("not supported");
  });
});

describe("a table of a prepared warehouse", () => {
  const column = (name: string) => ({ name, required: false });
  const columns = ["currency_id", "currency_code", "currency_name"].map(column);
  const currency = model.tables.find(({ name }) => name === "dim_currency")!;

  it("is found by a name that differs in small ways", () => {
    const found = findTarget(currency, [{ name: "Dim_Currencys", columns, uniqueKeys: [["currency_id"]] }]);
    expect(found).to.include({ name: "Dim_Currencys", keyIsUnique: true });
  });

  it("is refused when two could be meant", () => {
    const alike = ["dimcurrency", "dim_currencys"].map((name) => ({ name, columns, uniqueKeys: [] }));
    expect(() => findTarget(currency, alike)).to.throw(
      "the warehouse has dimcurrency and dim_currencys: which of them is dim_currency?",
    );
  });
});
