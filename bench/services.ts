import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { startS3 } from "../local/s3/server";
import { startSecretsManager } from "../local/secrets";

/**
 * The stand-ins for S3 and Secrets Manager in a process of their own, as AWS is no part of a Lambda's
 * process. They use the same machine all the same: their processor time is reported beside.
 */
export interface Services {
  /** What a function's environment needs to reach them. */
  readonly environment: Readonly<Record<string, string>>;
  createBucket(name: string): Promise<void>;
  setSecret(name: string, value: string): Promise<void>;
  /** Seconds of processor time since the start. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

type Request =
  | { readonly do: "createBucket"; readonly name: string }
  | { readonly do: "setSecret"; readonly name: string; readonly value: string }
  | { readonly do: "cpu" };

interface Started {
  readonly s3: string;
  readonly secrets: string;
}

/** @param directory where the buckets live; those that are there already are found */
export async function startServices(directory: string): Promise<Services> {
  const child = fork(__filename, [directory], { execArgv: ["-r", "ts-node/register"] });
  const { s3, secrets } = await answer<Started>(child);
  // One request at a time: answers carry no number.
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
      const exit = once(child, "exit");
      child.disconnect();
      await exit;
    },
  };
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

async function serve(directory: string): Promise<void> {
  const s3 = await startS3({ directory });
  const secrets = await startSecretsManager();
  const perform = async (request: Request): Promise<unknown> => {
    switch (request.do) {
      case "createBucket":
        return s3.createBucket(request.name);
      case "setSecret":
        secrets.setSecret(request.name, request.value);
        return;
      case "cpu": {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      }
    }
  };
  process.on("message", (request: Request) => {
    void perform(request).then((result) => process.send?.(result ?? null));
  });
  // However the benchmark ends, the stand-ins end with it.
  process.on("disconnect", () => process.exit());
  const started: Started = { s3: s3.url, secrets: secrets.url };
  process.send?.(started);
}

if (require.main === module) void serve(process.argv[2] ?? "");
