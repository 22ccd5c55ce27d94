import { expect } from "chai";
import type { CatalogueColumn } from "../../../../domain/capture/column-changes";
import { parseMirrorChoice } from "../../../../domain/warehouse/mirror/choice";
import { mirrorType } from "../../../../domain/warehouse/mirror/types";

describe("A column of a mirrored table has the type of the source", () => {
  const cases: readonly (readonly [source: string, warehouse: string, lake?: string])[] = [
    ["smallint", "smallint", "integer"],
    ["integer", "integer", "integer"],
    ["bigint", "bigint", "bigint"],
    ["boolean", "boolean", "boolean"],
    ["text", "text"],
    ["character varying(20)", "character varying(20)"],
    ["character(3)", "character(3)"],
    ["numeric", "numeric"],
    ["numeric(38,10)", "numeric(38,10)"],
    ["numeric(3,5)", "numeric"],
    ["numeric(3,-2)", "numeric"],
    ["numeric(3,-2)[]", "numeric[]"],
    ["numeric(10,2)[]", "numeric(10,2)[]"],
    ["real", "real", "real"],
    ["double precision", "double precision", "double"],
    ["real[]", "real[]"],
    ["timestamp(3) with time zone", "timestamp(3) with time zone"],
    ["timestamp without time zone[]", "timestamp without time zone[]"],
    ["time(0) with time zone", "time(0) with time zone"],
    ["interval day to second(3)", "interval day to second(3)"],
    ["interval(2)", "interval(2)"],
    ["bit varying(8)", "bit varying(8)"],
    ["jsonb", "jsonb"],
    ["tstzrange", "tstzrange"],
    ["inet[]", "inet[]"],
  ];
  for (const [source, warehouse, lake = "text"] of cases) {
    it(source, () => {
      const { lake: made, ...type } = mirrorType({ name: "c", type: source });
      expect({ ...type, lake: made.kind }).to.deep.equal({ warehouse, lake });
    });
  }
});

describe("A column of a mirrored table is text", () => {
  const labels = ["sad", "ok"];
  const cases: readonly (readonly [
    title: string,
    column: Omit<CatalogueColumn, "name">,
    warehouse?: string,
  ])[] = [
    ["of an enumeration", { type: "enum public.mood", labels }],
    ["of an array of an enumeration, as an array", { type: "public.mood[]", labels }, "text[]"],
    ["of a composite type", { type: "public.pair", attributes: [{ path: ".1", type: "integer" }] }],
    ["of an array of composites with an enumeration", { type: "public.pair[]", labels, attributes: [] }],
    ["of an array of a domain", { type: "public.positive[]" }],
    ["of an extension", { type: "public.citext" }],
    ["of a user-defined range", { type: "public.textrange" }],
    ["of a type that refers to other objects", { type: "regclass" }],
    ["of a type of newer servers only", { type: "int4multirange" }],
    ["that may need a library", { type: "xml" }],
    ['of "char"', { type: '"char"' }],
  ];
  for (const [title, column, warehouse = "text"] of cases) {
    it(title, () => {
      expect(mirrorType({ name: "c", ...column })).to.deep.equal({ warehouse, lake: { kind: "text" } });
    });
  }
});

describe("The tables to mirror", () => {
  it("are none, all, or names", () => {
    expect(parseMirrorChoice("none")).to.equal("none");
    expect(parseMirrorChoice("all")).to.equal("all");
    expect(parseMirrorChoice("a, order line,a")).to.deep.equal(new Set(["a", "order line"]));
  });

  it("have no empty name", () => {
    for (const text of ["", "a,", ",a"]) expect(() => parseMirrorChoice(text)).to.throw("is empty");
  });
});
