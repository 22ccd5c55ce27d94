/** The versions of PostgreSQL that Marble is made for. Newer ones are not refused. */
const OLDEST: Readonly<Record<string, number>> = { source: 13, warehouse: 12 };
const NEWEST = 18;

/**
 * Why a server is not used: an older one lacks functions that Marble needs (`pg_current_snapshot` in a source,
 * `hashtextextended` in a warehouse).
 * @param name what the database is to us: "source", "warehouse"
 * @param version as the server says it when a session begins: "12.22 (Debian 12.22-1)"
 * @returns a sentence with the remedy; undefined when the server may be used, or does not say
 */
export function versionRefusal(name: string, version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  const oldest = OLDEST[name];
  if (oldest === undefined || Number.isNaN(major) || major >= oldest) return undefined;
  return (
    `the ${name} is PostgreSQL ${version}, Marble needs ${oldest} or later (${oldest} to ${NEWEST} are known to work): ` +
    "upgrade the server"
  );
}
