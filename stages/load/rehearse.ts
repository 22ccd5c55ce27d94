import type { Warehouse } from "../../adapters/warehouse/warehouse";
import { TerminalError } from "../../domain/errors";
import { referencesOf } from "../../domain/model/table";
import {
  createStaging,
  insertCalendar,
  insertStaged,
  upsertDimension,
} from "../../domain/warehouse/dimensions";
import {
  appendVersions,
  recordDeletions,
  removeRepeated,
  stageTombstones,
  type FactTarget,
} from "../../domain/warehouse/facts";
import { findLackingVersions, historyOf, recordVersions } from "../../domain/warehouse/history";
import {
  healOrphans,
  recordHealed,
  renewReasons,
  setOrphansAside,
  stageWaiting,
  supersedeByHealed,
  supersedeOrphans,
} from "../../domain/warehouse/orphans";
import {
  fillNullReferences,
  findLackingMembers,
  hasMembers,
  mayReferToMembers,
  stageMembers,
} from "../../domain/warehouse/members";
import type { Destination } from "../../domain/warehouse/parents";
import { healPlaceholders, placeMembers, stagePlaceholders } from "../../domain/warehouse/placeholders";
import type { TargetTable } from "../../domain/warehouse/target";

/**
 * Runs the statements of later loads on a prepared table before the first load, without rows. The first load copies
 * rows into an empty table, so it would miss a privilege, a cast or a column that only later loads need.
 * @throws TerminalError with the table and the remedy
 */
export async function rehearseLoads(
  warehouse: Warehouse,
  {
    schema,
    targets,
    prepared,
  }: {
    readonly schema: string;
    readonly targets: ReadonlyMap<string, TargetTable>;
    /** The names, in the model, of the tables that existed before. */
    readonly prepared: ReadonlySet<string>;
  },
): Promise<void> {
  const grant = await warehouse.missingRight();
  if (grant !== undefined)
    throw new TerminalError(
      `the role of the warehouse may not create temporary tables, and later loads need them: ${grant}`,
    );
  for (const target of targets.values()) {
    if (!prepared.has(target.table.name)) continue;
    const error = await warehouse.rehearse(statementsOf({ schema, target, parents: targets }));
    if (error === undefined) continue;
    throw new TerminalError(
      `the warehouse table ${target.name} does not accept the statements of a later load: ${error.message}. ` +
        "Bring it in line with the model, or grant the role SELECT, INSERT, UPDATE and DELETE on it",
      { cause: error, subject: { table: target.name } },
    );
  }
}

/** The statements of any commit for a table. */
function statementsOf(place: Destination): readonly string[] {
  const { schema, target } = place;
  const { table } = target;
  const commit = 0;
  // For a value that cannot be stored, the plain insert names the column.
  const first = [createStaging(target), insertStaged(schema, target)];
  switch (table.kind) {
    case "calendar":
      return [...first, insertCalendar(schema, target)];
    case "dimension": {
      const history = historyOf(place);
      const waits = [
        supersedeOrphans(place, { commit, keepSame: true }),
        stageWaiting(place),
        setOrphansAside(place, { commit, again: true }),
        ...(mayReferToMembers(target)
          ? [stagePlaceholders(place), placeMembers(place, { commit, again: true })]
          : []),
        recordHealed(place, commit),
        renewReasons(place),
      ];
      return [
        ...first,
        ...(hasMembers(target) ? [findLackingMembers(place), stageMembers(place)] : []),
        ...fillNullReferences(place),
        ...(referencesOf(table).length === 0 ? [] : waits),
        ...upsertDimension(schema, target),
        ...(history === undefined
          ? []
          : [
              ...(hasMembers(target) ? [findLackingVersions(history)] : []),
              ...recordVersions(history, { commit, at: "-infinity", staged: true }),
            ]),
      ];
    }
    case "fact": {
      const fact: FactTarget = { ...place, fact: table };
      const tombstones = stageTombstones(fact);
      return [
        ...first,
        createStaging(tombstones),
        ...fillNullReferences(fact),
        setOrphansAside(fact, { commit, again: true }),
        supersedeOrphans(fact, { commit }),
        appendVersions(fact, { recapture: true }),
        healOrphans(fact, commit),
        ...(mayReferToMembers(target)
          ? [placeMembers(fact, { commit, again: true }), healPlaceholders(fact, commit)]
          : []),
        supersedeByHealed(fact, commit),
        renewReasons(fact),
        recordDeletions(fact, { staged: tombstones, commit }),
        ...(target.changesRows ? [removeRepeated(fact, 0)] : []),
      ];
    }
  }
}
