import { expect } from "chai";
import { MarbleError, messageOf, TerminalError, TransientError } from "../../domain/errors";

describe("An error", () => {
  for (const [type, kind] of [
    [TransientError, "transient"],
    [TerminalError, "terminal"],
  ] as const) {
    it(`that is ${kind} says so, with its name, its subject and its cause`, () => {
      const cause = new Error("lost");

      const error = new type("payment could not be read", {
        subject: { table: "payment", commit: 3 },
        cause,
      });

      expect(error).to.be.instanceOf(MarbleError).and.instanceOf(Error);
      expect(error).to.include({ name: type.name, kind, message: "payment could not be read", cause });
      expect(error.subject).to.deep.equal({ table: "payment", commit: 3 });
    });
  }

  it("without subject and cause has none", () => {
    const error = new TerminalError("it is so");

    expect(error.subject).to.deep.equal({});
    expect(error).not.to.have.property("cause");
  });
});

describe("The text of anything that was thrown", () => {
  it("is the message of an error, and anything else as it prints", () => {
    const values: unknown[] = [new TypeError("no such thing"), "a text", 7, undefined];
    expect(values.map(messageOf)).to.deep.equal(["no such thing", "a text", "7", "undefined"]);
  });
});
