import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CloudEvent } from "../cloud-event";

/** Appends what the functions write to a file each, `<directory>/<stage>.log`, as CloudWatch would keep it. */
export function stageLogs(directory: string): { readonly onEvent: (event: CloudEvent) => void } {
  mkdirSync(directory, { recursive: true });
  return {
    onEvent: (event) => {
      if (event.kind === "log") appendFileSync(join(directory, `${event.stage}.log`), `${event.line}\n`);
    },
  };
}
