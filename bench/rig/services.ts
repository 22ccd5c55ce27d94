import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import type { Request, Started } from "./services-process";

/**
 * The stand-ins for S3 and Secrets Manager in a separate process, because AWS does not run in a Lambda's process. They
 * share the machine, so their processor time is reported, too.
 */
export interface Services {
  /** The environment that a function needs to reach them. */
  readonly environment: Readonly<Record<string, string>>;
  createBucket(name: string): Promise<void>;
  setSecret(name: string, value: string): Promise<void>;
  /** Seconds of processor time since the start. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** @param directory the folder of the buckets; existing ones are found again */
export async function startServices(directory: string): Promise<Services> {
  const child = fork(await compiled(), [directory], { execArgv: [] });
  const { s3, secrets } = await answer<Started>(child);
  // One request at a time, because answers have no number.
  let last: Promise<unknown> = Promise.resolve();
  const ask = <T>(request: Request): Promise<T> => {
    const asked = last.then(() => {
      child.send(request);
      return answer<T>(child);
    });
    last = asked;
    return asked;
  };
  return {
    environment: {
      AWS_ENDPOINT_URL_S3: s3,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    },
    createBucket: (name) => ask({ do: "createBucket", name }),
    setSecret: (name, value) => ask({ do: "setSecret", name, value }),
    cpuSeconds: () => ask<number>({ do: "cpu" }),
    stop: async () => {
      // A signal to the whole process group has ended it already.
      if (!child.connected) return;
      const exit = once(child, "exit");
      child.disconnect();
      await exit;
    },
  };
}

/**
 * One plain JavaScript file. With a compiler in its memory, half of the process's time would go to garbage collection.
 */
async function compiled(): Promise<string> {
  const outfile = join(await mkdtemp(join(tmpdir(), "marble-bench-")), "services.js");
  process.once("exit", () => rmSync(dirname(outfile), { recursive: true, force: true }));
  buildSync({
    entryPoints: [join(__dirname, "services-process.ts")],
    outfile,
    bundle: true,

    platform: "node",
    format: "cjs",
  });
  return outfile;
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const died = new AbortController();
  const exited = once(child, "exit", { signal: died.signal }).then(() => {
    throw new Error("the process of the stand-ins ended; its error is above");
  });
  try {
    const [message] = (await Promise.race([once(child, "message"), exited])) as [T];
    return message;
  } finally {
    died.abort();
    exited.catch(() => undefined);
  }
}
