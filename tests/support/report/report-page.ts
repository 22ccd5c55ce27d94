import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import type { Report } from "../../../domain/report/report";
import { placePurchaseOrders, placeSalesOrders } from "../../../local/databases/totesys/changes";
import { seedTotesys } from "../../../local/databases/totesys/seed";
import { createSource, type TestDatabase } from "../postgres/postgres";
import { startPipeline, type Pipeline } from "../pipeline/pipeline";
import { startReporting } from "./reporting";

/** Text that an attacker would write into a form of the shop. */
export const HOSTILE = [
  `<img src=x onerror="window.harmed=1">`,
  `</script><script>window.harmed=1</script>`,
  `"><svg onload=window.harmed=1> & 'quotes'`,
] as const;

/** A report of a shop after a run of the whole pipeline, as a file. */
export interface ReportFile {
  /** `file:///…` */
  readonly url: string;
  readonly data: Report;
  readonly warehouse: TestDatabase;
  close(): Promise<void>;
}

/**
 * The history of the shop ends yesterday, as in the demo, and some orders are of today.
 * @param options.scale 1 is the shop of the demo
 */
export async function reportFile({
  scale,
  hostile,
}: {
  scale: number;
  hostile: boolean;
}): Promise<ReportFile> {
  const source = await createSource();
  const now = new Date();
  await seedTotesys(source.url, { scale, end: new Date(now).setUTCHours(0, 0, 0, 0) });
  await placeSalesOrders(source.client, { count: 8, seed: 1, now });
  await placePurchaseOrders(source.client, { count: 4, seed: 2, now });
  if (hostile) await beHostile(source);
  const pipeline: Pipeline = await startPipeline({ source });
  const directory = await mkdtemp(join(tmpdir(), "marble-page-"));
  await pipeline.run();
  await source.query(
    `UPDATE sales_order SET units_sold = units_sold + 1, last_updated = now() WHERE sales_order_id % 40 = 0;
     UPDATE sales_order SET agreed_delivery_date = agreed_payment_date, last_updated = now() WHERE sales_order_id % 70 = 1;
     DELETE FROM payment WHERE transaction_id IN (SELECT transaction_id FROM transaction WHERE sales_order_id <= 3);
     DELETE FROM transaction WHERE sales_order_id <= 3;
     DELETE FROM sales_order WHERE sales_order_id <= 3`,
  );
  await pipeline.run();
  const reporting = await startReporting(pipeline);
  const { report } = await reporting.run();
  const page = await reporting.page(report!);
  const file = join(directory, "report.html");
  await writeFile(file, page);
  const json = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(page)![1]!;
  return {
    url: pathToFileURL(file).href,
    data: JSON.parse(json) as Report,
    warehouse: pipeline.warehouse,
    close: async () => {
      await pipeline.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Writes hostile texts into every text column of the best-selling rows. */
async function beHostile({ query }: TestDatabase): Promise<void> {
  const [counterparty, design, staff] = HOSTILE;
  await query("UPDATE counterparty SET counterparty_legal_name = $1, last_updated = now()", [counterparty]);
  await query("UPDATE design SET design_name = $1, last_updated = now()", [design]);
  await query("UPDATE staff SET first_name = $1, last_updated = now() WHERE staff_id % 2 = 0", [staff]);
  await query("UPDATE address SET country = $1, last_updated = now() WHERE address_id % 2 = 0", [staff]);
  await query("UPDATE department SET department_name = $1, last_updated = now() WHERE department_id = 1", [
    staff,
  ]);
}

/** Moves the mouse into a chart, at a number of pixels from its top. */
export async function overMiddle(page: Page, mart: string, y: number): Promise<void> {
  const chart = page.locator(`#${mart} .chart`);
  const { width } = (await chart.boundingBox())!;
  await chart.hover({ position: { x: width * 0.6, y } });
}
