import type { CloudEvent, FunctionName } from "./cloud-event";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, type Clock } from "./cloud/clock";
import type { AlarmState } from "./cloud/cloudwatch/evaluate";
import type { MetricId, MetricStore } from "./cloud/cloudwatch/metric-store";
import { startMonitoring } from "./cloud/cloudwatch/monitoring";
import { createAuthorizer } from "./cloud/iam/authorizer";
import { credentialIssuer, type CredentialVariables } from "./cloud/iam/credentials";
import { declaredPolicies } from "./cloud/iam/policies";
import { s3Access } from "./cloud/iam/s3-access";
import type { InvocationResult, LambdaFunction } from "./cloud/lambda/function";
import { startMail, type MailService } from "./cloud/sns/mail";
import { isAbout, openObjectStorage, type ObjectStorage } from "./cloud/s3/object-storage";
import type { Program, ProgramOptions } from "./pulumi/program";
import type { S3Hook } from "./cloud/s3/server";
import { createScheduleRunner } from "./cloud/scheduler/schedule-runner";
import { startSecretsManager } from "./cloud/secrets-manager/secrets";
import { createStageRunner, principalOf, type StageRunner } from "./stage-runner";
import { startAll, type Started } from "./cloud/start-all";
import { wiringOf } from "./wiring";

/** The stages by service name. */
export type StageName = "ingest" | "process" | "load";

export interface CloudOptions {
  /** The folder of all local data. A second start continues with it. */
  readonly directory: string;
  /** The stack's configuration, keys with their namespace. */
  readonly config: Readonly<Record<string, string>>;
  /** `runProgram`, in this process or in a child process. */
  readonly runProgram: (options: ProgramOptions) => Promise<Program>;
  /** Cancels the start. */
  readonly signal?: AbortSignal | undefined;
  /** The texts of the secrets, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly onEvent?: (event: CloudEvent) => void;
  /** The clock of schedules, alarms and functions; by default this machine's. */
  readonly clock?: Clock;
  /** Called before every operation of the S3 stand-in, for fault injection. */
  readonly beforeS3?: S3Hook;
}

