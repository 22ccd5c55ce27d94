import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { loadPageScript } from "../../../adapters/lake/page-script";
import { withConnection } from "../../../adapters/postgres/postgres";
import { reportStore, type ReportStore } from "../../../adapters/lake/report-store";
import { marts, model, report as shop } from "../../../domain/declarations";
import type { ReportDeclaration } from "../../../domain/report/declaration";
import type { Report } from "../../../domain/report/report";
import { bundlePageScript, buildWith } from "../../../infra/stages/bundle";
import { reuseBundles } from "../../../local/pulumi/kept-bundles";
import { makeReport, type ReportOutcome } from "../../../stages/report";
import { credentialsOf, s3Client, type Logged, type Pipeline } from "../pipeline/pipeline";

buildWith(reuseBundles(resolve(".")));

interface ReportingOptions {
  readonly now?: Date;
  readonly mail?: boolean;
  readonly mailTime?: string;
  readonly martsSchema?: string;
  /** By default it is that of this deployment. */
  readonly declared?: ReportDeclaration;
  /** The id of the run; by default a new one. */
  readonly id?: string;
  /** Fails instead of sending a mail. */
  readonly sendFails?: boolean;
}

/** The report's stage over the warehouse of a pipeline, with a separate bucket. */
export interface Reporting {
  readonly store: ReportStore;
  readonly mails: { subject: string; text: string }[];
  readonly logged: Logged[];
  run(options?: ReportingOptions): Promise<ReportOutcome>;
  /** The content of a page in the bucket. */
  page(key: string): Promise<string>;
}

export async function startReporting({
  s3,
  warehouse,
}: Pick<Pipeline, "s3" | "warehouse">): Promise<Reporting> {
  await s3.createBucket("reports");
  const store = reportStore("reports", s3Client(s3.url));
  const script = loadPageScript(bundlePageScript(resolve("domain/report/browser/main.ts")));
  const mails: Reporting["mails"] = [];
  const logged: Logged[] = [];
  return {
    store,
    mails,
    logged,
    run: ({
      now = new Date(),
      mail = false,
      mailTime = "never",
      martsSchema = "marts",
      declared = shop,
      id = randomUUID(),
      sendFails = false,
    } = {}) =>
      withConnection("warehouse", credentialsOf(warehouse.url), (client) =>
        makeReport(
          {
            id,
            client,
            schema: "public",
            martsSchema,
            model,
            marts,
            declared,
            store,
            send: (sent) =>
              sendFails ? Promise.reject(new Error("no mail")) : Promise.resolve(void mails.push(sent)),
            telemetry: {
              info: (message, fields = {}) => void logged.push({ level: "info", message, fields }),
              warn: (message, fields = {}) => void logged.push({ level: "warn", message, fields }),
              count: () => undefined,
            },
            script,
            mailTime,
            now,
          },
          { mail },
        ),
      ),
    page: async (key) => (await fetch(`${s3.url}/reports/${key}`)).text(),
  };
}

/** The data in a page. */
export const dataIn = (page: string): Report =>
  JSON.parse(/<script type="application\/json" id="report">(.*?)<\/script>/s.exec(page)![1]!) as Report;
