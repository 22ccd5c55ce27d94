import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ingestCommit, processCommit, type IngestCommit, type ProcessCommit } from "../../domain/log/commit";
import { databaseSecret } from "../../local/databases/database-secret";
import {
  createFunction,
  type InvocationResult,
  type LambdaFunction,
} from "../../local/cloud/lambda/function";
import { withClient } from "../../local/databases/postgres/client";
import { readerUrl, type Rig } from "./rig";
import type { Services } from "./services";

export type Stage = "ingest" | "process" | "load";
export const STAGES: readonly Stage[] = ["ingest", "process", "load"];

/** One run of a stage. */
export interface StageRun {
  /** From the call to the answer, with the start of a cold process. */
  readonly seconds: number;
  /** The time that Lambda bills, without the initialisation. */
  readonly handlerSeconds: number;
  /** The peak resident memory of the process so far. */
  readonly peakMb: number;
  /** The processor time of the stand-ins on the same machine. */
  readonly standInSeconds: number;
  readonly payload: { readonly tables?: Readonly<Record<string, { readonly rows: number }>> };
}

/** A lake between a source and a warehouse, with its Lambdas. */
export interface Lake {
  readonly source: string;
  readonly warehouse: string;
  readonly buckets: Readonly<Record<"ingestion" | "processed", string>>;
  /**
   * Runs a stage in a new process, as its first invocation.
   * @throws Error if it fails
   */
  run(stage: Stage): Promise<StageRun>;
  /** A stage whose process lives as long as the rig. */
  warm(stage: Stage): { run(): Promise<StageRun> };
  /** The newest commits of the buckets. */
  lastCommits(): { readonly ingested: IngestCommit; readonly processed: ProcessCommit };
  /** Drops the warehouse. */
  drop(): Promise<void>;
}

let lakes = 0;

/** @param options.source the database to read */
export async function createLake(
  rig: Rig,
  options: {
    source: string;
    warehouse?: string;
    services?: Services;
    /** The Lambdas; those of the program by default. */
    functions?: Rig["functions"];
    buckets?: Lake["buckets"];
    directory?: string;
  },
): Promise<Lake> {
  const {
    source,
    services = rig.services,
    functions = rig.functions,
    directory = join(rig.directory, "buckets"),
  } = options;
  const number = ++lakes;
  const warehouse = options.warehouse ?? `warehouse_${number}`;
  if (options.warehouse === undefined) await rig.warehouse.createDatabase(warehouse);
  const buckets = options.buckets ?? {
    ingestion: `lake-${number}-ingestion`,
    processed: `lake-${number}-processed`,
  };
  if (options.buckets === undefined)
    for (const bucket of Object.values(buckets)) await services.createBucket(bucket);
  const secrets = { SOURCE_SECRET: `source-${number}`, WAREHOUSE_SECRET: `warehouse-${number}` };
  await services.setSecret(secrets.SOURCE_SECRET, databaseSecret(readerUrl(rig, source), "the source"));
  await services.setSecret(
    secrets.WAREHOUSE_SECRET,
    databaseSecret(rig.warehouse.url(warehouse), "the warehouse"),
  );

  const create = (stage: Stage): LambdaFunction => {
    const declared = functions.find(({ environment }) => environment["POWERTOOLS_SERVICE_NAME"] === stage);
    if (declared === undefined) throw new Error(`the program declares no function for the stage ${stage}`);
    return createFunction({
      ...declared,
      environment: {
        ...declared.environment,
        ...services.environment,
        ...secrets,
        INGESTION_BUCKET: buckets.ingestion,
        PROCESSED_BUCKET: buckets.processed,
      },
    });
  };
  const runOf = async (stage: Stage, lambda: LambdaFunction): Promise<StageRun> => {
    const cpu = await services.cpuSeconds();
    const started = performance.now();
    const result = await lambda.invoke({});
    const seconds = (performance.now() - started) / 1000;
    return { ...measured(stage, result), seconds, standInSeconds: (await services.cpuSeconds()) - cpu };
  };

  return {
    source,
    warehouse,
    buckets,
    run: async (stage) => {
      const lambda = create(stage);
      try {
        return await runOf(stage, lambda);
      } finally {
        await lambda.stop();
      }
    },
    warm: (stage) => {
      const lambda = create(stage);
      rig.started(() => lambda.stop());
      return { run: () => runOf(stage, lambda) };
    },
    lastCommits: () => {
      const last = (bucket: string): unknown => {
        const folder = join(directory, bucket, "commits");
        return JSON.parse(readFileSync(join(folder, readdirSync(folder).sort().at(-1) ?? ""), "utf8"));
      };
      return {
        ingested: ingestCommit.parse(last(buckets.ingestion)),
        processed: processCommit.parse(last(buckets.processed)),
      };
    },
    drop: () =>
      withClient(rig.warehouse.url("postgres"), async (client) => {
        await client.query(`DROP DATABASE ${warehouse} WITH (FORCE)`);
      }),
  };
}

function measured(stage: Stage, result: InvocationResult): Omit<StageRun, "seconds" | "standInSeconds"> {
  if (!result.ok) throw new Error(`${stage} failed: ${result.error?.message ?? "without a message"}`);
  return {
    handlerSeconds: result.durationMs / 1000,
    peakMb: result.maxMemoryUsedMb ?? NaN,
    payload: result.payload as StageRun["payload"],
  };
}
