import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { marts, model } from "../../../domain/declarations";
import { checkDeclarations } from "../../../infra/stages/lambda-environment";

describe("The model and the marts that the program deploys", () => {
  it("are accepted as declared", () => {
    checkDeclarations({ model, marts });
  });

  it("are refused with one line for each problem and without a stack trace", () => {
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
