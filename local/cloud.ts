import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, type Clock } from "./clock";
import type { AlarmTransition } from "./cloudwatch/alarms";
import type { AlarmState } from "./cloudwatch/evaluate";
import type { MetricId } from "./cloudwatch/metric-store";
import { startMonitoring } from "./cloudwatch/monitoring";
import { deadLetters, type DeadLetters } from "./dead-letters";
import { createAsyncInvoker, type AsyncInvoker } from "./lambda/asynchronous";
import { createFunction, type InvocationResult, type LambdaFunction } from "./lambda/function";
import { startMail, type MailService } from "./mail";
import { openObjectStorage, type ObjectStorage } from "./object-storage";
import { runProgram, type DeclaredFunction, type Program } from "./program";
import { startSchedules } from "./scheduler";
import { startSecretsManager } from "./secrets";
import { startAll, type Started } from "./start-all";
import { wiringOf, type Wiring } from "./wiring";

/** The stages, by what the program calls their services. */
export type StageName = "ingest" | "process" | "load";

/** Something that a person who watches may want to know. */
export type CloudEvent =
  | { readonly kind: "invocation"; readonly stage: StageName; readonly result: InvocationResult }
  | { readonly kind: "log"; readonly stage: StageName; readonly line: string }
  | { readonly kind: "deadLetter"; readonly file: string }
  | { readonly kind: "alarm"; readonly transition: AlarmTransition };

export interface CloudOptions {
  /** Where everything is kept; a second start goes on from there. */
  readonly directory: string;
  /** The stack's configuration, keys with their namespace. */
  readonly config: Readonly<Record<string, string>>;
  /** Secret strings by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly onEvent?: (event: CloudEvent) => void;
  /** The time of schedules, alarms and functions; by default that of this machine. */
  readonly clock?: Clock;
}

