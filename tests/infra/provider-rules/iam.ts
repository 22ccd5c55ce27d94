import { listOf, text, whole, type Rule, type ServiceRules } from "./common/rule";
import { policyDocument } from "./common/policy-document";
import { arn, tags } from "./common/shared";

/** Source: validResourceName in internal/service/iam/validate.go. */
const nameOfAtMost = (most: number): Rule => text(1, most, { pattern: /[\w+=,.@-]+/ });

/** Source: iam:CreateRole, iam:CreatePolicy; the provider refuses typographic quotes. */
const description = text(0, 1000, {
  pattern: /[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*/,
  without: /[“‘]/,
});

/** The limit for all inline policies of a role together, in bytes. Source: "IAM and AWS STS quotas". */
export const MOST_INLINE_BYTES = 10_240;

export const IAM: ServiceRules = {
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    sources: ["internal/service/iam/openid_connect_provider.go", "iam:CreateOpenIDConnectProvider"],
    inputs: {
      clientIdLists: listOf(text(1, 255), { least: 1, most: 100 }),
      tags,
      url: text(1, 255, { pattern: /https:\/\/[^?]+/ }),
    },
    required: ["clientIdLists", "url"],
  },
  "aws:iam/policy:Policy": {
    sources: ["internal/service/iam/policy.go", "iam:CreatePolicy, IAM and AWS STS quotas"],
    physicalName: { input: "name", rule: nameOfAtMost(128) },
    inputs: { description, policy: policyDocument({ mostBytes: 6144 }), tags },
    required: ["policy"],
  },
  "aws:iam/role:Role": {
    sources: ["internal/service/iam/role.go", "iam:CreateRole, IAM and AWS STS quotas"],
    physicalName: { input: "name", rule: nameOfAtMost(64) },
    inputs: {
      // AWS raises this quota up to 4,096 on request.
      assumeRolePolicy: policyDocument({ mostBytes: 2048 }),
      description,
      maxSessionDuration: whole(3600, 43_200),
      permissionsBoundary: arn("iam"),
      tags,
    },
    required: ["assumeRolePolicy"],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    sources: ["internal/service/iam/role_policy.go", "iam:PutRolePolicy, IAM and AWS STS quotas"],
    physicalName: { input: "name", rule: nameOfAtMost(128) },
    inputs: { policy: policyDocument({ mostBytes: MOST_INLINE_BYTES }), role: nameOfAtMost(64) },
    required: ["policy", "role"],
  },
};
