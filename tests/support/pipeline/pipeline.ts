import { S3Client } from "@aws-sdk/client-s3";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { earlierLogs, processedLog, writableLog, type WritableLog } from "../../../adapters/lake/commit-log";
import { objectStore, type ObjectStore } from "../../../adapters/lake/object-store";
import { withConnection } from "../../../adapters/postgres/postgres";
import type { Credentials } from "../../../adapters/aws/secrets";
import { withSourceSnapshot } from "../../../adapters/source/source";
import type { Fields, Telemetry } from "../../../adapters/aws/telemetry";
import { dayNumber, type DayRange } from "../../../domain/transform/calendar";
import {
  ingestCommit,
  processCommit,
  type IngestCommit,
  type ProcessCommit,
} from "../../../domain/log/commit";
import type { Mart } from "../../../domain/marts/mart";
import { marts, model } from "../../../domain/declarations";
import type { Model } from "../../../domain/model/model";
import { contractsDigest } from "../../../infra/stages/lambda-environment";
import type { MirrorChoice } from "../../../domain/warehouse/mirror/choice";
import { startS3, type S3Hook, type S3Server } from "../../../local/cloud/s3/server";
import { monotonicClock } from "../../../stages/shared/clock";
import { ingestSource, type IngestResult } from "../../../stages/ingest/ingest";
import type { LoadResult } from "../../../stages/load/load";
import { processCommits, type ProcessResult } from "../../../stages/process/process";
import { runLoad, type LoadRequest } from "../../../stages/load/run-load";
import { createDatabase, createSource, type TestDatabase } from "../postgres/postgres";

/** A log line as a stage wrote it. */
export interface Logged {
  readonly level: "info" | "warn";
  readonly message: string;
  readonly fields: Fields;
}

export interface IngestOptions {
  readonly model?: Model;
  readonly schemas?: readonly string[];
  readonly allowDeletes?: readonly string[];
  readonly allowOtherSource?: boolean;
  readonly partBytes?: number;
  readonly sliceBytes?: number;
}

export interface ProcessOptions {
  readonly model?: Model;
  readonly mirror?: MirrorChoice;
  readonly reprocess?: boolean;
  /** True if there is time for another commit. */
  readonly hasTime?: () => boolean;
  readonly processed?: Pipeline["processed"];
  /** A commit with more captured bytes is processed as tasks. */
  readonly taskBytes?: number;
  /** The number of keys of changed rows that may be in memory. */
  readonly mostKeys?: number;
  /** How many workers take tasks of a run. */
  readonly workers?: number;
  readonly pause?: (ms: number) => Promise<void>;
}

export interface LoadOptions extends LoadRequest {
  readonly model?: Model;
  readonly processed?: Pipeline["processed"];
  readonly schema?: string;
  readonly marts?: readonly Mart[];
  readonly martsSchema?: string;
  readonly mirrorSchema?: string;
  readonly database?: TestDatabase;
  /** True if there is time for another commit. */
  readonly hasTime?: () => boolean;
}

/** The three stages between a real source, the S3 stand-in and a real warehouse, without Lambda around them. */
export interface Pipeline {
  readonly source: TestDatabase;
  readonly warehouse: TestDatabase;
  readonly ingested: { readonly store: ObjectStore; readonly log: WritableLog<IngestCommit> };
  readonly processed: { readonly store: ObjectStore; readonly log: WritableLog<ProcessCommit> };
  readonly logged: Logged[];
  /** Every value of every metric. */
  readonly counted: Map<string, number[]>;
  readonly s3: S3Server;
  ingest(options?: IngestOptions): Promise<IngestResult>;
  process(options?: ProcessOptions): Promise<ProcessResult>;
  load(options?: LoadOptions): Promise<LoadResult>;
  /** A second processed bucket. */
  processedIn(bucket: string): Promise<Pipeline["processed"]>;
  /** Runs all three stages, in order. */
  run(): Promise<void>;
  close(): Promise<void>;
}

/** The credentials in the URL of a test database. */
export function credentialsOf(url: string): Credentials {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ssl: false,
  };
}

export interface PipelineOptions {
  /** A tiny totesys, or its empty tables. */
  readonly seeded?: boolean;
  readonly source?: TestDatabase;
  readonly warehouse?: TestDatabase;
  /** The directory of the lake, which may exist. Closing the pipeline deletes it. */
  readonly lake?: string;
  readonly before?: S3Hook;
  readonly after?: S3Hook;
}

