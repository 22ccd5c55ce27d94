import { randomUUID } from "node:crypto";

import { serveHttp, type HttpReply, type HttpRequest } from "../http";
import { ACCOUNT_ID, REGION } from "../account";

/** A stand-in for AWS Secrets Manager, for a real SDK client. */
export interface SecretsManager {
  /** The endpoint for the client, as in AWS_ENDPOINT_URL_SECRETS_MANAGER. */
  readonly url: string;
  /** Creates the secret, or gives it a new current value. */
  setSecret(name: string, value: string): void;
  close(): Promise<void>;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly value: string;
  readonly versionId: string;
  /** Seconds since 1970, the protocol's form of times. */
  readonly createdAt: number;
  readonly changedAt: number;
}

/** A call for the authorizer to decide on. */
export interface SecretCall {
  readonly action: "GetSecretValue" | "DescribeSecret";
  /** the secret's ARN; for a missing secret, the ARN that it would have */
  readonly arn: string;
  /** The signer of the call; signatures are not checked. */
  readonly accessKeyId: string | undefined;
}

interface SecretsOptions {
  readonly port?: number;
  /** The reason to deny a call; undefined to allow it. By default all are allowed. */
  readonly authorize?: (call: SecretCall) => Promise<string | undefined>;
}

/**
 * Starts the stand-in, with the actions GetSecretValue and DescribeSecret of the AWS JSON 1.1 protocol, for the current
 * version of each secret. It finds a secret by its name or by an ARN, with or without the six random characters at its
 * end. It does not compare the region and the account in the ARN.
 */
export async function startSecretsManager({
  port,
  authorize = () => Promise.resolve(undefined),
}: SecretsOptions = {}): Promise<SecretsManager> {
  const secrets = new Map<string, Secret>();
  const server = await serveHttp((request) => answer(secrets, request, authorize), port);
  return {
    url: server.url,
    setSecret(name, value) {
      const now = Date.now() / 1000;
      const known = secrets.get(name);
      secrets.set(name, {
        name,
        arn: known?.arn ?? arnOf(name, suffix()),
        value,
        versionId: randomUUID(),
        createdAt: known?.createdAt ?? now,
        changedAt: now,
      });
    },
    close: () => server.close(),
  };
}

const arnOf = (name: string, suffix: string): string =>
  `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:${name}-${suffix}`;

async function answer(
  secrets: ReadonlyMap<string, Secret>,
  request: HttpRequest,
  authorize: NonNullable<SecretsOptions["authorize"]>,
): Promise<HttpReply> {
  const target = String(request.headers["x-amz-target"]);
  const action = target.replace(/^secretsmanager\./, "");
  if (action !== "GetSecretValue" && action !== "DescribeSecret") {
    return refuse("UnknownOperationException", `The local Secrets Manager has no ${target}`);
  }
  const input = JSON.parse(request.body) as Readonly<Record<string, string | undefined>>;
  const id = input["SecretId"] ?? "";
  const secret = find(secrets, id);
  const [, accessKeyId] = /Credential=([^/,\s]+)/.exec(request.headers.authorization ?? "") ?? [];
  const denial = await authorize({ action, arn: secret?.arn ?? arnOf(id, suffix()), accessKeyId });
  if (denial !== undefined) return refuse("AccessDeniedException", denial);
  if (secret === undefined) {
    return refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
  }
  if (action === "DescribeSecret") {
    return reply({
      ARN: secret.arn,
      Name: secret.name,
      CreatedDate: secret.createdAt,
      LastChangedDate: secret.changedAt,
      VersionIdsToStages: { [secret.versionId]: ["AWSCURRENT"] },
    });
  }
  const { VersionStage: stage = "AWSCURRENT", VersionId: version = secret.versionId } = input;
  if (stage !== "AWSCURRENT" || version !== secret.versionId) {
    const missing = stage === "AWSCURRENT" ? `VersionId: ${version}` : `staging label: ${stage}`;
    return refuse(
      "ResourceNotFoundException",
      `Secrets Manager can't find the specified secret value for ${missing}`,
    );
  }
  return reply({
    ARN: secret.arn,
    Name: secret.name,
    SecretString: secret.value,
    VersionId: secret.versionId,
    VersionStages: ["AWSCURRENT"],
    CreatedDate: secret.changedAt,
  });
}

function find(secrets: ReadonlyMap<string, Secret>, id: string): Secret | undefined {
  const [, name] = /^arn:aws[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(id) ?? [];
  if (name === undefined) return secrets.get(id);
  return secrets.get(name) ?? secrets.get(name.replace(/-[A-Za-z0-9]{6}$/, ""));
}

/** The six random characters by which an ARN differs from that of an earlier secret with the same name. */
function suffix(): string {
  return randomUUID().slice(0, 6);
}

function reply(output: object, status = 200): HttpReply {
  return { status, headers: { "Content-Type": "application/x-amz-json-1.1" }, body: JSON.stringify(output) };
}

function refuse(type: string, message: string): HttpReply {
  return reply({ __type: type, Message: message }, 400);
}
