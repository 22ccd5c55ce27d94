/** The captured tables that are mirrored: none, all present and future ones, or the named ones. */
export type MirrorChoice = "none" | "all" | ReadonlySet<string>;

/**
 * Parses a choice.
 * @param text `none`, `all`, or names of source tables, separated by commas
 * @throws TypeError when a name is empty
 */
export function parseMirrorChoice(text: string): MirrorChoice {
  if (text === "none" || text === "all") return text;
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new TypeError("a name between two commas is empty");
  return new Set(names);
}

/** True if the table is mirrored. */
export const isMirrored = (choice: MirrorChoice, table: string): boolean =>
  typeof choice === "string" ? choice === "all" : choice.has(table);

/** The tables that the choice names. */
export const namedTables = (choice: MirrorChoice): readonly string[] =>
  typeof choice === "string" ? [] : [...choice];
