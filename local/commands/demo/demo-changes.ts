import type { Platform } from "../../platform";
import { withClient } from "../../databases/postgres/client";
import {
  amendSalesOrder,
  deleteSalesOrder,
  moveAddress,
  payDue,
  placePurchaseOrders,
  placeSalesOrders,
  renameDepartment,
} from "../../databases/totesys/changes";

/** The changes of the demo, which its questions refer to. */
export interface DemoChanges {
  /** An order that was placed, and then amended. */
  readonly amendedOrder: number;
  /** An order that was cancelled: it was deleted with its transaction and its payment. */
  readonly deletedOrder: number;
}

const NEW_NAME = "Sales & Customer Care";

/** A morning in the shop. */
export async function applyDemoChanges({ source }: Platform): Promise<DemoChanges> {
  const { ownerUrl } = source;
  if (ownerUrl === undefined) throw new Error("the demo changes its own source only");
  const now = new Date();
  return withClient(ownerUrl, async (client) => {
    await placeSalesOrders(client, { count: 40, seed: 7, now });
    await placePurchaseOrders(client, { count: 15, seed: 8, now });
    await payDue(client, { count: 120, now });
    const { rows: departments } = await client.query<{ id: number }>(
      "SELECT min(department_id) AS id FROM staff",
    );
    const { rows: addresses } = await client.query<{ id: number }>(
      "SELECT min(legal_address_id) AS id FROM counterparty",
    );
    const { rows: orders } = await client.query<{ id: number; units: number }>(
      "SELECT sales_order_id AS id, units_sold AS units FROM sales_order ORDER BY sales_order_id LIMIT 1 OFFSET 500",
    );
    const [department, address, order] = [departments[0], addresses[0], orders[0]];
    if (department === undefined || address === undefined || order === undefined)
      throw new Error("the source of the demo is empty");
    await renameDepartment(client, { departmentId: department.id, name: NEW_NAME, now });
    await moveAddress(client, {
      addressId: address.id,
      addressLine1: "1 Marble Arch",
      city: "London",
      postalCode: "W1H 7EJ",
      now,
    });
    await amendSalesOrder(client, { salesOrderId: order.id, unitsSold: order.units + 1000, now });
    const { rows: doomed } = await client.query<{ id: number }>(
      "SELECT min(sales_order_id) AS id FROM sales_order",
    );
    const deletedOrder = doomed[0]?.id ?? 0;
    await deleteSalesOrder(client, deletedOrder);
    return { amendedOrder: order.id, deletedOrder };
  });
}
