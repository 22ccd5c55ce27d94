import type { IngestContext, SnapshotTaker } from "./context";
import type { SourceSnapshot } from "../../adapters/source/source";
import { isUnderway, planRun } from "../../domain/capture/capture";
import { emptyByName } from "../../domain/log/by-name";
import { captureOf, type IngestCommit } from "../../domain/log/commit";
import { describeSchemas } from "../../domain/capture/source-schemas";
import { TerminalError, TransientError } from "../../domain/errors";
import { ALLOW_OTHER_SOURCE } from "../../domain/remedies";
import { nextCommit } from "../../domain/log/keys";
import { parseSnapshot } from "../../domain/capture/snapshot";
import { captureTables } from "./capture-tables";
import { recordCommit, recordState } from "./telemetry";

/** The result of a run. `commit` is null when there was nothing to capture. */
export interface IngestResult {
  readonly commit: number | null;
  /** True while the first capture of a large table is underway, so another run is due immediately. */
  readonly more?: true;
  /** The tables with captured or deleted rows. */
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly deleted?: number }>>;
}

/**
 * Captures one state of the source and commits it. Data files are written first. A run that dies before its commit
 * leaves files that no stage reads, and the next run captures the same rows again.
 * @throws TransientError when another run committed first
 */
export async function ingestSource(
  withSnapshot: SnapshotTaker,
  context: IngestContext,
): Promise<IngestResult> {
  // A row written from now on may be missing from the snapshot, and a run that commits from now on wins.
  const capturedAt = context.now();
  const head = await context.log.head();
  return withSnapshot((source) => ingestSnapshot(source, { ...context, head, capturedAt }));
}

interface SnapshotContext extends IngestContext {
  readonly head: Awaited<ReturnType<IngestContext["log"]["head"]>>;
  readonly capturedAt: Date;
}

async function ingestSnapshot(source: SourceSnapshot, context: SnapshotContext): Promise<IngestResult> {
  const { log, telemetry, head } = context;
  const plan = planRun(head?.commit, source.state, {
    deletes: context.guard.allowed,
    otherSource: context.allowOtherSource,
    isDue: head !== undefined && hasNewSettings(head.commit, source, context),
  });
  if (plan.kind === "other-source") throw unknownSourceError(source, head?.commit);
  await requireKnown(context.guard.allowed, source, head?.commit);
  if (plan.kind === "idle") {
    telemetry.info("nothing was written in the source", { commit: head?.number ?? 0 });
    recordState(telemetry, head?.commit);
    return { commit: null, tables: {} };
  }
  const number = nextCommit(head?.number);
  if (plan.kind === "full")
    telemetry.info("capturing every table in full", { commit: number, reason: plan.reason });

  const snapshot = parseSnapshot(source.state.snapshot);
  const captured = await captureTables(source, { ...context, number, plan, snapshot, last: head?.commit });
  const changed = Object.entries(captured.tables).filter(
    ([, { mode }]) => mode === "full" || mode === "delta",
  );
  const due = plan.kind === "full" || plan.renew || !sameShape(head?.commit, captured);
  if (changed.length === 0 && !due) {
    telemetry.info("no table changed", { commit: head?.number ?? 0 });
    recordState(telemetry, head?.commit);
    return { commit: null, tables: {} };
  }

  const commit: IngestCommit = {
    version: 1,
    number,
    lake: head?.commit.lake ?? context.newId(),
    createdAt: context.now().toISOString(),
    capturedAt: context.capturedAt.toISOString(),
    source: sourceOf(source),
    snapshot: source.state.snapshot,
    overlap: captured.overlap,
    tables: captured.tables,
    refused: captured.refused,
    contracts: context.contracts,
  };
  if (!(await log.append(number, commit))) {
    throw new TransientError(
      `another run created commit ${number} first; nothing is lost, and the next run continues from it`,
      {
        subject: { commit: number },
      },
    );
  }
  recordCommit(telemetry, commit, head?.commit);
  const tables = changed.map(([name, { rows, deleted }]) => [
    name,
    { rows, ...(deleted.rows > 0 && { deleted: deleted.rows }) },
  ]);
  const more = isUnderway(commit);
  return {
    commit: number,
    tables: Object.fromEntries(tables) as IngestResult["tables"],
    ...(more && { more }),
  };
}

