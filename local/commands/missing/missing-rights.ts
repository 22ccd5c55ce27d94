import type { Missing } from "./missing-data";

/** The end of the reason of a refused table if a right is missing: see `refusalOf` in the domain. */
const GRANT = /GRANT SELECT ON (?<table>.+) TO (?<role>.+)$/;

/**
 * The statement with which the owner of the source lets Marble read every refused table; undefined if no right is
 * missing.
 */
export function missingGrant(missing: readonly Missing[]): string | undefined {
  const tables: string[] = [];
  let to = "";
  for (const { kind, reason } of missing) {
    const { table, role } = (kind === "refused" ? GRANT.exec(reason)?.groups : undefined) ?? {};
    if (table === undefined || role === undefined) continue;
    tables.push(table);
    to = role;
  }
  return tables.length === 0 ? undefined : `GRANT SELECT ON ${tables.join(", ")} TO ${to};`;
}

/** The text for a person at the end of a run, if rights are missing in the source. */
export function describeMissingGrant(missing: readonly Missing[]): string | undefined {
  const grant = missingGrant(missing);
  return grant === undefined
    ? undefined
    : `To read what is refused, the owner of the source runs:\n\n  ${grant}\n`;
}
