import type { Mailer } from "../adapters/aws/mailer";
import type { ReportStore } from "../adapters/lake/report-store";
import type { Telemetry } from "../adapters/aws/telemetry";
import { ask, withWarehouseSnapshot } from "../adapters/warehouse/questions";
import { readConfirmation } from "../adapters/warehouse/confirmation";
import { readTableStates, type TableStates } from "../adapters/warehouse/table-states";
import { readPosition, type WarehousePosition } from "../adapters/warehouse/position";
import type { WarehouseClient } from "../adapters/warehouse/warehouse";
import { TerminalError } from "../domain/errors";
import type { Mart } from "../domain/marts/mart";
import { tablesOf } from "../domain/marts/view";
import type { Model } from "../domain/model/model";
import { mailClaimKey, mailSentKey, reportKey, type ReportKey } from "../domain/report/keys";
import type { ReportDeclaration } from "../domain/report/declaration";
import { isMailTime, NEVER, reportMail, type MailTime } from "../domain/report/mail";
import { reportPage, type PageScript } from "../domain/report/page/page";
import { idOf, type Row } from "../domain/report/question";

/** The maximum lifetime of a role's credentials, and so of a presigned link. */
const LINK_SECONDS = 12 * 3600;

interface ReportContext {
  /** The id of the invocation. A run that AWS repeats after a failure keeps it. */
  readonly id: string;
  readonly client: WarehouseClient;
  readonly schema: string;
  readonly martsSchema: string;
  readonly model: Model;
  readonly marts: readonly Mart[];
  readonly declared: ReportDeclaration;
  readonly store: ReportStore;
  readonly send: Mailer;
  readonly telemetry: Telemetry;
  readonly script: PageScript;
  readonly mailTime: MailTime;
  readonly now: Date;
}

/** What a run did. */
export interface ReportOutcome {
  /** the report that shows the present warehouse; null when the warehouse was never loaded */
  readonly report: ReportKey | null;
  readonly commit: number | null;
  /** false when that report existed already */
  readonly made: boolean;
  readonly mailed: boolean;
}

/**
 * Makes the report, unless a report exists for this day, for the newest loaded commit, and for whether the warehouse is
 * known to match the source. Mails a link to it when somebody asks or when the day's mail is due.
 *
 * A repeated run makes nothing twice. Of overlapping runs, the run that saw the newer warehouse makes the latest
 * report. One run an hour owns the day's mail; it claims the mail before it sends it. A mail that cannot be sent fails
 * the run. The repeated run tries again, and so does the first run of the next hour, until the mail is sent.
 *
 * @throws TerminalError when a mail is asked for but has no recipient
 */
export async function makeReport(
  context: ReportContext,
  asked: { readonly mail: boolean },
): Promise<ReportOutcome> {
  const { client, schema, store, telemetry, declared, script, now } = context;
  if (asked.mail && context.mailTime === NEVER)
    throw new TerminalError(
      "no address gets the mail with the link: none has subscribed while marble:reportMail is never. Set it, deploy and confirm the address: pulumi config set marble:reportMail asked && pulumi up",
    );
  const found = await withWarehouseSnapshot(client, async () => {
    const position = await readPosition(client, schema);
    if (position === undefined) return undefined;
    const edition = { ...position, madeAt: now };
    const key = reportKey(edition, await readConfirmation(client, schema));
    const states = await readTableStates(client, schema);
    if (await store.has(key)) return { position, edition, key, states };
    return { position, edition, key, states, rows: await readRows(context) };
  });
  if (found === undefined) {
    telemetry.info("nothing is loaded yet, so there is nothing to report");
    return { report: null, commit: null, made: false, mailed: false };
  }
  const { position, edition, key, rows, states } = found;
  const { commit } = position;
  if (rows !== undefined) {
    const times = { capturedAt: position.capturedAt.toISOString(), madeAt: now.toISOString() };
    const page = reportPage({ commit, ...times, rows, ...states, reads: readsOf(context) }, declared, script);
    // Write the latest report first: whenever a dated report exists, the latest is then at least as new.
    const isLatest = await store.replaceLatest(page, edition);
    await store.keep(key, page);
    telemetry.info("made a report", { key, commit, isLatest, bytes: Buffer.byteLength(page) });
  }
  const due = await isMailDue(context);
  const mailed = asked.mail || due;
  if (mailed) await mailLink(context, key, { ...position, ...states });
  if (due) await store.claim(mailSentKey(now), context.id);
  return { report: key, commit, made: rows !== undefined, mailed };
}

/** Which tables of the warehouse each mart of the report reads. */
const readsOf = ({ marts, model }: ReportContext): Record<string, readonly string[]> =>
  Object.fromEntries(marts.map((mart) => [mart.name, tablesOf(mart, model.tables)]));

/** The rows of each question, by name. The report says so when a mart cannot be read. */
async function readRows({
  client,
  martsSchema,
  declared: { questions, newest },
  telemetry,
}: ReportContext): Promise<Record<string, readonly Row[] | null>> {
  const rows: Record<string, readonly Row[] | null> = {};
  for (const question of [...questions, ...(newest === undefined ? [] : [newest])]) {
    const answer = await ask(client, question, martsSchema);
    if ("refused" in answer)
      telemetry.warn("a mart cannot be read, so the report lacks it", {
        mart: `${martsSchema}.${question.mart}`,
        reason: answer.refused,
      });
    rows[idOf(question)] = "rows" in answer ? answer.rows : null;
  }
  return rows;
}

/** True if the day's mail is due and this run has claimed it. */
async function isMailDue({ store, mailTime, now, id }: ReportContext): Promise<boolean> {
  if (!isMailTime(now, mailTime) || (await store.has(mailSentKey(now)))) return false;
  return store.claim(mailClaimKey(now), id);
}

async function mailLink(
  { store, send, telemetry, now }: ReportContext,
  key: ReportKey,
  { commit, capturedAt, ...states }: WarehousePosition & Partial<TableStates>,
): Promise<void> {
  const link = await store.link(key, LINK_SECONDS);
  const until = new Date(now.getTime() + LINK_SECONDS * 1000);
  await send(reportMail({ ...states, link, commit, capturedAt, until }));
  telemetry.info("mailed a link to the report", { key });
}
