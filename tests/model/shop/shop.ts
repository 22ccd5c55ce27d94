import fc from "fast-check";
import { marts, model } from "../../../domain/declarations";
import { contractsOf } from "../../../domain/model/model";
import { literal } from "../../../domain/sql";
import { EXPECTED_ROWS } from "../../support/oracle/expected-warehouse";
import { tinyTotesys } from "../../support/oracle/tiny-totesys";
import type { TestDatabase } from "../../support/postgres/postgres";
import type { Fixture, Game } from "../fixture";
import { steps } from "../histories/histories";
import { mapChanges, type Step } from "../histories/steps";
import { contentFrom, contentOf, type Observation, type ObservedRow } from "../oracle/observation";
import { layoutsOf, type Layout } from "../oracle/warehouse";
import { createWitness } from "../oracle/witness";
import { shopChanges, type Alteration, type ShopChange } from "./changes";
import { sourceChangeOf, EXTRA_TABLES } from "./statements";

/** The source table of each fact. */
const FACTS: Readonly<Record<string, string>> = {
  fact_sales_order: "sales_order",
  fact_purchase_order: "purchase_order",
  fact_payment: "payment",
};

/** The valid rows of a source table. */
const GOOD: Readonly<Record<string, string>> = {
  fact_sales_order: String.raw` WHERE agreed_delivery_date ~ '^\d{4}-\d\d-\d\d$'`,
};

const layouts = layoutsOf(model, "public");

/** The expected rows of a table as arrays of texts, with their first column, the key. */
function expectedRows({ name, columns }: Layout): string {
  const source = FACTS[name];
  const sql = EXPECTED_ROWS[source === undefined ? name : `current_${source}`] ?? "";
  const names = columns.map((_, index) => `c${index}`);
  const texts = names.map((column) => `q.${column}::text`).join(", ");
  return (
    `SELECT q.c0 AS id, to_json(ARRAY[${texts}])::text AS row ` +
    `FROM (${sql}${GOOD[name] ?? ""}) AS q (${names.join(", ")})`
  );
}

/** One statement for everything, for one round trip and one snapshot. */
const SOURCE = [
  "SELECT 'snapshot' AS name, NULL AS key, NULL AS version, pg_current_snapshot()::text AS row",
  ...layouts.map((layout) => {
    const source = FACTS[layout.name];
    const name = literal(layout.name);
    const rows = expectedRows(layout);
    return source === undefined
      ? `SELECT ${name}, id::text, '', row FROM (${rows}) AS e`
      : `SELECT ${name}, f.${source}_id::text, f.xmin::text, e.row FROM ${source} AS f LEFT JOIN (${rows}) AS e ON e.id = f.${source}_id`;
  }),
  ...[...contractsOf(model).keys()].map((source) => {
    const table = `'${source}'::regclass`;
    return (
      `SELECT 'shape', '${source}', '', (SELECT relfilenode::text FROM pg_class WHERE oid = ${table}) || ' ' || ` +
      `(SELECT string_agg(attname || atttypid || ':' || atttypmod, ',' ORDER BY attnum) FROM pg_attribute ` +
      `WHERE attrelid = ${table} AND attnum > 0 AND NOT attisdropped)`
    );
  }),
].join("\nUNION ALL ");

interface Line {
  readonly name: string;
  readonly key: string;
  readonly version: string;
  readonly row: string | null;
}

interface ShopState {
  readonly snapshot: string;
  readonly lines: readonly Line[];
}

async function read(source: TestDatabase): Promise<ShopState> {
  const lines = await source.query<Line>(SOURCE);
  return { snapshot: lines.find(({ name }) => name === "snapshot")?.row ?? "", lines };
}

/** The facts of each line about a row or a table. */
type Versions = ReadonlyMap<string, string | null>;

const nameOf = ({ name, key }: Line): string => `${name} ${key}`;

function settle(
  { lines }: ShopState,
  before: Versions | undefined,
): { readonly observation: Observation; readonly settled: Versions } {
  const tables = new Map(layouts.map(({ name }) => [name, new Map<string, ObservedRow>()]));
  const reshaped = new Set<string>();
  const settled = new Map<string, string | null>();
  for (const line of lines) {
    const { name, key, version, row } = line;
    const is = name === "shape" ? row : version;
    settled.set(nameOf(line), is);
    const isNew = before?.get(nameOf(line)) !== is;
    if (name === "shape" && isNew) reshaped.add(key);
    tables.get(name)?.set(contentOf([key]), {
      source: FACTS[name] ?? "",
      sourceKey: key,
      joined: false,
      isNew,
      outcome:
        row === null ? { kind: "rejected" } : { kind: "present", content: contentFrom(row), refers: [] },
    });
  }
  return { observation: { tables, unreadable: [], reshaped, mirror: new Map() }, settled };
}

/** The example: the same model for every history. */
const shop: Omit<Fixture, "seed"> = {
  model,
  marts,
  sourceSchemas: ["public"],
  warehouseSchema: "public",
  prepared: "",
  has: {},
  allowDeletes: [],
  mirrored: [],
  layouts,
  witness: () => createWitness({ read, settle }),
};

/** Histories of the example. */
export async function shopGame(): Promise<Game<readonly Step<ShopChange | Alteration>[]>> {
  const seed = `${await tinyTotesys()}; ${EXTRA_TABLES}`;
  return {
    drawn: fc.oneof(
      { weight: 9, arbitrary: steps(shopChanges, { stepsForEachRun: 5, minLength: 8, maxLength: 40 }) },
      // Long histories with fewer runs: commit numbers get more digits, and a commit has more changes.
      { weight: 1, arbitrary: steps(shopChanges, { stepsForEachRun: 2, minLength: 40, maxLength: 60 }) },
    ),
    open: (drawn) => {
      let serial = 0;
      return {
        fixture: { ...shop, seed },
        steps: mapChanges(drawn, (change) => sourceChangeOf(change, ++serial)),
      };
    },
  };
}
