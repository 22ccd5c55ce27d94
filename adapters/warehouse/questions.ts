import type pg from "pg";
import { messageOf, TerminalError, TransientError } from "../../domain/errors";
import { qualified } from "../../domain/sql";
import type { Question, Row } from "../../domain/report/question";
import { codeOf, rowsOf, SAME_TEXT } from "../postgres/postgres";
import { healsByItself } from "./errors";

/**
 * A question that takes longer fails the run, which would otherwise end by a time-out that logs nothing. Where the role has a
 * limit, that limit holds.
 */
const LIMIT =
  "SELECT set_config('statement_timeout', '5min', true) WHERE current_setting('statement_timeout') = '0'";

/** Runs `work` on what the warehouse is at one moment, whatever is loaded meanwhile; it can change nothing. */
export async function withWarehouseSnapshot<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${SAME_TEXT}; ${LIMIT}`);
  try {
    return await work();
  } finally {
    // A connection that is broken has ended its transaction.
    await client.query("ROLLBACK").catch(() => undefined);
  }
}

/** The rows that answer a question, or why its mart cannot be read. */
export type Answer = { readonly rows: readonly Row[] } | { readonly refused: string };

/** "Syntax error or access rule violation": a mart that is missing, another's, or not to be read (appendix A). */
const REFUSED = /^42/;

/** Asks a question within a transaction, which continues when the mart cannot be read. */
export async function ask(client: pg.Client, question: Question, martsSchema: string): Promise<Answer> {
  await client.query("SAVEPOINT question");
  try {
    return { rows: await rowsOf(client, question.sql(qualified(martsSchema, question.mart))) };
  } catch (error) {
    if (!REFUSED.test(codeOf(error))) {
      const Kind = healsByItself(error) ? TransientError : TerminalError;
      throw new Kind(`the warehouse did not say what ${question.mart} has: ${messageOf(error)}`, {
        cause: error,
      });
    }
    await client.query("ROLLBACK TO SAVEPOINT question");
    return { refused: messageOf(error) };
  }
}
