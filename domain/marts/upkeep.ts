import { markIn, type MartMark } from "./view";

/** Something in the schema of the marts. */
export interface MartRelation {
  readonly name: string;
  readonly isView: boolean;
  /** Does it belong to the loader's role, or to one that it is a member of? */
  readonly isOwn: boolean;
  readonly comment: string;
  readonly columns: readonly string[];
  /** Is its definition as old as its comment? The loader writes both together, so a later definition comes from somebody else. */
  readonly isAsMade: boolean;
  /** Does it read a table that is not in the schema of the warehouse, as after a rebuild? */
  readonly readsElsewhere: boolean;
}

/** What has to be done about a mart. */
export type MartTask =
  { readonly do: "create" | "replace" | "nothing" } | { readonly do: "refuse"; readonly why: string };

/** Compares a mart as it should be with the view of its name. */
export function martTask(
  wanted: MartMark & Pick<MartRelation, "columns">,
  found: MartRelation | undefined,
): MartTask {
  if (found === undefined) return { do: "create" };
  const mark = found.isView ? markIn(found.comment) : undefined;
  if (mark === undefined) {
    return {
      do: "refuse",
      why: "something that is not Marble's has its name: rename that, or set marble:martsSchema to another schema",
    };
  }
  if (mark.schema !== wanted.schema) {
    return {
      do: "refuse",
      why: `the mart of the warehouse in ${mark.schema} has this name: set marble:martsSchema to another schema`,
    };
  }
  const isSame =
    mark.digest === wanted.digest && found.isAsMade && found.columns.join() === wanted.columns.join();
  if (isSame && !found.readsElsewhere) return { do: "nothing" };
  if (!found.isOwn) {
    return {
      do: "refuse",
      why: "it belongs to another role: give it to the loader's, with ALTER VIEW … OWNER TO",
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
