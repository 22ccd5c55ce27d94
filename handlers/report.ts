import type { Context } from "aws-lambda";
import * as z from "zod";
import { readEnvironment } from "../adapters/aws/environment";
import { parseEvent } from "../adapters/aws/event";
import { mailer } from "../adapters/aws/mailer";
import { loadPageScript } from "../adapters/lake/page-script";
import { withConnection } from "../adapters/postgres/postgres";
import { reportStore } from "../adapters/lake/report-store";
import { readCredentials } from "../adapters/aws/secrets";
import { withTelemetry } from "../adapters/aws/telemetry";
import { marts, model, report as declared } from "../domain/declarations";
import { makeReport, type ReportOutcome } from "../stages/report";

/** A person's request. A schedule sends an empty event. */
const request = z.object({
  /** Mail a link to the report. */
  mail: z.boolean().default(false),
});

/** Creates the business report of the loaded data, unless it exists. */
export async function report(event: unknown, context: Context): Promise<ReportOutcome> {
  return withTelemetry(context, async (telemetry) => {
    const asked = parseEvent(request, event);
    const credentials = await readCredentials(readEnvironment("WAREHOUSE_SECRET"));
    const script = loadPageScript(readEnvironment("PAGE_SCRIPT"));
    const store = reportStore(readEnvironment("REPORTS_BUCKET"));
    const send = mailer(readEnvironment("REPORTS_TOPIC"));
    return withConnection("warehouse", credentials, (client) =>
      makeReport(
        {
          id: context.awsRequestId,
          client,
          schema: readEnvironment("WAREHOUSE_SCHEMA"),
          martsSchema: readEnvironment("MARTS_SCHEMA"),
          model,
          marts,
          declared,
          store,
          send,
          telemetry,
          script,
          mailTime: readEnvironment("REPORT_MAIL"),
          now: new Date(),
        },
        asked,
      ),
    );
  });
}
