import { checkCopied } from "../check";
import { node, psql, type CopyTool } from "./floor";
import { psqlVersion } from "./psql";
import { inDatabase, readerUrl, type Rig } from "./rig";
import { secondsOf } from "../turns";

/** The table that the floor copies, with its primary key only. */
export const ORDERS = "sales_order";

/** The targets of the floors, created again for every turn. */
const SCRATCH = "scratch";

export async function scratchUrl(rig: Rig): Promise<string> {
  if (!(await rig.warehouse.databaseExists(SCRATCH))) await rig.warehouse.createDatabase(SCRATCH);
  return rig.warehouse.url(SCRATCH);
}

/** The available floors, the reference first: psql if it is installed. */
export const copyTools = async (): Promise<readonly [CopyTool, ...CopyTool[]]> =>
  (await psqlVersion()) === undefined ? [node] : [psql, node];

/** The columns of a table as in CREATE TABLE, without keys and references. */
export async function columnsOf(url: string, table: string): Promise<string> {
  const [row] = await inDatabase<{ columns: string }>(
    url,
    `SELECT string_agg(format('%I %s%s', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END), ', ' ORDER BY attnum) AS columns
       FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  return row?.columns ?? "";
}

/** Seconds of the floor: sales_order of a source database piped into a table with its primary key. */
export async function measuredFloor(rig: Rig, database: string, tool?: CopyTool): Promise<number> {
  const [best] = await copyTools();
  const scratch = await scratchUrl(rig);
  const source = readerUrl(rig, database);
  const columns = await columnsOf(rig.source.url(database), ORDERS);
  await inDatabase(
    scratch,
    `DROP TABLE IF EXISTS ${ORDERS}; CREATE TABLE ${ORDERS} (${columns}, PRIMARY KEY (sales_order_id))`,
  );
  await rig.settle();
  const seconds = await secondsOf(() =>
    (tool ?? best).pipe({ url: source, query: `SELECT * FROM ${ORDERS}` }, { url: scratch, table: ORDERS }),
  );
  await checkCopied(ORDERS, { url: source, table: ORDERS }, { url: scratch, table: ORDERS });
  return seconds;
}
