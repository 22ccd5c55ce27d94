import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { checkDeclarations } from "../../../infra/stages/lambda-environment";
import { hireMarts, takingsByDay } from "../../support/hires/marts";
import { hireModel } from "../../support/hires/model";

describe("The model and the marts that the program deploys", () => {
  it("are accepted as declared", () => {
    checkDeclarations({ model: hireModel, marts: hireMarts });
  });

  it("are refused with one line for each problem and without a stack trace", () => {
    const tables = hireModel.tables.filter(({ name }) => name !== "dim_bike");
    const declared = {
      model: { ...hireModel, tables },
      marts: [...hireMarts, { ...takingsByDay, sql: "SELECT 1" }],
    };

    expect(() => checkDeclarations(declared))
      .to.throw(RunError)
      .with.property("message")
      .that.matches(
        /^The model or the marts need a change:\n- fact_hire\.bike_id refers to dim_bike.*\n- fact_repair\.bike_id .*\n- several marts have the name takings_by_day.*\n- the mart .* names no table.*$/,
      );
  });
});