/**
 * A secret that points to the wrong database must not overwrite the data of the right one in the lake and the
 * warehouse.
 */
function unknownSourceError(source: SourceSnapshot, last: IngestCommit | undefined): TerminalError {
  const text = ({ database, schema, systemIdentifier }: IngestCommit["source"]): string =>
    `the schema ${schema} of the database ${database} in the cluster ${systemIdentifier}`;
  return new TerminalError(
    `the source is ${text(sourceOf(source))}, but this lake was captured from ${last ? text(last.source) : "another"}: ` +
      `if the new source replaces the old one, ${ALLOW_OTHER_SOURCE}, which captures every table in full; ` +
      "otherwise correct the secret or --source, or use another lake",
  );
}

/**
 * Checks the names, because a mistyped name would silently allow no deletes.
 * @throws TerminalError for a table that neither the lake nor the source has
 */
async function requireKnown(
  allowed: ReadonlySet<string>,
  source: SourceSnapshot,
  last: IngestCommit | undefined,
): Promise<void> {
  const missing = [...allowed].filter((name) => captureOf(last, name) === undefined);
  if (missing.length === 0) return;
  const { tables, refused } = await source.catalogue();
  const { schema, moreSchemas = [] } = source.state;
  const known = new Set([
    ...Object.keys(last?.tables ?? {}),
    ...tables.map(({ name }) => name),
    ...Object.keys(refused),
  ]);
  const unknown = missing.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new TerminalError(
    `allowDeletes names ${unknown.join(", ")}, which neither the lake nor ${describeSchemas([schema, ...moreSchemas])} of the source has; ` +
      `correct the name: ${[...known].sort().join(", ") || "the source has no table"}`,
  );
}

/** Merges the results of two consecutive runs. */
export function mergeResults(first: IngestResult | undefined, second: IngestResult): IngestResult {
  if (first === undefined) return second;
  const tables = Object.assign(emptyByName<IngestResult["tables"][string]>(), first.tables);
  for (const [name, { rows, deleted = 0 }] of Object.entries(second.tables)) {
    const before = tables[name];
    const gone = (before?.deleted ?? 0) + deleted;
    tables[name] = { rows: (before?.rows ?? 0) + rows, ...(gone > 0 && { deleted: gone }) };
  }
  return { ...second, commit: second.commit ?? first.commit, tables };
}

/** True if the contracts or the schemas of the source differ from those of the last commit. */
const hasNewSettings = (
  last: IngestCommit,
  { state }: SourceSnapshot,
  { contracts }: IngestContext,
): boolean =>
  last.contracts !== contracts ||
  JSON.stringify(last.source.moreSchemas ?? []) !== JSON.stringify(state.moreSchemas ?? []);

function sourceOf({ state }: SourceSnapshot): IngestCommit["source"] {
  const { systemIdentifier, timeline, database, schema, moreSchemas, server, startedAt } = state;
  const more = moreSchemas === undefined ? {} : { moreSchemas: [...moreSchemas] };
  return { systemIdentifier, timeline, database, schema, ...more, server, startedAt };
}

/**
 * True if the tables, their columns, and which are held, absent or refused equal those of the last commit. A change
 * deserves a commit.
 */
function sameShape(last: IngestCommit | undefined, now: Pick<IngestCommit, "tables" | "refused">): boolean {
  const shape = ({ tables, refused }: Pick<IngestCommit, "tables" | "refused">): string =>
    JSON.stringify(
      [
        Object.entries(tables).map(([name, { storage, comment, key, unique, columns, held, absent }]) => [
          name,
          [storage, comment, key, unique, columns, held !== null, absent],
        ]),
        Object.entries(refused),
      ].map((entries) => entries.sort(byName)),
      (_, value: unknown) => inOrder(value),
    );
  return last !== undefined && shape(last) === shape(now);
}

const byName = ([a]: readonly unknown[], [b]: readonly unknown[]): number => (String(a) < String(b) ? -1 : 1);

/** The value with the properties of its objects sorted. */
const inOrder = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(byName))
    : value;
