import { either, flag, object, oneOf, text, whole, type ServiceRules } from "./common/rule";
import { accountId, tags } from "./common/shared";

const workgroupName = text(1, 128, { pattern: /[a-zA-Z0-9._-]+/ });

export const ATHENA: ServiceRules = {
  "aws:athena/namedQuery:NamedQuery": {
    sources: ["internal/service/athena/named_query.go", "athena:CreateNamedQuery"],
    physicalName: { input: "name", rule: text(1, 128) },
    inputs: {
      database: text(1, 255),
      description: text(1, 1024),
      query: text(1, 262_144),
      workgroup: workgroupName,
    },
    required: ["database", "query"],
  },
  "aws:athena/workgroup:Workgroup": {
    sources: ["internal/service/athena/workgroup.go", "athena:CreateWorkGroup"],
    physicalName: { input: "name", rule: workgroupName },
    inputs: {
      configuration: object({
        bytesScannedCutoffPerQuery: either(oneOf(0), whole(10_485_760)),
        enforceWorkgroupConfiguration: flag,
        publishCloudwatchMetricsEnabled: flag,
        resultConfiguration: object({
          encryptionConfiguration: object(
            { encryptionOption: oneOf("SSE_S3", "SSE_KMS", "CSE_KMS") },
            "encryptionOption",
          ),
          expectedBucketOwner: accountId,
          outputLocation: text(1, 2048, { pattern: /s3:\/\/\S+/ }),
        }),
      }),
      description: text(0, 1024),
      forceDestroy: flag,
      tags,
    },
  },
};
