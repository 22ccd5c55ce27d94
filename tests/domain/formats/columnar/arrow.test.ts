import { expect } from "chai";
import { arrowSchema } from "../../../../domain/formats/columnar/arrow";
import { EVERY_TYPE } from "../../../support/formats/columnar";

describe("The Arrow schema of a table", () => {
  it("has the columns in order with Arrow types and nullability", () => {
    const schema = arrowSchema({ ...EVERY_TYPE, id: { ...EVERY_TYPE.whole, nullable: false } });

    expect(
      schema.fields.map(({ name, type, nullable }) => `${name} ${String(type)}${nullable ? "?" : ""}`),
    ).to.deep.equal([
      "whole Int32?",
      "words Utf8?",
      "flag Bool?",
      "day Date32<DAY>?",
      "clock Time64<MICROSECOND>?",
      "moment Timestamp<MICROSECOND>?",
      "price Decimal[10e+2]?",
      "long Decimal[18e+4]?",
      "instant Timestamp<MICROSECOND, UTC>?",
      "large Int64?",
      "wide Decimal[38e+10]?",
      "ratio Float32?",
      "measure Float64?",
      "content Binary?",
      "id Int32",
    ]);
    expect(schema.fields[5]?.type).to.have.property("timezone", undefined);
    expect(schema.fields[6]?.type).to.include({ precision: 10, scale: 2, bitWidth: 128 });
  });
});
