import fc from "fast-check";
import type { Model } from "../../../domain/model/model";
import { identifier } from "../../../domain/sql";
import type { Fixture, Game } from "../fixture";
import { steps } from "../histories/histories";
import { mapChanges, type Step } from "../histories/steps";
import { layoutsOf } from "../oracle/warehouse";
import { sourceChangeOf, rowChanges, type RowChange } from "./source/changes";
import { endOf, readsIn } from "./star/expressions";
import { declareModel } from "./star/model";
import { drawnName, type DrawnName } from "./source/names";
import { drawnPrepared, prepareTables, type PreparedTable } from "./star/prepared";
import { readsOf } from "./expected/reads";
import { createForeignKeys, createSources, firstRows } from "./source/rows";
import { designSources, drawnSources, type SourceDesign } from "./source/sources";
import type { TableDesign } from "./star/designs";
import { membersShown } from "./expected/members";
import { featuresOf } from "./features";
import { designTables, drawnTables } from "./star/tables";
import { generatedWitness } from "./expected/witness";

/** The drawn model and source as plain data. Any part of it makes a valid model. */
export const drawnDesign = fc.record({
  sourceSchema: drawnName,
  furtherSchema: drawnName,
  warehouseSchema: drawnName,
  sources: drawnSources,
  tables: drawnTables,
  prepared: drawnPrepared,
  mirrors: fc.nat(2).map((drawn) => drawn === 1),
});

type DrawnDesign = typeof drawnDesign extends fc.Arbitrary<infer Drawn> ? Drawn : never;

interface Design {
  /** The schemas of the source. The lake names the second schema in the names of its tables. */
  readonly sourceSchemas: readonly [string, string];
  readonly warehouseSchema: string;
  readonly sources: readonly SourceDesign[];
  readonly tables: readonly TableDesign[];
  readonly model: Model;
  readonly mirrors: boolean;
  /** The tables of the warehouse before the first load, by table of the model. */
  readonly prepared: ReadonlyMap<string, PreparedTable>;
}

/** Turns a draw into its meaning. */
export function designOf(drawn: DrawnDesign): Design {
  const schemaName = (name: DrawnName): string =>
    name?.startsWith("pg_") === true ? "public" : (name ?? "public");
  const sourceSchema = schemaName(drawn.sourceSchema);
  const warehouseSchema = schemaName(drawn.warehouseSchema);
  const further = schemaName(drawn.furtherSchema);
  const sourceSchemas = [
    sourceSchema,
    further === sourceSchema ? `${further.slice(0, 20)} 2` : further,
  ] as const;
  const sources = designSources(drawn.sources, sourceSchemas);
  const tables = designTables(drawn.tables, sources);
  return {
    sourceSchemas,
    warehouseSchema,
    sources,
    tables,
    model: declareModel(tables, sources),
    mirrors: drawn.mirrors,
    prepared: prepareTables(drawn.prepared, tables, warehouseSchema),
  };
}

function fixtureOf(design: Design): Fixture {
  const { sourceSchemas, warehouseSchema, sources, tables, model, prepared, mirrors } = design;
  const layouts = layoutsOf(model, warehouseSchema, (name) => prepared.get(name)?.names);
  const storedAs = (table: string, column: string): string | undefined =>
    prepared.get(table)?.types.get(column);
  const wanted = tables.flatMap(({ name, feeds }) =>
    feeds.flatMap(({ source, columns, where }) => [
      ...columns.flatMap(({ name: column, expression }) => {
        const type = expression.is === "read" ? storedAs(name, column) : undefined;
        return readsIn(expression).map((read) => ({
          source: endOf(source, read.path),
          read: type === undefined ? read : { ...read, storedAs: type },
        }));
      }),
      ...(where === undefined ? [] : readsIn(where)).map((read) => ({
        source: endOf(source, read.path),
        read,
      })),
    ]),
  );
  const reads = readsOf(sources, wanted);
  const mirrored = mirrors ? sources.map(({ name }) => name) : [];
  return {
    model,
    marts: [],
    sourceSchemas,
    warehouseSchema,
    seed: [createSources(sources, sourceSchemas), firstRows(sources), createForeignKeys(sources)]
      .filter((sql) => sql !== "")
      .join(";\n"),
    prepared: [
      `CREATE SCHEMA IF NOT EXISTS ${identifier(warehouseSchema)}`,
      ...[...prepared.values()].map(({ sql }) => sql),
    ].join(";\n"),
    has: featuresOf(design),
    allowDeletes: sources.map(({ name }) => name),
    mirrored,
    // In the order of loading.
    layouts: tables.flatMap((table) =>
      layouts
        .filter(({ name }) => name === table.name)
        .map((layout) => ({ ...layout, members: membersShown(table, tables) })),
    ),
    witness: () => generatedWitness({ sources, tables, reads, storedAs, mirrored }),
  };
}

interface DrawnGame {
  readonly design: DrawnDesign;
  readonly steps: readonly Step<RowChange>[];
}

/** Histories, each with its own model. */
export const generatedGame: Game<DrawnGame> = {
  drawn: fc.record({
    design: drawnDesign,
    steps: steps(rowChanges, { stepsForEachRun: 5, alterations: 5, minLength: 6, maxLength: 24 }),
  }),
  open: (drawn) => {
    const design = designOf(drawn.design);
    let serial = 0;
    return {
      fixture: fixtureOf(design),
      steps: mapChanges(drawn.steps, (change) => sourceChangeOf(design.sources, change, ++serial)),
    };
  },
};
