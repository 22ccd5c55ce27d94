import { createHash } from "node:crypto";
import type { Principal } from "./authorizer";

/** What signs a call: the environment of a process that may make it. */
export type CredentialVariables = Readonly<
  Record<"AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN", string>
>;

/** Whose credentials are whose. The stand-ins know a caller by the access key id; signatures are not checked. */
export interface CredentialIssuer {
  /** Credentials of a principal, always the same ones. */
  issue(principal: Principal): CredentialVariables;
  holder(accessKeyId: string | undefined): Principal | undefined;
}

export function credentialIssuer(): CredentialIssuer {
  const holders = new Map<string, Principal>();
  return {
    issue: (principal) => {
      const digest = createHash("sha256").update(JSON.stringify(principal)).digest("hex").toUpperCase();
      // Temporary ones begin so.
      const accessKeyId = `ASIA${digest.slice(0, 16)}`;
      holders.set(accessKeyId, principal);
      return {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: digest.slice(16, 56),
        AWS_SESSION_TOKEN: `session-of-${accessKeyId}`,
      };
    },
    holder: (accessKeyId) => (accessKeyId === undefined ? undefined : holders.get(accessKeyId)),
  };
}
