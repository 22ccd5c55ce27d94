import type { Context } from "aws-lambda";
import * as z from "zod";
import { environment } from "../adapters/aws/environment";
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
    const credentials = await readCredentials(environment("WAREHOUSE_SECRET"));
    const script = loadPageScript(environment("PAGE_SCRIPT"));
    const store = reportStore(environment("REPORTS_BUCKET"));
    const send = mailer(environment("REPORTS_TOPIC"));
    return withConnection("warehouse", credentials, (client) =>
      makeReport(
        {
          id: context.awsRequestId,
          client,
          schema: environment("WAREHOUSE_SCHEMA"),
          martsSchema: environment("MARTS_SCHEMA"),
          model,
          marts,
          declared,
          store,
          send,
          telemetry,
          script,
          mailTime: environment("REPORT_MAIL"),
          now: new Date(),
        },
        asked,
      ),
    );
  });
}
