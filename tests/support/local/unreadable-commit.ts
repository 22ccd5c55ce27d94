import type { Cloud } from "../../../local/cloud";
import { signedBy } from "./signed-by";

/**
 * Ingests what has changed, and then writes an object that is not a commit under the key of the next commit.
 *
 * @returns deletes the object
 */
export async function writeUnreadableCommit(cloud: Cloud): Promise<() => Promise<void>> {
  const { payload } = await cloud.invoke("ingest");
  await cloud.settled();
  const number = (payload as { commit: number }).commit + 1;
  const bucket = cloud.program.functions[0]!.environment["INGESTION_BUCKET"]!;
  const url = `${cloud.storage.url}/${bucket}/commits/${String(number).padStart(10, "0")}.json`;
  const asIngest = { ...signedBy(cloud.credentials("ingest")), "if-none-match": "*" };
  await fetch(url, { method: "PUT", body: "no commit", headers: asIngest });
  return async () => {
    await fetch(url, { method: "DELETE", headers: signedBy(cloud.credentials("administrator")) });
  };
}
