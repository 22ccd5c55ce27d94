import { documentOf, object, oneOf, text, type Rule, type ServiceRules } from "./common/rule";
import { definition, permissions, resourceId } from "./common/quicksight-definition";
import { tags } from "./common/shared";

const shownAs = (kind: "Analysis" | "Dashboard"): Rule =>
  object(
    {
      Type: oneOf(`AWS::QuickSight::${kind}`),
      Properties: object(
        {
          AwsAccountId: object({ Ref: oneOf("AWS::AccountId") }, "Ref"),
          [`${kind}Id`]: resourceId,
          Name: text(1, 2048),
          Definition: definition,
          Permissions: permissions("Principal", "Actions"),
        },
        ...["AwsAccountId", `${kind}Id`, "Name"],
      ),
    },
    "Type",
  );

/** Source: "CloudFormation quotas": a template in a request has at most 51,200 bytes, a description 1,024. */
const templateBody = documentOf(
  object(
    {
      Description: text(1, 1024),
      Resources: object({ Analysis: shownAs("Analysis"), Dashboard: shownAs("Dashboard") }),
    },
    "Resources",
  ),
  51_200,
);

export const CLOUDFORMATION: ServiceRules = {
  "aws:cloudformation/stack:Stack": {
    sources: [
      "internal/service/cloudformation/stack.go",
      "cloudformation:CreateStack, CloudFormation quotas",
    ],
    physicalName: { input: "name", rule: text(1, 128, { pattern: /[a-zA-Z][-a-zA-Z0-9]*/ }) },
    inputs: {
      onFailure: oneOf("DO_NOTHING", "ROLLBACK", "DELETE"),
      tags,
      templateBody,
    },
  },
};