/** The platform that the program declares, running on this machine. */
export interface Cloud {
  readonly program: Program;
  readonly storage: ObjectStorage;
  readonly mail: MailService;
  setSecret(name: string, value: string): void;
  /** Invokes a function and waits for its outcome. */
  invoke(stage: FunctionName, event?: unknown): Promise<InvocationResult>;
  function(stage: FunctionName): LambdaFunction;
  /** Starts the schedules. */
  startSchedules(): void;
  /** Disables the schedules of a stage, or enables them again. */
  enableSchedules(stage: StageName, enabled: boolean): void;
  /** The next time that a schedule starts a stage; undefined if no schedule does. */
  nextRun(stage: FunctionName): Date | undefined;
  /** Revokes an action from the role of a stage or of a schedule. Returns a function that restores it. */
  revoke(roleArn: string, action: string): () => void;
  /** The credentials of a function, or of the account's administrator. */
  credentials(of: FunctionName | "administrator"): CredentialVariables;
  /** The state of every alarm by its name. */
  alarmStates(): ReadonlyMap<string, AlarmState>;
  /** All metrics measured so far. */
  metrics(): readonly MetricId[];
  /** See `MetricStore.statistic`. */
  statistic: MetricStore["statistic"];
  /** Resolves when no event is in progress and no alarm is being evaluated. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs the program under mocks and starts what it declares. */
export const startCloud = (options: CloudOptions): Promise<Cloud> =>
  startAll((started) => startParts(options, started), options.signal);

async function startParts(options: CloudOptions, started: Started): Promise<Omit<Cloud, "stop">> {
  const { directory, config, onEvent = () => undefined, clock = systemClock } = options;
  await mkdir(directory, { recursive: true });
  const program = await options.runProgram({ config, workDirectory: directory });
  const wiring = wiringOf(program);

  const credentials = credentialIssuer();
  const authorizer = createAuthorizer(declaredPolicies(program.resources), (access) =>
    onEvent({ kind: "access", access }),
  );
  const storage = await openObjectStorage(join(directory, "buckets"), wiring.buckets, {
    authorize: s3Access(authorizer, credentials),
    ...(options.beforeS3 !== undefined && { before: options.beforeS3 }),
  });
  started(() => storage.close());
  const denial = async (action: string, resource: string, accessKeyId: string | undefined) => {
    // The user's own S3 service knows only one user, so it cannot tell which function makes a call.
    if (!storage.notifies) return undefined;
    const principal = credentials.holder(accessKeyId);
    const { allowed, message } = await authorizer.decide({ principal, action, resource });
    return allowed ? undefined : message;
  };
  const secrets = await startSecretsManager({
    authorize: ({ action, arn, accessKeyId }) => denial(`secretsmanager:${action}`, arn, accessKeyId),
  });
  started(() => secrets.close());
  for (const [name, value] of Object.entries(options.secrets)) secrets.setSecret(name, value);
  const mail = await startMail({
    outbox: join(directory, "outbox"),
    authorize: ({ topicArn, accessKeyId }) => denial("sns:Publish", topicArn, accessKeyId),
  });
  started(() => mail.close());
  for (const topic of wiring.topics) mail.addTopic(topic);
  const monitoring = startMonitoring({
    alarms: wiring.alarms,
    clock,
    publish: (message) => mail.publish(message),
    onTransition: (transition) => onEvent({ kind: "alarm", transition }),
  });
  started(() => monitoring.stop());
  // A person confirms the address some minutes after `pulumi up`. By then CloudWatch has found the first state of every
  // alarm. SNS sends no mail to an unconfirmed address.
  await monitoring.evaluate();
  for (const { topicArn, email } of wiring.mailSubscriptions) mail.subscribe(topicArn, email);

  const environment = {
    // The AWS SDK warns that it will need a newer Node. AWS provides one, and here the warning would only disturb the
    // log.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    ...storage.environment,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_SNS: mail.url,
  };
  const lambdas: LambdaFunction[] = [];
  // Stop all stages together. Otherwise a stage that waits for its turn would accept work from the stages that stop.
  started(() => Promise.all(lambdas.map((lambda) => lambda.stop())).then(() => undefined));
  const stages = program.functions.map((declared) => {
    const runner = createStageRunner(declared, {
      // The user's own S3 service knows only the user's credentials.
      environment: { ...(storage.notifies && credentials.issue(principalOf(declared))), ...environment },
      wiring,
      clock,
      monitoring,
      authorizer,
      onEvent,
    });
    lambdas.push(runner.lambda);
    return runner;
  });
  const runnerOf = (stage: FunctionName): StageRunner => {
    const found = stages.find((candidate) => candidate.stage === stage);
    if (found === undefined) throw new Error(`the program declares no stage ${stage}`);
    return found;
  };
  const wake = (functionArn: string, event: unknown): void =>
    stages.find(({ declared }) => declared.arn === functionArn)?.invoker?.enqueue(event);

  let stopped = false;
  started(async () => {
    stopped = true;
    await Promise.all(stages.flatMap(({ invoker }) => invoker?.stop() ?? []));
    // A run that is ending may wait for the tasks that it sent to workers.
    await Promise.all(stages.flatMap(({ workQueue }) => workQueue?.stop() ?? []));
  });
  storage.onObjectCreated((created) => {
    for (const { workQueue } of stages) workQueue?.announce(created);
    if (stopped) return;
    for (const trigger of wiring.objectTriggers.filter((candidate) => isAbout(candidate, created)))
      wake(trigger.functionArn, created.event);
  });
  const schedules = createScheduleRunner(wiring.scheduleTriggers, {
    clock,
    authorizer,
    invoke: (functionArn) => wake(functionArn, {}),
  });
  started(() => schedules.stop());

  return {
    program,
    storage,
    mail,
    setSecret: (name, value) => secrets.setSecret(name, value),
    invoke: (stage, event = {}) => runnerOf(stage).lambda.invoke(event),
    function: (stage) => runnerOf(stage).lambda,
    startSchedules: () => schedules.start(),
    enableSchedules: (stage, enabled) => schedules.enable(runnerOf(stage).declared.arn, enabled),
    nextRun: (stage) => schedules.next(runnerOf(stage).declared.arn),
    alarmStates: () => monitoring.states(),
    metrics: () => monitoring.metrics(),
    statistic: (metric, options) => monitoring.statistic(metric, options),
    revoke: (roleArn, action) => authorizer.revoke(roleArn, action),
    credentials: (of) =>
      credentials.issue(of === "administrator" ? { administrator: true } : runnerOf(of).principal),
    settled: async () => {
      await schedules.settled();
      for (const { invoker } of stages) await invoker?.drain();
      for (const { workQueue } of stages) await workQueue?.settled();
      await monitoring.settled();
    },
  };
}
