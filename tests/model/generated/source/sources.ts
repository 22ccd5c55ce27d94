import fc from "fast-check";
import { sourceTable, optional, required, type SourceTable } from "../../../../domain/model/source";
import { identifier, qualified } from "../../../../domain/sql";
import { DRAWN_KINDS, KEY_KINDS, KINDS, type ColumnKind } from "./kinds";
import { drawnName, nameGiver, oneOf, type DrawnName, type NameGiver } from "./names";
import { ROW_COLUMNS, viewOf } from "./view-names";

/** A drawn source table. Numbers select, modulo the number of choices, so a smaller draw is also a table. */
interface DrawnSource {
  readonly name: DrawnName;
  /** True if it is in the second schema. */
  readonly isFurther: boolean;
  readonly isPartitioned: boolean;
  readonly key: readonly {
    readonly name: DrawnName;
    readonly kind: number;
    readonly isRenamed: boolean;
    /** The part is the key of an earlier table. */
    readonly refers: number | null;
  }[];
  readonly columns: readonly {
    readonly name: DrawnName;
    readonly kind: number;
    readonly nulls: "never" | "declared" | "undeclared" | "absent";
    readonly isRenamed: boolean;
  }[];
  readonly refers: readonly {
    readonly name: DrawnName;
    readonly to: number;
    readonly nullable: boolean;
    readonly wide: boolean;
    readonly onDelete: OnDelete | null;
  }[];
}

/** The action of a foreign key for the rows that refer to a deleted row. */
type OnDelete = "CASCADE" | "SET NULL" | "NO ACTION";

const pick = fc.nat(999);
const isRare = fc.nat(5).map((drawn) => drawn === 1);

const drawnSource: fc.Arbitrary<DrawnSource> = fc.record({
  name: drawnName,
  isFurther: fc.nat(2).map((drawn) => drawn === 0),
  isPartitioned: fc.nat(3).map((drawn) => drawn === 1),
  key: fc.array(fc.record({ name: drawnName, kind: pick, isRenamed: isRare, refers: oneOf(3, pick) }), {
    minLength: 1,
    maxLength: 3,
  }),
  columns: fc.array(
    fc.record({
      name: drawnName,
      kind: pick,
      nulls: fc.constantFrom(
        "never" as const,
        "declared" as const,
        "declared" as const,
        "undeclared" as const,
        "absent" as const,
      ),
      isRenamed: isRare,
    }),
    { minLength: 1, maxLength: 5 },
  ),
  refers: fc.array(
    fc.record({
      name: drawnName,
      to: pick,
      nullable: fc.boolean(),
      wide: fc.boolean(),
      onDelete: fc.constantFrom<(OnDelete | null)[]>(null, null, "CASCADE", "SET NULL", "NO ACTION"),
    }),
    { maxLength: 2 },
  ),
});

export const drawnSources = fc.array(drawnSource, { minLength: 1, maxLength: 4 });

export interface SourceColumnDesign {
  readonly name: string;
  readonly kind: ColumnKind;
  /** True if it may be NULL in the source. */
  readonly nullable: boolean;
  /** True if the contract declares it NOT NULL although the source allows NULL. */
  readonly claimed: boolean;
  /** Its name until the source renames it. The contract knows both names. */
  readonly formerly?: string;
  /** True if the source does not have it at first. The contract reads NULL until then. */
  readonly isAbsent?: boolean;
}

/** Columns of a table that hold the key of a table, which may be itself. */
export interface ReferenceDesign {
  readonly columns: readonly string[];
  readonly to: number;
  readonly nullable: boolean;
  /** The end of the constraint, if the source has one. */
  readonly onDelete?: OnDelete;
}

/** A part of a key: a column, or the key of an earlier table. */
type KeyPart = { readonly column: string; readonly kind: ColumnKind } | ReferenceDesign;

export interface SourceDesign {
  /** The name in the lake, which includes the second schema. */
  readonly name: string;
  /** Quoted, with its schema. */
  readonly table: string;
  /** The view with the columns under the names of the contract, whatever their names in the table. */
  readonly view: string;
  /** The schema of its enumeration, quoted. */
  readonly typesIn: string;
  readonly isPartitioned: boolean;
  readonly columns: readonly SourceColumnDesign[];
  readonly keyParts: readonly KeyPart[];
  readonly key: readonly string[];
  /** The columns of the key come first. */
  readonly references: readonly ReferenceDesign[];
  /** A column that no contract names. */
  readonly unread: string;
  readonly contract: SourceTable;
  readonly isFurther: boolean;
}

/** The maximum number of columns of a key. */
const KEY_COLUMNS = 4;

const pickOf = <T>(list: readonly T[], at: number): T => {
  const found = list[at % list.length];
  if (found === undefined) throw new RangeError("there is nothing to pick from");
  return found;
};

