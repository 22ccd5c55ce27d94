import type pg from "pg";
import { identifier } from "../../domain/sql";
import { queryRows } from "../postgres/postgres";

/**
 * The GRANT that the role of the connection lacks to create tables and views in an existing schema; undefined when it
 * lacks none. Since PostgreSQL 15, only the owner of a database may create objects in its schema `public`.
 */
export async function findMissingGrant(client: pg.Client, schema: string): Promise<string | undefined> {
  const [row] = await queryRows<"uses" | "creates" | "user">(
    client,
    `SELECT has_schema_privilege(oid, 'USAGE')::text AS uses, has_schema_privilege(oid, 'CREATE')::text AS creates,
            current_user AS "user"
       FROM pg_namespace WHERE nspname = $1`,
    [schema],
  );
  if (row === undefined) return undefined;
  const rights = [...(row.uses === "true" ? [] : ["USAGE"]), ...(row.creates === "true" ? [] : ["CREATE"])];
  if (rights.length === 0) return undefined;
  return `GRANT ${rights.join(", ")} ON SCHEMA ${identifier(schema)} TO ${identifier(row.user ?? "")}`;
}

/** The GRANT that the role lacks to create staging tables. Every load except the first needs them. */
export async function findMissingTemporary(client: pg.Client): Promise<string | undefined> {
  const [row] = await queryRows<"may" | "database" | "user">(
    client,
    `SELECT has_database_privilege(current_database(), 'TEMPORARY')::text AS may,
            current_database() AS database, current_user AS "user"`,
  );
  if (row?.may !== "false") return undefined;
  return `GRANT TEMPORARY ON DATABASE ${identifier(row.database ?? "")} TO ${identifier(row.user ?? "")}`;
}

/** Whether a schema exists, and whether the role may create one. */
interface SchemaRights {
  readonly exists: boolean;
  readonly mayCreate: boolean;
  /** The database and the role, quoted for SQL. */
  readonly database: string;
  readonly user: string;
}

/** Reads whether a schema exists, and whether the role of the connection may create one. */
export async function describeSchema(client: pg.Client, schema: string): Promise<SchemaRights> {
  const [row] = await queryRows<"exists" | "creates" | "database" | "user">(
    client,
    // Reads the table, because to_regnamespace() may remember that a schema was missing earlier in the transaction.
    `SELECT (EXISTS (SELECT FROM pg_namespace WHERE nspname = $1))::text AS exists,
            has_database_privilege(current_database(), 'CREATE')::text AS creates,
            current_database() AS database, current_user AS "user"`,
    [schema],
  );
  return {
    exists: row?.exists === "true",
    mayCreate: row?.creates === "true",
    database: identifier(row?.database ?? ""),
    user: identifier(row?.user ?? ""),
  };
}

/**
 * Creates a schema, if it is missing.
 * @param what the kind of object that it will hold: `views`
 * @returns a sentence with the missing GRANT when the role may not create the schema or these objects; undefined
 *   otherwise
 */
export async function prepareSchema(
  client: pg.Client,
  schema: string,
  what: "tables" | "views",
): Promise<string | undefined> {
  let rights = await describeSchema(client, schema);
  if (!rights.exists && rights.mayCreate) {
    // Another stack may be creating it: wait until its transaction ends, and look again.
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`marble schema ${schema}`]);
    rights = await describeSchema(client, schema);
  }
  const { exists, mayCreate, database, user } = rights;
  if (!exists) {
    if (!mayCreate) {
      return (
        `the schema ${schema} does not exist, and ${user} may not create it: GRANT CREATE ON DATABASE ${database} TO ${user}, ` +
        `or CREATE SCHEMA ${identifier(schema)} AUTHORIZATION ${user}`
      );
    }
    await client.query(`CREATE SCHEMA ${identifier(schema)}`);
    return undefined;
  }
  const missing = await findMissingGrant(client, schema);
  return missing === undefined
    ? undefined
    : `${user} may not create ${what} in the schema ${schema}: ${missing}`;
}
