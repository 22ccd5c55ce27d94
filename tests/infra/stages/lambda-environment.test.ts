import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { marts, model } from "../../../domain/declarations";
import { checkDeclarations } from "../../../infra/stages/lambda-environment";

describe("What the program is given to deploy", () => {
  it("is accepted as it is", () => {
    checkDeclarations({ model, marts });
  });

  it("is refused with everything that is wrong with model and marts, a line each, and without a stack", () => {
    const [first] = marts;
    const tables = model.tables.filter(({ name }) => name !== "dim_staff");
    const declared = { model: { ...model, tables }, marts: [...marts, { ...first!, sql: "SELECT 1" }] };

    expect(() => checkDeclarations(declared))
      .to.throw(RunError)
      .with.property("message")
      .that.matches(
        /^The model or the marts need a change:\n- fact_purchase_order\.staff_id refers to dim_staff.*\n- fact_sales_order\.sales_staff_id .*\n- several marts have the name revenue_by_month.*\n- the mart .* names no table.*$/,
      );
  });
});
