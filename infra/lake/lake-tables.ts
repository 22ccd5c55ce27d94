import type { ColumnShape } from "../../domain/formats/columnar/arrow";
import { modelPrefix } from "../../domain/log/keys";
import type { Model } from "../../domain/model/model";
import { keyColumns, tombstoneTable } from "../../domain/model/table";
import type { ColumnType } from "../../domain/model/types";

/** A table of the lake as the Glue Data Catalog describes it: all files under the keys of its template. */
export interface LakeTable {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly LakeColumn[];
  /** The keys of its files, in the bucket, with the names of the partition columns: `${written_year}/…`. */
  readonly template: string;
}

interface LakeColumn {
  readonly name: string;
  /** As Hive writes types, and Athena in DDL. */
  readonly type: string;
}

/**
 * The Hive type of a column; undefined for a time of day, which Athena cannot read: Hive has no type for it, and Athena
 * reads a Parquet TIME neither as a time nor as an integer. Athena finds Parquet columns by name, so a table may omit
 * columns.
 */
export function glueType(type: ColumnType): string | undefined {
  switch (type.kind) {
    case "integer":
      return "int";
    case "text":
    case "json":
    case "jsonb":
    case "interval":
    case "array":
      return "string";
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "real":
      return "float";
    case "bytea":
      return "binary";
    case "timestamptz":
      return "timestamp";
    case "time":
      return undefined;
    default:
      return type.kind;
  }
}

/**
 * The partition columns: the day in UTC on which a file was written. They have a prefix, because `dim_date` has columns
 * year, month and day, and Hive allows a name only once.
 */
export const PARTITIONS = ["written_year", "written_month", "written_day"] as const;

/** No file is older than the program. If a query names no date, each earlier year would cost Athena 372 more prefixes. */
const FIRST_YEAR = 2025;

/** Lets Athena compute the partitions, so that no run has to register a new day (partition projection). */
export const projection = (location: string, { template }: LakeTable): Readonly<Record<string, string>> => ({
  "projection.enabled": "true",
  "projection.written_year.type": "date",
  "projection.written_year.format": "yyyy",
  "projection.written_year.range": `${FIRST_YEAR},NOW`,
  "projection.written_year.interval": "1",
  "projection.written_year.interval.unit": "YEARS",
  "projection.written_month.type": "integer",
  "projection.written_month.range": "1,12",
  "projection.written_month.digits": "2",
  "projection.written_day.type": "integer",
  "projection.written_day.range": "1,31",
  "projection.written_day.digits": "2",
  "storage.location.template": `${location}${template}`,
});

/**
 * The tables of a model in its processed log. Each template matches only the files of its table. The slash at its end
 * separates `fact_payment` from `fact_payment_deleted`, and its prefix separates the versions of the model. The keys under
 * `state/`, `rejected/`, `commits/` and `heads/` do not begin with a year.
 */
export function lakeTables(model: Model): readonly LakeTable[] {
  const days = PARTITIONS.map((name) => `\${${name}}`).join("/");
  const table = (
    name: string,
    description: string,
    columns: Readonly<Record<string, ColumnShape>>,
  ): LakeTable => ({
    name,
    description,
    columns: Object.entries(columns).flatMap(([column, { type }]) => {
      const hive = glueType(type);
      return hive === undefined ? [] : [{ name: column, type: hive }];
    }),
    template: `${modelPrefix(model.version)}${days}/${name}/`,
  });
  return [model.calendar, ...model.tables].flatMap((declared) => {
    const all = table(declared.name, declared.description, declared.columns);
    if (declared.kind !== "fact") return [all];
    const { name, columns } = tombstoneTable(declared);
    return [all, table(name, `The keys of deleted rows of ${declared.name}.`, columns)];
  });
}

/** A query for people to begin with. */
interface LakeQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** SQL for the time when a row's file was written, in a form that sorts. Files are in the order of their commits. */
const writtenAt = (of: string): string =>
  `concat(regexp_extract(${of}"$path", '(\\d{4}/\\d{2}/\\d{2})/[^/]+/[^/]+$', 1), '/', ` +
  `regexp_extract(${of}"$path", '([^/]+)\\.parquet$', 1))`;

/** A query for each table except the calendar: the latest version of each row, for facts without deleted rows. */
export function latestQueries({ tables }: Model): readonly LakeQuery[] {
  return tables.map((table) => {
    const { name } = table;
    const keys = keyColumns(table).map((key) => `v.${key}`);
    const same = keyColumns(table)
      .map((key) => `d.${key} = newest.${key}`)
      .join(" AND ");
    const columns = lakeColumnNames(table.columns).join(", ");
    const latest = [
      `SELECT ${columns}`,
      `  FROM (SELECT v.*, ${writtenAt("v.")} AS written_at,`,
      `               row_number() OVER (PARTITION BY ${keys.join(", ")} ORDER BY ${writtenAt("v.")} DESC) AS place`,
      `          FROM ${name} v) newest`,
      " WHERE place = 1",
    ];
    if (table.kind === "fact") {
      latest.push(
        `   AND NOT EXISTS (SELECT 1 FROM ${tombstoneTable(table).name} d`,
        `                    WHERE ${same} AND ${writtenAt("d.")} > newest.written_at)`,
      );
    }
    return {
      name: `latest_${name}`,
      description: `The latest version of each row of ${name}${table.kind === "fact" ? ", without deleted rows" : ""}.`,
      sql: latest.join("\n"),
    };
  });
}

const lakeColumnNames = (columns: Readonly<Record<string, ColumnShape>>): string[] =>
  Object.entries(columns).flatMap(([name, { type }]) => (glueType(type) === undefined ? [] : [name]));
