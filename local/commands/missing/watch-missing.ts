import type { Cloud } from "../../cloud";
import type { CloudEvent } from "../../cloud-event";
import { findMissingData, type Missing } from "./missing-data";
import { describeMissingGrant } from "./missing-rights";
import { describeMissing, subjectOf } from "./missing-text";
import type { StageResult } from "../stage-result";
import type { Colour } from "../terminal/paint";

/** Says what does not arrive while a platform keeps running, each time that this changes. */
export interface MissingWatch {
  readonly onEvent: (event: CloudEvent) => void;
  /** Says what does not arrive now, and looks again after each run of load. @param results of the runs so far */
  begin(cloud: Cloud, results: readonly StageResult[]): Promise<void>;
}

/** @param options.fileOf where the person finds an object of `Missing.paths` */
export function watchMissing(options: {
  readonly say: (text: string, colour: Colour) => void;
  readonly fileOf: (path: string) => string;
}): MissingWatch {
  const { say, fileOf } = options;
  const shown = new Map<string, Missing>();
  let results: StageResult[] = [];
  let watched: Cloud | undefined;
  let looking = Promise.resolve();

  function show(missing: readonly Missing[]): void {
    const changed = missing.filter((one) => textOf(shown.get(keyOf(one))) !== textOf(one));
    const ended = [...shown].filter(([key]) => !missing.some((one) => keyOf(one) === key));
    for (const [key, one] of ended) {
      shown.delete(key);
      say(`no longer: ${subjectOf(one)}`, "green");
    }
    for (const one of changed) {
      shown.set(keyOf(one), one);
      say(describeMissing(one, fileOf), "red");
    }
    const grant = changed.some(({ kind }) => kind === "refused") ? describeMissingGrant(missing) : undefined;
    if (grant !== undefined) say(`\n${grant}`, "red");
  }

  async function look(cloud: Cloud): Promise<void> {
    const taken = results;
    // A run of load that fails says nothing of waiting rows and marts, so the last result stays.
    results = taken.filter(({ stage }) => stage === "load").slice(-1);
    try {
      show(await findMissingData(cloud, taken));
    } catch {
      // The lake cannot be read. The stages fail for that reason, and say so.
    }
  }

  return {
    onEvent: (event) => {
      if (event.kind !== "invocation" || watched === undefined) return;
      const { stage, result } = event;
      if (result.ok) results.push({ stage, payload: result.payload });
      const cloud = watched;
      if (stage === "load") looking = looking.then(() => look(cloud));
    },
    begin: async (cloud, first) => {
      results = [...first];
      watched = cloud;
      looking = look(cloud);
      await looking;
    },
  };
}

const keyOf = ({ kind, name }: Missing): string => `${kind} ${name}`;

/** The names of the files differ from run to run, although the same rows are missing. */
const textOf = (missing: Missing | undefined): string =>
  missing === undefined ? "" : describeMissing({ ...missing, paths: [] });