/** A column of another kind whose values can be equal: the wider of two kinds of whole numbers. */
const widerKind = (kind: ColumnKind): ColumnKind =>
  kind.type.kind === "integer"
    ? (KINDS.find(({ type, accepts }) => type.kind === "bigint" && accepts === undefined) ?? kind)
    : kind;

/** @param schemas those of the source */
export function designSources(
  drawn: readonly DrawnSource[],
  [schema, further]: readonly [string, string],
): readonly SourceDesign[] {
  const tables = nameGiver();
  const begun = drawn.map((source, index) => {
    const given = tables.give(source.name, `source_${index}`);
    const table = qualified(source.isFurther ? further : schema, given);
    const name = source.isFurther ? `${further}.${given}` : given;
    const names = nameGiver((one) => one, ROW_COLUMNS);
    return { name, table, view: viewOf(index), source, columns: [] as SourceColumnDesign[], names };
  });
  const designs: SourceDesign[] = [];
  const keyOf = (index: number): readonly SourceColumnDesign[] => {
    const { key = [], columns = [] } = designs[index] ?? {};
    return key.map((name) =>
      pickOf(
        columns.filter((column) => column.name === name),
        0,
      ),
    );
  };
  const keys = begun.map(({ name, table, view, source, columns, names }, index) => {
    const parts: KeyPart[] = [];
    for (const { name: drawnName, kind, isRenamed, refers } of source.key) {
      const to = refers === null || index === 0 ? undefined : refers % index;
      const target = to === undefined ? [] : keyOf(to);
      if (columns.length + Math.max(target.length, 1) > KEY_COLUMNS) continue;
      const made = (target.length === 0 ? [{ kind: pickOf(KEY_KINDS, kind) }] : target).map((one) => ({
        name: names.give(drawnName, `k${columns.length}_${parts.length}`),
        kind: one.kind,
        nullable: false,
        claimed: false,
        ...renamed(isRenamed, names),
      }));
      columns.push(...made);
      const own = made.map((column) => column.name);
      parts.push(
        to === undefined
          ? { column: pickOf(own, 0), kind: pickOf(made, 0).kind }
          : { columns: own, to, nullable: false },
      );
    }
    const key = columns.map((column) => column.name);
    designs.push({
      name,
      table,
      view,
      typesIn: identifier(schema),
      isPartitioned: source.isPartitioned,
      columns: [...columns],
      keyParts: parts,
      key,
      references: [],
      unread: "",
      contract: sourceTable("", { key: [], columns: {} }),
      isFurther: source.isFurther,
    });
    return { parts, key };
  });
  return begun.map(({ name, table, view, source, columns, names }, index) => {
    const { parts = [], key = [] } = keys[index] ?? {};
    const references: ReferenceDesign[] = parts.filter((part): part is ReferenceDesign => "to" in part);
    source.refers.forEach(({ name: drawnName, to, nullable, wide, onDelete }, place) => {
      const target = to % begun.length;
      const made = keyOf(target).map((column, at) => ({
        name: names.give(drawnName, `r${place}_${at}`),
        kind: wide ? widerKind(column.kind) : column.kind,
        nullable,
        claimed: false,
      }));
      columns.push(...made);
      // PostgreSQL below 18 has no constraint of a partitioned table that earlier rows may violate.
      const enforced = source.isPartitioned || onDelete === null ? {} : { onDelete };
      references.push({ columns: made.map((column) => column.name), to: target, nullable, ...enforced });
    });
    source.columns.forEach(({ name: drawnName, kind, nulls, isRenamed }, place) =>
      columns.push({
        name: names.give(drawnName, `c${place}`),
        kind: pickOf(DRAWN_KINDS, kind),
        nullable: nulls !== "never",
        claimed: nulls === "undeclared",
        ...(nulls === "absent" ? { isAbsent: true } : renamed(isRenamed, names)),
      }),
    );
    const contract = sourceTable(name, { key, columns: Object.fromEntries(columns.map(declared)) });
    const unread = names.give(null, "unread");
    return {
      name,
      table,
      view,
      typesIn: identifier(schema),
      isPartitioned: source.isPartitioned,
      columns,
      keyParts: parts,
      key,
      references,
      unread,
      contract,
      isFurther: source.isFurther,
    };
  });
}

function declared({ name, kind, nullable, claimed, formerly, isAbsent }: SourceColumnDesign) {
  const { type, accepts } = kind;
  const earlier = {
    ...(accepts !== undefined && { accepts: [accepts] }),
    ...(formerly !== undefined && { formerly: [formerly] }),
  };
  const column =
    isAbsent === true
      ? optional(type, { ...earlier, absentAsNull: true })
      : nullable && !claimed
        ? optional(type, earlier)
        : required(type, earlier);
  return [name, column] as const;
}

const renamed = (isRenamed: boolean, names: NameGiver): Pick<SourceColumnDesign, "formerly"> =>
  isRenamed ? { formerly: names.give(null, "earlier") } : {};
