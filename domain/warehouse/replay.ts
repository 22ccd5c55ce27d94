import * as z from "zod";
import { derivedName } from "../sql";

/**
 * Loading commits again.
 *
 * - **rebuild** (`{}`): the whole warehouse, from the first commit on, in a shadow schema. Readers see the old tables
 *   until the new ones are complete, and then all of them together. It takes any number of invocations. A change of the
 *   model needs it, and it repairs any damage.
 * - **reload** (`tables`, `from` or both): these tables, from that commit on, in place and in one transaction. Readers
 *   see the old rows until it ends. It repairs a table that somebody damaged.
 */
export const replayRequest = z.strictObject({
  /** Names of the model; all tables when left out. */
  tables: z.array(z.string().min(1)).min(1).optional(),
  /** The first commit to load again; 1 when left out. */
  from: z.int().positive().optional(),
});
export type ReplayRequest = z.infer<typeof replayRequest>;

/** True if the request is for the whole warehouse. */
export const isRebuild = ({ tables, from }: ReplayRequest): boolean =>
  tables === undefined && from === undefined;

/** A description of what a replay will do. */
export interface ReplayPlan {
  readonly operation: "rebuild" | "reload";
  readonly schema: string;
  readonly model: number;
  readonly tables: readonly string[];
  readonly from: number;
  /** The last commit; 0 without any. */
  readonly to: number;
  /** For people: what happens, step by step. */
  readonly says: readonly string[];
}

/** The progress of a replay. */
export interface ReplayResult {
  readonly operation: "rebuild" | "reload";
  /** `underway`: the next invocations continue it. */
  readonly state: "underway" | "done" | "abandoned";
  readonly commit: number;
  readonly of: number;
  /** The schema that the old tables were moved to. */
  readonly kept?: string;
}

/** The shadow schema in which a warehouse is rebuilt. */
export const shadowSchema = (schema: string): string => derivedName("", schema, "_replay");

/** The shadow schema of a mirror. Warehouses that share the schema of their mirrors have one each. */
export const shadowOfMirror = ({
  schema,
  mirrorSchema,
}: {
  readonly schema: string;
  readonly mirrorSchema: string;
}): string => shadowSchema(`${mirrorSchema}_of_${schema}`);

/** The schema that keeps the tables which a rebuild replaced: `public_before_20261125030405`, in UTC. */
export const keptSchema = (schema: string, now: Date): string =>
  derivedName("", schema, `_before_${now.toISOString().slice(0, 19).replace(/\D/g, "")}`);

/** The same name, with `<time>` in place of the time. */
export const keptSchemaLater = (schema: string): string =>
  keptSchema(schema, new Date(0)).replace(/\d{14}$/, "<time>");

/** The table that marks a shadow schema. */
export const REPLAY = "marble_replay";
