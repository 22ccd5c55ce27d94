import type { Cloud } from "../cloud";
import { openLake } from "../console/objects/lake-reader";

/** The tables of the source that the delete guard holds back. */
export async function listHeldTables(cloud: Cloud): Promise<readonly string[]> {
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
