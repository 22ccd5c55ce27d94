import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud, type Cloud, type CloudOptions } from "../../../local/cloud";
import { startProgram } from "../../../local/pulumi/start-program";
import type { CloudEvent } from "../../../local/cloud-event";
import { databaseSecret } from "../../../local/databases/database-secret";
import type { Mail } from "../../../local/cloud/sns/outbox";
import { advancingClock } from "./advancing-clock";
import { createDatabase, createSource, type TestDatabase } from "../postgres/postgres";

/** A local cloud between a generated source and a warehouse, in which hours pass in seconds. */
export interface WatchedCloud {
  readonly cloud: Cloud;
  readonly source: TestDatabase;
  readonly warehouse: TestDatabase;
  readonly directory: string;
  readonly events: CloudEvent[];
  /** The secrets that lead to the databases. */
  readonly sourceSecret: string;
  readonly warehouseSecret: string;
  /**
   * Advances the clock by that many minutes. Schedules fire, and alarms are evaluated every minute. A run starts and
   * ends at the time of its schedule, however long it takes on this machine. The minutes include the time that this
   * machine needed since the last call, so that a slow machine does not shift the schedules.
   */
  pass(minutes: number): Promise<void>;
  /** The mails since the last call, the oldest first. */
  newMails(): Promise<Mail[]>;
  /** The same mails, as `ALARM ingest-errors`, in alphabetical order. */
  newSubjects(): Promise<string[]>;
  close(): Promise<void>;
}

/** Starts the platform; its schedules are on. */
export async function startWatchedCloud({
  settings = {},
  onEvent = () => undefined,
  ...options
}: Pick<CloudOptions, "beforeS3" | "onEvent"> & {
  readonly settings?: Readonly<Record<string, string>>;
} = {}): Promise<WatchedCloud> {
  const source = await createSource({ seeded: true });
  const warehouse = await createDatabase();
  const directory = await mkdtemp(join(tmpdir(), "marble-watched-"));
  const clock = advancingClock();
  const events: CloudEvent[] = [];
  const sourceSecret = databaseSecret(source.readerUrl, "source");
  const warehouseSecret = databaseSecret(warehouse.url, "warehouse");
  const cloud = await startCloud({
    runProgram: (options) => startProgram(options).program,
    directory,
    clock,
    ...options,
    config: { "marble:alertEmail": "data@example.com", ...settings },
    secrets: {
      "Totesys-Credentials": sourceSecret,
      "Warehouse-Credentials": warehouseSecret,
    },
    onEvent: (event) => {
      events.push(event);
      onEvent(event);
    },
  });
  cloud.startSchedules();
  /** The end of the last minute that passed. Every minute ends a whole number of minutes after the start. */
  let end = clock.now().getTime();
  let read = 0;
  const newMails = async (): Promise<Mail[]> => {
    const mails = (await cloud.mail.mails()).slice(read);
    read += mails.length;
    return mails;
  };
  return {
    cloud,
    source,
    warehouse,
    directory,
    events,
    sourceSecret,
    warehouseSecret,
    pass: async (minutes) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        end += 60_000;
        for (let left = 60_000; left > 0; left = end - clock.now().getTime()) {
          clock.advance(Math.min(left, clock.untilTimer()));
          await cloud.settled();
        }
      }
    },
    newMails,
    newSubjects: async () => (await newMails()).map(shortSubject).sort(),
    close: async () => {
      await cloud.stop();
      await source.drop();
      await warehouse.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** `ALARM: "marble-local-ingest-errors-1a2b3c4"` is `ALARM ingest-errors`. */
export const shortSubject = ({ subject }: Mail): string =>
  subject.replace(/^(\w+): "marble-local-(.*)-[0-9a-f]{7}"$/, "$1 $2");

/** Lets a database accept connections or refuse them. If it refuses, existing connections end. */
export async function accept(
  { source, warehouse }: Pick<WatchedCloud, "source" | "warehouse">,
  database: string,
  accepting: boolean,
): Promise<void> {
  const other = database === source.name ? warehouse : source;
  await other.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS ${accepting}`);
}

/** The alarms that ring. */
export const ringing = ({ cloud }: WatchedCloud): string[] =>
  [...cloud.alarmStates()]
    .filter(([, state]) => state === "ALARM")
    .map(([name]) => name.replace(/^marble-local-|-[0-9a-f]+$/g, ""));
