import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { PulumiAnswer } from "./pulumi-answers";

/** A command `pulumi` in a folder. It records its arguments, and gives one answer. */
export class PulumiStandIn {
  readonly #directory: string;

  constructor(directory: string, { exitCode, stdout, stderr }: PulumiAnswer) {
    this.#directory = directory;
    const path = join(directory, "pulumi");
    writeFileSync(join(directory, "stdout"), stdout);
    writeFileSync(join(directory, "stderr"), stderr);
    writeFileSync(
      path,
      `#!/bin/sh\ncd ${directory}\necho "$@" >asked\ncat stdout\ncat stderr >&2\nexit ${exitCode}\n`,
    );
    chmodSync(path, 0o755);
  }

  /** The PATH for a process that runs the stand-in. */
  get path(): string {
    return `${this.#directory}${delimiter}${process.env["PATH"]}`;
  }

  /** The arguments of the last call; empty without a call. */
  get asked(): string {
    const file = join(this.#directory, "asked");
    return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  }
}
