import type { Warehouse } from "../../../adapters/warehouse/warehouse";
import { qualified } from "../../../domain/sql";
import { forgetHeld, recordHeld } from "../../../domain/warehouse/mirror/held-table";
import { deleteAll } from "../../../domain/warehouse/mirror/rows";
import type { LoadContext } from "../context";
import { readHeldTables } from "./load-mirror";

/** Empties the mirror of a table, so that the commits can be loaded into it again; views on it stay. */
export async function forgetMirror(
  table: string,
  { warehouse, context }: { readonly warehouse: Warehouse; readonly context: LoadContext },
): Promise<void> {
  const { schema, mirrorSchema } = context;
  const held = (await readHeldTables({ warehouse, schema })).get(table);
  if (held === undefined) return;
  if (!(await warehouse.hasRelation(mirrorSchema, table))) {
    await warehouse.execute(forgetHeld(schema, table));
    return;
  }
  await warehouse.execute(deleteAll({ into: qualified(mirrorSchema, table) }));
  await warehouse.execute(recordHeld(schema, table, { ...held, rows: 0 }));
}
