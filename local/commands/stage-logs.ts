import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CloudEvent } from "../cloud-event";

/** Appends what the functions write to a file each, `<directory>/<stage>.log`, as CloudWatch would keep it; the first line makes the directory. */
export function stageLogs(directory: string): { readonly onEvent: (event: CloudEvent) => void } {
  return {
    onEvent: (event) => {
      if (event.kind !== "log") return;
      mkdirSync(directory, { recursive: true });
      appendFileSync(join(directory, `${event.stage}.log`), `${event.line}\n`);
    },
  };
}
