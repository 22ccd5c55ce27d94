import { RunError } from "@pulumi/pulumi/errors";

/** A handler that does what none may: it carries the program's SDK into the Lambda. */
export function fixtureThatDeclares(): Promise<unknown> {
  return Promise.reject(new RunError("not in a Lambda"));
}
