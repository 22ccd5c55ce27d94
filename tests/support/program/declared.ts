import { expect } from "chai";
import { declareResources, type DeclaredFunction, type Program } from "../../../local/pulumi/program";
import type { DeclaredResource } from "../../../local/cloud/declared-resource";

/** Declares resources on a stack, and returns all of them. */
export async function declared(declare: () => void, stack = "test"): Promise<readonly DeclaredResource[]> {
  const program = (): Record<string, unknown> => {
    declare();
    return {};
  };
  return (await declareResources({ config: {}, stack, program })).resources;
}

/** The inputs of the one resource of a type; `type` is the end of Pulumi's type token: `Bucket`. */
export function inputsOf(resources: readonly DeclaredResource[], type: string): Record<string, unknown> {
  const found = resourcesOf(resources, type);
  expect(found, `resources of type ${type}`).to.have.lengthOf(1);
  return found[0]!.inputs;
}

/** All resources of a type. */
export function resourcesOf(
  resources: readonly DeclaredResource[],
  type: string,
): readonly DeclaredResource[] {
  return resources.filter((resource) => resource.type.endsWith(`:${type}`));
}

/** A statement of a policy, with lists instead of single values. */
export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: unknown;
}

/** The statements of a policy document, given as an object or as JSON. */
export function statementsOf(policy: unknown): readonly Statement[] {
  const document = (typeof policy === "string" ? JSON.parse(policy) : policy) as {
    Statement: { Action: string | string[]; Resource?: string | string[]; Condition?: unknown }[];
  };
  return document.Statement.map(({ Action, Resource = [], Condition }) => ({
    actions: [Action].flat(),
    resources: [Resource].flat(),
    condition: Condition,
  }));
}

/** The bucket of a stack `dev`: `ingestion` or `processed`. */
export function bucketOf(program: Program, part: string): DeclaredResource {
  return resourcesOf(program.resources, "Bucket").find(({ name }) => name.startsWith(`marble-dev-${part}-`))!;
}

/** The Lambda of a stage: `ingest`, `process` or `load`. */
export function stageOf(program: Program, name: string): DeclaredFunction {
  return program.functions.find(({ environment }) => environment["POWERTOOLS_SERVICE_NAME"] === name)!;
}

/** The ARN of a Lambda's role. */
export function roleOf(program: Program, functionArn: string): unknown {
  return resourcesOf(program.resources, "Function").find(({ arn }) => arn === functionArn)!.inputs["role"];
}

/** The permissions of a role: the resources by action. */
export function permissionsOf(program: Program, roleArn: unknown): Record<string, string[]> {
  const roleName = String(roleArn).split("role/")[1];
  const byAction: Record<string, string[]> = {};
  for (const { inputs } of resourcesOf(program.resources, "RolePolicy")) {
    if (inputs["role"] !== roleName) continue;
    for (const { actions, resources } of statementsOf(inputs["policy"])) {
      for (const action of actions) (byAction[action] ??= []).push(...resources);
    }
  }
  return byAction;
}
