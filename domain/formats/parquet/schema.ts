import type { SchemaElement } from "hyparquet";
import type { ColumnShape } from "../columnar/arrow";
import { isWide, type ColumnType } from "../../model/types";

/**
 * The Parquet type of a column (Apache Parquet, LogicalTypes.md). Both annotations are written:
 * readers that know only `converted_type` (DuckDB among them) would see a DATE as an INTEGER.
 */
function element(type: ColumnType): Omit<SchemaElement, "name"> {
  switch (type.kind) {
    case "integer":
      return { type: "INT32" };
    case "bigint":
      return { type: "INT64" };
    case "text":
    case "json":
    case "jsonb":
    case "interval":
    case "array":
      return { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
    case "boolean":
      return { type: "BOOLEAN" };
    case "date":
      return { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } };
    case "time":
      return {
        type: "INT64",
        converted_type: "TIME_MICROS",
        logical_type: { type: "TIME", isAdjustedToUTC: false, unit: "MICROS" },
      };
    case "timestamp":
    case "timestamptz":
      return {
        type: "INT64",
        converted_type: "TIMESTAMP_MICROS",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: type.kind === "timestamptz", unit: "MICROS" },
      };
    case "real":
      return { type: "FLOAT" };
    case "double":
      return { type: "DOUBLE" };
    case "bytea":
      return { type: "BYTE_ARRAY" };
    case "decimal": {
      const { precision, scale } = type;
      return {
        ...(isWide(type) ? { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16 } : { type: "INT64" }),
        converted_type: "DECIMAL",
        precision,
        scale,
        logical_type: { type: "DECIMAL", precision, scale },
      };
    }
  }
}

/** The Parquet schema of a table: a root, and one leaf for each column. */
export function parquetSchema(columns: Readonly<Record<string, ColumnShape>>): SchemaElement[] {
  const leaves = Object.entries(columns).map(([name, { type, nullable }]) => ({
    name,
    repetition_type: nullable ? ("OPTIONAL" as const) : ("REQUIRED" as const),
    ...element(type),
  }));
  return [{ name: "schema", num_children: leaves.length }, ...leaves];
}