/** The platform that the program declares, alive on this machine. */
export interface Cloud {
  readonly program: Program;
  readonly storage: ObjectStorage;
  readonly mail: MailService;
  setSecret(name: string, value: string): void;
  /** Invokes a stage and waits for its outcome. */
  invoke(stage: StageName, event?: unknown): Promise<InvocationResult>;
  function(stage: StageName): LambdaFunction;
  /** Lets the schedules fire from now on. */
  startSchedules(): void;
  /** Disables the schedules of a stage, or enables them again. */
  enableSchedules(stage: StageName, enabled: boolean): void;
  /** The state of every alarm by its name. */
  alarmStates(): ReadonlyMap<string, AlarmState>;
  /** Every metric that was measured so far. */
  metrics(): readonly MetricId[];
  /** Resolves when no event is under way, and no alarm is being looked at. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs the program under mocks and brings to life what it declares. */
export const startCloud = (options: CloudOptions): Promise<Cloud> =>
  startAll((started) => startParts(options, started));

async function startParts(options: CloudOptions, started: Started): Promise<Omit<Cloud, "stop">> {
  const { directory, config, onEvent = () => undefined, clock = systemClock } = options;
  await mkdir(directory, { recursive: true });
  const program = await runProgram({ config, workDirectory: directory });
  const wiring = wiringOf(program);

  const storage = await openObjectStorage(join(directory, "buckets"), wiring.buckets);
  started(() => storage.close());
  const secrets = await startSecretsManager();
  started(() => secrets.close());
  for (const [name, value] of Object.entries(options.secrets)) secrets.setSecret(name, value);
  const mail = await startMail({ outbox: join(directory, "outbox") });
  started(() => mail.close());
  for (const topic of wiring.topics) mail.addTopic(topic);
  const dead = deadLetters(join(directory, "dead-letters"));
  const monitoring = startMonitoring({
    alarms: wiring.alarms,
    clock,
    queues: [...wiring.queues.values()],
    depthOf: (queue) => dead.depth(queue),
    publish: (message) => mail.publish(message),
    onTransition: (transition) => onEvent({ kind: "alarm", transition }),
  });
  started(() => monitoring.stop());
  // A person confirms the address some minutes after `pulumi up`. By then CloudWatch has found the first state
  // of every alarm, and SNS mails nothing to an address that is not confirmed.
  await monitoring.evaluate();
  for (const { topicArn, email } of wiring.mailSubscriptions) mail.subscribe(topicArn, email);

  const endpoints = { ...storage.environment, AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url };
  const lambdas: LambdaFunction[] = [];
  // All at once, or a stage that waits for its turn would take on work from those that are ending.
  started(() => Promise.all(lambdas.map((lambda) => lambda.stop())).then(() => undefined));
  const stages = program.functions.map((declared) => {
    const stage = stageOf(declared);
    const lambda = createFunction({
      ...declared,
      environment: { ...declared.environment, ...endpoints },
      now: () => clock.now(),
      onLog: (line) => {
        monitoring.observeLog(line);
        onEvent({ kind: "log", stage, line });
      },
    });
    lambdas.push(lambda);
    const invoke: LambdaFunction["invoke"] = async (event, invocation) => {
      const result = await lambda.invoke(event, invocation);
      onEvent({ kind: "invocation", stage, result });
      monitoring.observeInvocation(declared.name, result);
      return result;
    };
    const observed = { ...lambda, invoke };
    const invoker = asynchronousInvoker(declared, { lambda: observed, wiring, dead, clock, onEvent });
    return { stage, declared, lambda: observed, invoker };
  });
  const named = (stage: StageName): (typeof stages)[number] => {
    const found = stages.find((candidate) => candidate.stage === stage);
    if (found === undefined) throw new Error(`the program declares no stage ${stage}`);
    return found;
  };
  const ring = (functionArn: string, event: unknown): void =>
    stages.find(({ declared }) => declared.arn === functionArn)?.invoker.enqueue(event);

  let stopped = false;
  started(async () => {
    stopped = true;
    await Promise.all(stages.map(({ invoker }) => invoker.stop()));
  });
  storage.onObjectCreated(({ bucket, key, event }) => {
    if (stopped) return;
    for (const trigger of wiring.objectTriggers) {
      if (trigger.bucket === bucket && key.startsWith(trigger.prefix) && key.endsWith(trigger.suffix))
        ring(trigger.functionArn, event);
    }
  });
  const disabled = new Set<StageName>();
  const fire = (functionArn: string): void => {
    const stage = stages.find(({ declared }) => declared.arn === functionArn)?.stage;
    if (stage !== undefined && !disabled.has(stage)) ring(functionArn, {});
  };
  let schedules: { stop(): void } | undefined;
  started(() => schedules?.stop());

  return {
    program,
    storage,
    mail,
    setSecret: (name, value) => secrets.setSecret(name, value),
    invoke: (stage, event = {}) => named(stage).lambda.invoke(event),
    function: (stage) => named(stage).lambda,
    startSchedules: () => {
      schedules ??= startSchedules(
        wiring.scheduleTriggers.map(({ expression, functionArn }) => ({
          expression,
          fire: () => fire(functionArn),
        })),
        clock,
      );
    },
    enableSchedules: (stage, enabled) => {
      if (enabled) disabled.delete(stage);
      else disabled.add(stage);
    },
    alarmStates: () => monitoring.states(),
    metrics: () => monitoring.metrics(),
    settled: async () => {
      for (const { invoker } of stages) await invoker.drain();
      await monitoring.settled();
    },
  };
}

function stageOf({ name, environment }: DeclaredFunction): StageName {
  const service = environment["POWERTOOLS_SERVICE_NAME"];
  if (service === "ingest" || service === "process" || service === "load") return service;
  throw new Error(
    `the function ${name} belongs to no stage: its POWERTOOLS_SERVICE_NAME is ${service ?? "not set"}`,
  );
}

/** The queue in front of a function; what fails for good becomes a file under `dead-letters/<queue>/`. */
function asynchronousInvoker(
  { name }: DeclaredFunction,
  options: {
    lambda: LambdaFunction;
    wiring: Wiring;
    dead: DeadLetters;
    clock: Clock;
    onEvent: (event: CloudEvent) => void;
  },
): AsyncInvoker {
  const { lambda, wiring, dead, clock, onEvent } = options;
  const policy = wiring.failurePolicies.find(({ functionName }) => functionName === name);
  const queue = policy === undefined ? undefined : wiring.queues.get(policy.destinationArn);
  if (policy === undefined || queue === undefined)
    throw new Error(`the function ${name} has no destination for failed events`);
  return createAsyncInvoker({
    function: lambda,
    maximumRetryAttempts: policy.retries,
    onFailure: async (record) => {
      const message = { id: record.requestContext.requestId, at: clock.now(), body: record };
      onEvent({ kind: "deadLetter", file: await dead.send(queue, message) });
    },
  });
}
