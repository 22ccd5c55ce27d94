import { asStream } from "../as-stream";
import { fieldText } from "./fields";
import { scanRecords } from "./scanner";

/**
 * The columns of one record and their values, null for NULL.
 * @param header the header of its file
 * @throws TerminalError when they do not fit together
 */
export async function readRecord(
  header: string,
  record: string,
): Promise<(readonly [column: string, value: string | null])[]> {
  const bytes = new TextEncoder().encode(`${header}\n${record}\n`);
  for await (const records of scanRecords(asStream([bytes]), bytes.length)) {
    const { width } = records;
    return Array.from({ length: width }, (_, column) => [
      fieldText(records, column) ?? "",
      fieldText(records, width + column),
    ]);
  }
  return [];
}
