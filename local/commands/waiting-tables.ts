import type { IngestCommit, ProcessCommit } from "../../domain/log/commit";
import type { Cloud } from "../cloud";
import { openLake } from "../console/objects/lake-reader";

/** What the newest commits say of tables that do not go on by themselves, a line each with the reason. */
export async function waitingTables(cloud: Cloud): Promise<readonly string[]> {
  const lake = openLake(cloud);
  try {
    const [ingested, processed] = await Promise.all([lake.ingested.head(), lake.processed.head()]);
    return [
      ...(ingested === undefined ? [] : notCaptured(ingested.commit)),
      ...(processed === undefined ? [] : inQuarantine(processed.commit)),
    ];
  } finally {
    lake.close();
  }
}

/** The tables of the source that the delete guard holds back. */
export async function heldTables(cloud: Cloud): Promise<readonly string[]> {
  const lake = openLake(cloud);
  try {
    const head = await lake.ingested.head();
    return Object.entries(head?.commit.tables ?? {}).flatMap(([name, { mode }]) =>
      mode === "held" ? [name] : [],
    );
  } finally {
    lake.close();
  }
}

function notCaptured({ tables, refused }: IngestCommit): string[] {
  return [
    ...Object.entries(tables).flatMap(([name, { mode, held }]) =>
      mode === "held" || mode === "failed" ? [`${name} is ${mode}: ${held?.reason ?? ""}`] : [],
    ),
    // That views and foreign tables are not ingested is as it should be.
    ...Object.entries(refused).flatMap(([name, { kind, reason }]) =>
      kind === "table" ? [`${name} is refused: ${reason}`] : [],
    ),
  ];
}

const inQuarantine = ({ quarantine }: ProcessCommit): string[] =>
  Object.entries(quarantine).map(
    ([name, { since, breaches }]) =>
      `${name} is in quarantine since commit ${since}, it does not fit its contract: ${breaches.join(", ")}`,
  );
