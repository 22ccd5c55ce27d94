import { FUNCTION_NAMES, type FunctionName, type CloudEvent } from "./cloud-event";
import type { Clock } from "./cloud/clock";
import type { Monitoring } from "./cloud/cloudwatch/monitoring";
import type { Authorizer, Principal } from "./cloud/iam/authorizer";
import { createAsyncInvoker, type AsyncInvoker } from "./cloud/lambda/asynchronous";
import { createFunction, type LambdaFunction } from "./cloud/lambda/function";
import type { DeclaredFunction } from "./pulumi/program";
import { ACCOUNT_ID, REGION } from "./cloud/account";
import { createWorkQueue, type WorkQueue } from "./cloud/sqs/queue";
import type { Wiring } from "./wiring";

/** A function that the program declared, running, with its event sources. */
export interface StageRunner {
  readonly stage: FunctionName;
  readonly declared: DeclaredFunction;
  readonly principal: Principal;
  readonly lambda: LambdaFunction;
  /** Accepts the events that invoke the function; undefined if a queue does. */
  readonly invoker: AsyncInvoker | undefined;
  readonly workQueue: WorkQueue | undefined;
}

interface StageRunnerOptions {
  /** The endpoints and credentials, in addition to the declared environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly wiring: Wiring;
  readonly clock: Clock;
  readonly monitoring: Monitoring;
  readonly authorizer: Authorizer;
  readonly onEvent: (event: CloudEvent) => void;
}

/** The principal of a stage's function. Lambda names the session after the function. */
export const principalOf = ({ roleArn, name }: DeclaredFunction): Principal => ({ roleArn, session: name });

/** Prepares a stage. Its metrics, logs and errors go where the program says, if its role permits that. */
export function createStageRunner(declared: DeclaredFunction, options: StageRunnerOptions): StageRunner {
  const { environment, clock, monitoring, authorizer, onEvent } = options;
  const stage = stageOf(declared);
  const principal = principalOf(declared);
  let logs = true;
  const lambda = createFunction({
    ...declared,
    environment: { ...declared.environment, ...environment },
    now: () => clock.now(),
    onLog: (line) => {
      if (!logs) return;
      monitoring.observeLog(line);
      onEvent({ kind: "log", stage, line });
    },
  });
  const invoke: LambdaFunction["invoke"] = async (event, invocation) => {
    logs = await mayLog(declared, principal, authorizer);
    onEvent({ kind: "started", stage });
    const result = await lambda.invoke(event, invocation);
    onEvent({ kind: "invocation", stage, result });
    monitoring.observeInvocation(declared.name, result);
    return result;
  };
  const observed = { ...lambda, invoke };
  const own = { ...options, declared, principal };
  const workQueue = workQueueOf(observed, own);
  return {
    stage,
    declared,
    principal,
    lambda: observed,
    invoker: workQueue === undefined ? asynchronousInvoker(observed, own) : undefined,
    workQueue,
  };
}

/** Lambda writes the log with the role of the function. Denied lines are lost. */
async function mayLog(
  { logGroup, name }: DeclaredFunction,
  principal: Principal,
  authorizer: Authorizer,
): Promise<boolean> {
  const resource = `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:${logGroup}:log-stream:${name}`;
  for (const action of ["logs:CreateLogStream", "logs:PutLogEvents"]) {
    if (!(await authorizer.decide({ principal, action, resource })).allowed) return false;
  }
  return true;
}

function stageOf({ name, environment }: DeclaredFunction): FunctionName {
  const service = environment["POWERTOOLS_SERVICE_NAME"];
  const known = FUNCTION_NAMES.find((name) => name === service);
  if (known !== undefined) return known;
  throw new Error(
    `the function ${name} belongs to no stage: its POWERTOOLS_SERVICE_NAME is ${service ?? "not set"}`,
  );
}

interface Fed extends StageRunnerOptions {
  readonly declared: DeclaredFunction;
  readonly principal: Principal;
}

/** The queue that invokes a function, if the program declares one. */
function workQueueOf(lambda: LambdaFunction, options: Fed): WorkQueue | undefined {
  const { wiring, declared } = options;
  const queue = wiring.workQueues.find(({ functionArn }) => functionArn === declared.arn);
  if (queue === undefined) return undefined;
  return createWorkQueue(queue, { ...options, function: lambda });
}

/** The asynchronous invoker of a function. */
function asynchronousInvoker(lambda: LambdaFunction, { wiring, declared }: Fed): AsyncInvoker {
  const policy = wiring.retryPolicies.find(({ functionName }) => functionName === declared.name);
  if (policy === undefined)
    throw new Error(
      `the program declares no retries for events of ${declared.name}: add an aws.lambda.FunctionEventInvokeConfig`,
    );
  return createAsyncInvoker({ function: lambda, maximumRetryAttempts: policy.retries });
}
