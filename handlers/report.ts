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
import { model } from "../domain/model/model";
import { marts } from "../domain/shop/marts/marts";
import { makeReport, type ReportOutcome } from "../stages/report";

/** What a person may ask for; a schedule asks for nothing. */
const request = z.object({
  /** Mail a link to the report. */
  mail: z.boolean().default(false),
});

/** Makes the business report of what is loaded, unless it is there already. */
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
