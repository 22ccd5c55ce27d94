import type pg from "pg";
import { codeOf, messageOf, TerminalError, TransientError } from "../../domain/errors";
import { qualified } from "../../domain/sql";
import type { Question, Row } from "../../domain/report/question";
import { queryRows, SAME_TEXT } from "../postgres/postgres";
import { healsByItself } from "./errors";

/**
 * A question that takes longer fails the run. Without this limit, the run would end by a time-out that logs nothing. A
 * limit of the role takes precedence.
 */
const LIMIT =
  "SELECT set_config('statement_timeout', '5min', true) WHERE current_setting('statement_timeout') = '0'";

/** Runs `work` on one snapshot of the warehouse, whatever is loaded in between. The transaction is read-only. */
export async function withWarehouseSnapshot<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${SAME_TEXT}; ${LIMIT}`);
  try {
    return await work();
  } finally {
    // A broken connection has ended its transaction.
    await client.query("ROLLBACK").catch(() => undefined);
  }
}

/** The rows that answer a question, or the reason why its mart cannot be read. */
type Answer = { readonly rows: readonly Row[] } | { readonly refused: string };

/**
 * The class "syntax error or access rule violation": the mart is missing, belongs to another role, or may not be read
 * (appendix A).
 */
const REFUSED = /^42/;

/** Asks a question within a transaction, which stays usable when the mart cannot be read. */
export async function ask(
  client: pg.Client,
  question: Pick<Question, "mart" | "sql">,
  martsSchema: string,
): Promise<Answer> {
  await client.query("SAVEPOINT question");
  try {
    return { rows: await queryRows(client, question.sql(qualified(martsSchema, question.mart))) };
  } catch (error) {
    if (!REFUSED.test(codeOf(error))) {
      const Kind = healsByItself(error) ? TransientError : TerminalError;
      throw new Kind(`the warehouse could not answer a question on ${question.mart}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    await client.query("ROLLBACK TO SAVEPOINT question");
    return { refused: messageOf(error) };
  }
}
