import type { ColumnType } from "../../../../domain/model/types";
import type { Literal } from "../../../../domain/model/values";

/** A value of a type, in a declaration and as PostgreSQL prints it. */
export function literalOf(type: ColumnType): { readonly value: Literal; readonly printed: string } {
  const same = (value: string) => ({ value, printed: value });
  switch (type.kind) {
    case "integer":
      return { value: -1, printed: "-1" };
    case "bigint":
      return { value: 9007199254740993n, printed: "9007199254740993" };
    case "boolean":
      return { value: false, printed: "false" };
    case "text":
      return same('none, "at all"');
    case "date":
      return same("2024-06-15");
    case "time":
      return same("12:00:00.5");
    case "timestamp":
      return same("2024-06-15 12:00:00");
    case "timestamptz":
      return same("2024-06-15 12:00:00+00");
    case "real":
    case "double":
      return { value: -0.5, printed: "-0.5" };
    case "json":
    case "jsonb":
      return same('{"none": [1.0, null]}');
    case "interval":
      return same("P1DT2H");
    case "array":
      return same("{NULL}");
    case "bytea":
      return same("\\x5c78");
    case "decimal":
      return { value: "0.5", printed: `0.5${"0".repeat(type.scale - 1)}` };
  }
}
