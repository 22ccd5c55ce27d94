import { expect } from "chai";
import { deadLetterView } from "../../../../local/console/views/dead-letters";
import type { DeadLetterView } from "../../../../local/console/api";
import type { Run } from "../../../../local/console/server/history";
import type { DeclaredFunction } from "../../../../local/pulumi/program";

const ARN = "arn:aws:lambda:eu-west-2:123456789012:function:marble-local-load-0000000";
const SENT = new Date("2026-11-25T10:31:00Z");
const functions = [
  { arn: ARN.slice(0, -1), environment: { POWERTOOLS_SERVICE_NAME: "ingest" } },
  { arn: ARN, environment: { POWERTOOLS_SERVICE_NAME: "load" } },
] as unknown as DeclaredFunction[];

const run = (stage: string, minute: number, ok: boolean): readonly [string, Run] => {
  const at = new Date(Date.UTC(2026, 10, 25, 10, minute));
  return [stage, { startedAt: at, endedAt: at, result: { ok } as Run["result"] }];
};
const view = (message: unknown, ...runs: (readonly [string, Run])[]): DeadLetterView =>
  deadLetterView(
    {
      queue: "q",
      file: "f",
      at: SENT,
      text: typeof message === "string" ? message : JSON.stringify(message),
    },
    { functions, runs: (stage) => runs.flatMap(([of, one]) => (of === stage ? [one] : [])) },
  );
const EVENT = {
  requestContext: { functionArn: `${ARN}:$LATEST`, approximateInvokeCount: 3 },
  responsePayload: { errorType: "TransientError", errorMessage: "cannot connect to the warehouse" },
};

describe("A dead letter says what was given up, why and what to do:", () => {
  it("an event, with the error of its last attempt", () => {
    expect(view(EVENT)).to.include({
      at: SENT.toISOString(),
      what: "load failed 3 times on an event",
      sentence: "cannot connect to the warehouse",
      healedAt: null,
    });
    expect(view(EVENT).remedy).to.include("It recovers once the cause is gone");
    const terminal = { ...EVENT, responsePayload: { errorType: "TerminalError", errorMessage: "GRANT" } };
    expect(view(terminal).remedy).to.include("A person has to do what the message says");
  });

  it("an event is healed by the first run of its stage that began after it and succeeded", () => {
    const healedAt = (...runs: (readonly [string, Run])[]): string | null => view(EVENT, ...runs).healedAt;
    expect(healedAt(run("load", 30, true), run("load", 32, false), run("ingest", 33, true))).to.equal(null);
    expect(healedAt(run("load", 32, false), run("load", 34, true), run("load", 35, true))).to.equal(
      "2026-11-25T10:34:00.000Z",
    );
  });

  it("a schedule that could not start its stage", () => {
    const { what, sentence, remedy } = view({ ERROR_CODE: "AccessDenied", ERROR_MESSAGE: "not authorized" });
    expect(what).to.equal("a schedule could not start its stage");
    expect(sentence).to.equal("AccessDenied: not authorized");
    expect(remedy).to.include("pulumi up");
  });

  it("a task that no worker could do", () => {
    const { what, sentence, remedy } = view({ Records: [{ s3: { object: { key: "handouts/1/2.json" } } }] });
    expect(what).to.equal("no worker could do a task of a large commit");
    expect(sentence).to.equal("handouts/1/2.json");
    expect(remedy).to.include("Process does it itself");
  });

  for (const foreign of ["no JSON", "null", "7", "{}", '{"Records":[]}', '{"requestContext":{}}', "[]"]) {
    it(`what is none of these is shown as it is: ${foreign}`, () => {
      expect(view(foreign)).to.include({ what: "a message that Marble did not send", message: foreign });
    });
  }

  it("however long it is, it is cut to what can be read", () => {
    expect(view("x".repeat(1e6)).message).to.have.length(20_001);
  });
});
