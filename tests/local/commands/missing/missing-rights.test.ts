import { expect } from "chai";
import { refusalOf, type Relation } from "../../../../domain/capture/refusal";
import { qualified } from "../../../../domain/sql";
import type { Missing } from "../../../../local/commands/missing/missing-data";
import { describeMissingGrant, missingGrant } from "../../../../local/commands/missing/missing-rights";

const refused = (name: string, change: Partial<Relation>): Missing => {
  const relation: Relation = {
    relation: qualified("public", name),
    kind: "r",
    readable: true,
    rowSecurity: false,
    foreignPart: null,
    unlogged: false,
    ...change,
  };
  const { reason = "" } = refusalOf(relation, "rita") ?? {};
  return { kind: "refused", name, reason };
};

describe("The GRANT for a run without rights", () => {
  it("is one statement for all unreadable tables", () => {
    const missing = [refused("staff", { readable: false }), refused("Sales order", { readable: false })];
    expect(missingGrant(missing)).to.equal(
      'GRANT SELECT ON "public"."staff", "public"."Sales order" TO "rita";',
    );
  });

  it("leaves out tables that no GRANT helps, or that are quarantined for the same reason", () => {
    const staff = refused("staff", { readable: false });
    const missing = [refused("log", { rowSecurity: true }), staff, { ...staff, kind: "quarantine" } as const];
    expect(missingGrant(missing)).to.equal('GRANT SELECT ON "public"."staff" TO "rita";');
    expect(describeMissingGrant([refused("log", { rowSecurity: true })])).to.equal(undefined);
  });
});