/** The inputs of the stages. */
interface Parts {
  readonly ingested: Pipeline["ingested"];
  readonly processed: Pipeline["processed"];
  readonly sourceUrl: string;
  /** `public` alone by default. */
  readonly sourceSchemas?: readonly string[];
  readonly warehouseUrl: string;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

/** A short calendar loads quickly. It grows by the years of the days in facts. */
const CALENDAR: DayRange = { first: dayNumber("2024-01-01"), last: dayNumber("2024-12-31") };

const QUIET: Telemetry = { info: () => undefined, warn: () => undefined, count: () => undefined };

/** The logs of two buckets. */
export function lakeIn(
  client: S3Client,
  buckets: { readonly ingestion: string; readonly processed: string },
  telemetry = QUIET,
): Pick<Pipeline, "ingested" | "processed"> {
  const ingestion = objectStore(buckets.ingestion, client);
  const processed = objectStore(buckets.processed, client);
  return {
    ingested: { store: ingestion, log: writableLog(ingestion, ingestCommit, telemetry) },
    processed: { store: processed, log: writableLog(processed, processCommit, telemetry) },
  };
}

/** The three stages, without Lambda around them. */
export function stagesOver(parts: Parts): Pick<Pipeline, "ingest" | "process" | "load"> {
  const { ingested, processed, telemetry, now } = parts;
  const hasTime = (): boolean => true;
  return {
    ingest: ({
      model: given = model,
      schemas = parts.sourceSchemas ?? ["public"],
      allowDeletes = [],
      allowOtherSource = false,
      partBytes = Infinity,
      sliceBytes = Infinity,
    } = {}) =>
      ingestSource(
        (work) => withSourceSnapshot({ credentials: credentialsOf(parts.sourceUrl), schemas }, work),
        {
          ...ingested,
          telemetry,
          now,
          newId: randomUUID,
          guard: { maxShare: 0.5, allowed: new Set(allowDeletes) },
          allowOtherSource,
          contracts: contractsDigest(given),
          partBytes,
          sliceBytes,
        },
      ),
    process: ({
      model: given = model,
      mirror = "none",
      reprocess = false,
      hasTime: time,
      processed: into,
      taskBytes = Infinity,
      mostKeys = Infinity,
      workers = 0,
      pause = setTimeout,
    } = {}) => {
      const { store } = processedLog(processed.store, given.version);
      return processCommits({
        ingested,
        processed: into ?? { store, log: writableLog(store, processCommit, telemetry) },
        earlier: earlierLogs(processed.store, given.version),
        reprocess,
        model: given,
        mirror,
        calendar: CALENDAR,
        telemetry,
        now,
        hasTime: time ?? hasTime,
        taskBytes,
        mostKeys,
        workers,
        pause,
      });
    },
    load: ({
      model: given = model,
      schema = "public",
      marts: views = marts,
      martsSchema = "marts",
      mirrorSchema = "mirror",
      database,
      processed: from,
      hasTime: time,
      ...asked
    } = {}) =>
      withConnection("warehouse", credentialsOf(database?.url ?? parts.warehouseUrl), (client) =>
        runLoad(
          {
            client,
            schema,
            ...(from ?? processedLog(processed.store, given.version)),
            model: given,
            marts: views,
            martsSchema,
            mirrorSchema,
            // Longer than any test, because some tests copy a warehouse that another test has loaded.
            freshnessMinutes: 10_080,
            telemetry,
            now,
            hasTime: time ?? hasTime,
          },
          asked,
        ),
      ),
  };
}

/** A client of the S3 stand-in without retries, so that the stage sees each injected fault. */
export const s3Client = (url: string, accessKeyId = "test"): S3Client =>
  new S3Client({
    endpoint: url,
    region: "eu-west-2",
    credentials: { accessKeyId, secretAccessKey: "test" },
    maxAttempts: 1,
  });

/** Starts a pipeline over separate databases. Close it. */
export async function startPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  const directory = options.lake ?? (await mkdtemp(join(tmpdir(), "marble-pipeline-")));
  const { before, after } = options;
  const s3 = await startS3({
    directory,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  });
  for (const bucket of ["ingestion", "processed"])
    if (!existsSync(join(directory, bucket))) await s3.createBucket(bucket);
  const client = s3Client(s3.url);
  const source = options.source ?? (await createSource({ seeded: options.seeded ?? false }));
  const warehouse = options.warehouse ?? (await createDatabase());
  const logged: Logged[] = [];
  const counted = new Map<string, number[]>();
  const telemetry: Telemetry = {
    info: (message, fields = {}) => void logged.push({ level: "info", message, fields }),
    warn: (message, fields = {}) => void logged.push({ level: "warn", message, fields }),
    count: (metric, value) => void counted.set(metric, [...(counted.get(metric) ?? []), value]),
  };
  const lake = lakeIn(client, { ingestion: "ingestion", processed: "processed" }, telemetry);
  const stages = stagesOver({
    ...lake,
    // Every run asks for the address again, because a source may move.
    get sourceUrl() {
      return source.readerUrl;
    },
    warehouseUrl: warehouse.url,
    telemetry,
    now: monotonicClock(),
  });

  const pipeline: Pipeline = {
    source,
    warehouse,
    ...lake,
    logged,
    counted,
    s3,
    ...stages,
    processedIn: async (bucket) => {
      await s3.createBucket(bucket);
      const store = objectStore(bucket, client);
      return { store, log: writableLog(store, processCommit, telemetry) };
    },
    run: async () => {
      await pipeline.ingest();
      await pipeline.process();
      await pipeline.load();
    },
    close: async () => {
      client.destroy();
      await s3.close();
      await rm(directory, { recursive: true, force: true });
      await source.drop();
      await warehouse.drop();
    },
  };
  return pipeline;
}
