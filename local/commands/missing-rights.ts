import type { Missing } from "./missing-data";

/** How the reason of a refused table ends, when it is a right that is missing: see `refusalOf` of the domain. */
const GRANT = /GRANT SELECT ON (?<table>.+) TO (?<role>.+)$/;

/** The statement with which the owner of the source lets Marble read every refused table; undefined when none is needed. */
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

/** What a person reads at the end of a run, when rights are missing in the source. */
export function describeMissingGrant(missing: readonly Missing[]): string | undefined {
  const grant = missingGrant(missing);
  return grant === undefined
    ? undefined
    : `To read what is refused, the owner of the source runs:\n\n  ${grant}\n`;
}
