import { markIn, type MartMark } from "./view";

/** A relation in the schema of the marts. */
export interface MartRelation {
  readonly name: string;
  readonly isView: boolean;
  /** True if it belongs to the loader's role, or to a role of which that is a member. */
  readonly isOwn: boolean;
  readonly comment: string;
  readonly columns: readonly string[];
  /**
   * True if its definition is as old as its comment. The loader writes both together, so somebody else wrote a newer
   * definition.
   */
  readonly isAsMade: boolean;
  /** True if it reads a table outside the schema of the warehouse, as after a rebuild. */
  readonly readsElsewhere: boolean;
}

/** What to do about a mart. */
type MartTask =
  { readonly do: "create" | "replace" | "nothing" } | { readonly do: "refuse"; readonly why: string };

/** Compares the declared mart with the view of its name. */
export function martTask(
  wanted: MartMark & Pick<MartRelation, "columns">,
  found: MartRelation | undefined,
): MartTask {
  if (found === undefined) return { do: "create" };
  const mark = found.isView ? markIn(found.comment) : undefined;
  if (mark === undefined) {
    return {
      do: "refuse",
      why: "another relation has its name, and Marble did not create it: rename that relation, or set marble:martsSchema to another schema",
    };
  }
  if (mark.schema !== wanted.schema) {
    return {
      do: "refuse",
      why: `the schema has the mart of another warehouse, ${mark.schema}, under this name: set marble:martsSchema to another schema`,
    };
  }
  const isSame =
    mark.digest === wanted.digest && found.isAsMade && found.columns.join() === wanted.columns.join();
  if (isSame && !found.readsElsewhere) return { do: "nothing" };
  if (!found.isOwn) {
    return {
      do: "refuse",
      why: "it belongs to another role: transfer it to the loader's role with ALTER VIEW … OWNER TO",
    };
  }
  return { do: "replace" };
}

/** The marts in `schema` that are no longer declared. */
export const findUndeclared = (
  relations: readonly MartRelation[],
  { schema, declared }: { readonly schema: string; readonly declared: readonly string[] },
): readonly string[] =>
  relations
    .filter(({ name, isView, isOwn, comment }) => {
      const isOurs = isView && isOwn && markIn(comment)?.schema === schema;
      return isOurs && !declared.includes(name);
    })
    .map(({ name }) => name);
