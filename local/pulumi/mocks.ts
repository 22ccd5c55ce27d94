import { ACCOUNT_ID, REGION } from "../cloud/account";
import type { DeclaredResource } from "../cloud/declared-resource";
import { createHash } from "node:crypto";
import type { runtime } from "@pulumi/pulumi";

/** The input with the physical name of a resource, by type. If the program does not set it, Pulumi generates a name. */
const NAME_INPUT: ReadonlyMap<string, string> = new Map([
  ["aws:s3/bucket:Bucket", "bucket"],
  ["aws:lambda/function:Function", "name"],
  ["aws:iam/role:Role", "name"],
  ["aws:iam/rolePolicy:RolePolicy", "name"],
  ["aws:sqs/queue:Queue", "name"],
  ["aws:sns/topic:Topic", "name"],
  ["aws:scheduler/schedule:Schedule", "name"],
  ["aws:cloudwatch/logGroup:LogGroup", "name"],
  ["aws:cloudwatch/metricAlarm:MetricAlarm", "name"],
  ["aws:cloudwatch/dashboard:Dashboard", "dashboardName"],
  ["aws:cloudwatch/queryDefinition:QueryDefinition", "name"],
  ["aws:glue/catalogDatabase:CatalogDatabase", "name"],
  ["aws:athena/workgroup:Workgroup", "name"],
  ["aws:iam/policy:Policy", "name"],
  ["aws:iam/openIdConnectProvider:OpenIdConnectProvider", "url"],
  ["aws:cloudformation/stack:Stack", "name"],
  ["aws:quicksight/dataSource:DataSource", "dataSourceId"],
  ["aws:quicksight/dataSet:DataSet", "dataSetId"],
]);

/** The ARNs that AWS would give, by type. */
const ARN: ReadonlyMap<string, (name: string) => string> = new Map([
  ["aws:s3/bucket:Bucket", (name) => `arn:aws:s3:::${name}`],
  ["aws:iam/role:Role", (name) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`],
  ["aws:lambda/function:Function", (name) => regionalArn("lambda", `function:${name}`)],
  ["aws:sqs/queue:Queue", (name) => regionalArn("sqs", name)],
  ["aws:sns/topic:Topic", (name) => regionalArn("sns", name)],
  ["aws:scheduler/schedule:Schedule", (name) => regionalArn("scheduler", `schedule/default/${name}`)],
  ["aws:cloudwatch/logGroup:LogGroup", (name) => regionalArn("logs", `log-group:${name}`)],
  ["aws:cloudwatch/dashboard:Dashboard", (name) => `arn:aws:cloudwatch::${ACCOUNT_ID}:dashboard/${name}`],
  [
    "aws:cloudwatch/queryDefinition:QueryDefinition",
    (name) => regionalArn("logs", `query-definition:${name}`),
  ],
  ["aws:cloudwatch/metricAlarm:MetricAlarm", (name) => regionalArn("cloudwatch", `alarm:${name}`)],
  ["aws:glue/catalogDatabase:CatalogDatabase", (name) => regionalArn("glue", `database/${name}`)],
  ["aws:athena/workgroup:Workgroup", (name) => regionalArn("athena", `workgroup/${name}`)],
  ["aws:iam/policy:Policy", (name) => `arn:aws:iam::${ACCOUNT_ID}:policy/${name}`],
  [
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    (url) => `arn:aws:iam::${ACCOUNT_ID}:oidc-provider/${url.replace("https://", "")}`,
  ],
  ["aws:quicksight/dataSource:DataSource", (name) => regionalArn("quicksight", `datasource/${name}`)],
  ["aws:quicksight/dataSet:DataSet", (name) => regionalArn("quicksight", `dataset/${name}`)],
]);

const FUNCTIONS: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ["aws:index/getCallerIdentity:getCallerIdentity", { accountId: ACCOUNT_ID }],
  ["aws:index/getRegion:getRegion", { region: REGION }],
  ["aws:index/getPartition:getPartition", { partition: "aws" }],
]);

function regionalArn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;
}

/**
 * Pulumi mocks that answer like AWS and collect the declared resources.
 *
 * Physical names end in seven hexadecimal digits, like Pulumi's. But the same resource of the same stack always has the
 * same name, so that the next start finds the local cloud's data on disk.
 *
 * @param collect receives every resource except components, which exist only in Pulumi
 */
export function collectingMocks(stack: string, collect: (resource: DeclaredResource) => void): runtime.Mocks {
  return {
    newResource: ({ type, name, inputs, custom }) => {
      const given = inputs as Record<string, unknown>;
      if (custom === false) return { id: "", state: given };
      const nameInput = NAME_INPUT.get(type);
      const named = nameInput === undefined ? undefined : given[nameInput];
      const physicalName =
        typeof named === "string" ? named : nameInput === undefined ? name : autoName(stack, type, name);
      const arn = ARN.get(type)?.(physicalName) ?? "";
      collect({ type, name: physicalName, inputs: given, id: physicalName, arn });
      return {
        id: physicalName,
        state: {
          ...given,
          arn,
          ...(nameInput === undefined ? {} : { [nameInput]: physicalName }),
          // A queue's id is its URL.
          ...(type === "aws:sqs/queue:Queue" ? { url: physicalName } : {}),
        },
      };
    },
    call: ({ token }) => {
      const result = FUNCTIONS.get(token);
      if (result === undefined) {
        throw new Error(`The local cloud has no answer to ${token}: add one in local/pulumi/mocks.ts.`);
      }
      return { ...result, id: "local" };
    },
  };
}

function autoName(stack: string, type: string, name: string): string {
  const digits = createHash("sha256").update(`${stack}/${type}/${name}`).digest("hex").slice(0, 7);
  return `${name}-${digits}`;
}
