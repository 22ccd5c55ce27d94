import { startS3 } from "../../local/cloud/s3/server";
import { startSecretsManager } from "../../local/cloud/secrets-manager/secrets";

/** The program of the process that services.ts starts. */

/** The requests of the parent. */
export type Request =
  | { readonly do: "createBucket"; readonly name: string }
  | { readonly do: "setSecret"; readonly name: string; readonly value: string }
  | { readonly do: "cpu" };

/** The addresses of the stand-ins: the first message. */
export interface Started {
  readonly s3: string;
  readonly secrets: string;
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
  // The stand-ins end with the benchmark, however it ends.
  process.on("disconnect", () => process.exit());
  const started: Started = { s3: s3.url, secrets: secrets.url };
  process.send?.(started);
}

void serve(process.argv[2] ?? "");
