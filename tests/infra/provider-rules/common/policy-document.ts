import {
  documentOf,
  either,
  flag,
  listOf,
  mapOf,
  object,
  oneOf,
  text,
  type DocumentRule,
  type Rule,
} from "./rule";

const oneOrMany = (rule: Rule): Rule => either(rule, listOf(rule, { least: 1 }));

/** Source: "IAM JSON policy elements: Action": a service, a colon and a name with stars. */
const action = text(1, 256, { pattern: /[a-z0-9-]+:[A-Za-z0-9*]+|\*/ });

/** Source: "IAM JSON policy elements: Resource": an ARN with wildcards, or a star. */
const resource = text(1, 2048, { pattern: /arn:[^:]*:[^:]*:[^:]*:[^:]*:\S+|\*/ });

const PRINCIPAL = object({
  Service: oneOrMany(text(1, 256, { pattern: /[a-z0-9.-]+\.amazonaws\.com(\.cn)?/ })),
  AWS: oneOrMany(text(1, 2048, { pattern: /\*|\d{12}|arn:aws[\w-]*:(iam|sts)::\d{12}:\S+/ })),
  Federated: oneOrMany(text(1, 2048, { pattern: /arn:aws[\w-]*:iam::\d{12}:(oidc|saml)-provider\/\S+/ })),
});

/** Source: "IAM JSON policy elements: Condition operators". */
const OPERATOR =
  /(For(All|Any)(Values|Value):)?(String(Not)?(Equals(IgnoreCase)?|Like)|Arn(Not)?(Equals|Like)|(Not)?IpAddress|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals)(IfExists)?|Null/;

const CONDITION_KEY = /[a-z0-9.-]+:[\w./-]+/i;

const CONDITIONS = mapOf(
  text(1, 64, { pattern: OPERATOR }),
  mapOf(text(1, 256, { pattern: CONDITION_KEY }), oneOrMany(either(text(1, 2048), flag))),
);

interface PolicyDocumentOptions {
  readonly mostBytes: number;
  readonly mostStatements?: number;
}

/**
 * A policy of IAM or of a resource.
 *
 * Source: "Grammar of the IAM JSON policy language". Each use of the rule gives its size. IAM takes only letters and
 * digits in a Sid.
 */
export const policyDocument = ({
  mostBytes,
  mostStatements = Infinity,
}: PolicyDocumentOptions): DocumentRule =>
  documentOf(
    object(
      {
        Version: oneOf("2012-10-17"),
        Id: text(1, 256),
        Statement: listOf(
          object(
            {
              Sid: text(1, 100, { pattern: /[A-Za-z0-9]+/ }),
              Effect: oneOf("Allow", "Deny"),
              Principal: either(oneOf("*"), PRINCIPAL),
              NotPrincipal: PRINCIPAL,
              Action: oneOrMany(action),
              NotAction: oneOrMany(action),
              Resource: oneOrMany(resource),
              NotResource: oneOrMany(resource),
              Condition: CONDITIONS,
            },
            "Effect",
          ),
          { least: 1, most: mostStatements },
        ),
      },
      "Version",
      "Statement",
    ),
    mostBytes,
  );
