import { mapOf, text, type Rule } from "./rule";

/**
 * An ARN of one service or of any service.
 *
 * Source: ValidARN in internal/verify/validate.go of terraform-provider-aws, and the patterns of the API models.
 */
export const arn = (service = "[a-z0-9-]+"): Rule =>
  text(20, 2048, {
    pattern: new RegExp(`arn:aws[\\w-]*:${service}:([a-z]{2}(-[a-z]+)+-\\d)?:(aws|\\d{12})?:\\S+`),
  });

export const accountId: Rule = text(12, 12, { pattern: /\d{12}/ });

/** Source: `BucketName`, and "General purpose bucket naming rules" in the user guide of S3. */
export const bucketName: Rule = text(3, 63, {
  pattern: /[a-z0-9][a-z0-9.-]*[a-z0-9]/,
  without: /\.\.|^xn--|^sthree-|-s3alias$|--ol-s3$|--x-s3$/,
});

/** Source: validLogGroupName in internal/service/logs/validate.go; logs:CreateLogGroup. */
export const logGroupName: Rule = text(1, 512, { pattern: /[0-9A-Za-z_./#-]+/ });

const TAG_TEXT = /[\p{L}\p{Z}\p{N}_.:/=+\-@]*/u;

/** Source: "Tag naming limits and requirements" of AWS, and the shapes `TagKey` and `TagValue` of the API models. */
export const tags: Rule = mapOf(
  text(1, 128, { pattern: TAG_TEXT, without: /^aws:/i }),
  text(0, 256, { pattern: TAG_TEXT }),
  {
    most: 50,
  },
);
