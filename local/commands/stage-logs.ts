import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CloudEvent } from "../cloud-event";

/**
 * Appends the output of each function to `<directory>/<stage>.log`, as CloudWatch would keep it. Creates the directory
 * with the first line.
 */
export function stageLogs(directory: string): { readonly onEvent: (event: CloudEvent) => void } {
  return {
    onEvent: (event) => {
      if (event.kind !== "log") return;
      mkdirSync(directory, { recursive: true });
      appendFileSync(join(directory, `${event.stage}.log`), `${event.line}\n`);
    },
  };
}
