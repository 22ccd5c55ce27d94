import { printedType, type PrintedType } from "../model/types";

const withoutModifiers = (declared: string): string => declared.replace(/\([^)]*\)/g, "");

/**
 * True if a column of the warehouse reads the printed values of a type, or stores their text. A column that would cut
 * off the texts of an array does not.
 */
export function takesPrinted(
  type: PrintedType,
  { declared, isText }: { readonly declared: string; readonly isText: boolean },
): boolean {
  if (isText) return true;
  switch (type.kind) {
    case "json":
    case "jsonb":
      return declared === "json" || declared === "jsonb";
    case "interval":
      return declared.startsWith("interval") && !declared.endsWith("[]");
    case "array":
      return type.element.kind === "text"
        ? declared === "text[]" || declared === "character varying[]"
        : withoutModifiers(declared) === withoutModifiers(printedType(type));
  }
}
