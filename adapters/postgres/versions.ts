/** The oldest supported versions of PostgreSQL. Newer versions are not refused. */
const OLDEST: Readonly<Record<string, number>> = { source: 13, warehouse: 12 };
const NEWEST = 18;

/**
 * Refuses an old server, because it lacks functions that Marble needs (`pg_current_snapshot` in a source,
 * `hashtextextended` in a warehouse).
 * @param name the role of the database: "source", "warehouse"
 * @param version as the server reports it when a session begins: "12.22 (Debian 12.22-1)"
 * @returns a sentence with the remedy; undefined when the version is supported or not reported
 */
export function versionRefusal(name: string, version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  const oldest = OLDEST[name];
  if (oldest === undefined || Number.isNaN(major) || major >= oldest) return undefined;
  return (
    `the ${name} is PostgreSQL ${version}, but Marble needs ${oldest} or later (${oldest} to ${NEWEST} are known to work): ` +
    "upgrade the server"
  );
}
