import { expect } from "chai";
import { MarbleError, messageOf, TerminalError, TransientError } from "../../domain/errors";

describe("An error", () => {
  for (const [type, kind] of [
    [TransientError, "transient"],
    [TerminalError, "terminal"],
  ] as const) {
    it(`that is ${kind} has its kind, name, subject and cause`, () => {
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

  it("can lack subject and cause", () => {
    const error = new TerminalError("it is so");

    expect(error.subject).to.deep.equal({});
    expect(error).not.to.have.property("cause");
  });
});

describe("The text of a thrown value", () => {
  it("is the message of an error or the printed value", () => {
    const values: unknown[] = [new TypeError("no such thing"), "a text", 7, undefined];
    expect(values.map(messageOf)).to.deep.equal(["no such thing", "a text", "7", "undefined"]);
  });
});
