import { expect } from "chai";
import type { ProcessCommit } from "../../../domain/log/commit";
import { absent, describeMissing, inQuarantine } from "../../../local/commands/missing-data";
import { hireModel } from "../../support/hires/model";

const status = (state: string) => ({ state, reason: "the table is gone" });

describe("A table that is absent from the source", () => {
  it("did not arrive if the model reads it, also as the table of a join, and its line says what to do", () => {
    const sources = {
      hire: status("absent"),
      depot: status("absent"),
      scratch: status("absent"),
      bike: status("current"),
      customer: status("quarantined"),
    };
    const missing = absent({ sources } as unknown as ProcessCommit, { model: hireModel });
    expect(missing.map(({ name }) => name)).to.deep.equal(["hire", "depot"]);
    expect(describeMissing(missing[0]!)).to.equal(
      "the table hire is absent from the source: the table is gone. Create it again or give the right to read it back, or take the table out of the model",
    );
  });

  it("has one line if it is refused, because that line has the reason", () => {
    const processed = { sources: { hire: status("absent"), depot: status("absent") } };
    const refused = { hire: { kind: "table", reason: "reader may not read it" } } as const;
    const missing = absent(processed as unknown as ProcessCommit, { model: hireModel, refused });
    expect(missing.map(({ name }) => name)).to.deep.equal(["depot"]);
  });

  it("is not called a table in quarantine, although it breaks its contract", () => {
    const sources = { hire: status("absent"), bike: status("quarantined") };
    const why = { since: 3, breaches: ["it has no column frame"] };
    const processed = { sources, quarantine: { hire: why, bike: why } } as unknown as ProcessCommit;
    expect(inQuarantine(processed).map(({ name }) => name)).to.deep.equal(["bike"]);
  });

  it("is unknown before the first commit of process", () => {
    expect(absent(undefined, { model: hireModel })).to.deep.equal([]);
  });
});
