import { expect } from "chai";
import fc from "fast-check";
import { formatXml, parseXml, textOf } from "../../../../../local/cloud/s3/protocol/xml";

describe("The XML of the protocol", () => {
  it("keeps any text through writing and reading", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(textOf(parseXml(formatXml(["Root", [["Key", text]]])), "Key")).to.equal(text);
      }),
    );
  });

  it("leaves out undefined values", () => {
    expect(
      formatXml([
        "Error",
        [
          ["Code", "X"],
          ["Message", undefined],
        ],
      ]),
    ).to.match(/<Error><Code>X<\/Code><\/Error>$/);
  });

  it("is read with a declaration, a namespace, white space, references and empty elements", () => {
    const document = `<?xml version="1.0"?>\n<A xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
      <B>x &amp; &#x41;&#66;</B> <C/></A>\n`;
    const root = parseXml(document);
    expect([root.name, textOf(root, "B"), textOf(root, "C")]).to.deep.equal(["A", "x & AB", ""]);
  });

  const malformed = {
    nothing: "",
    "no element": "text",
    "an element that is not closed": "<A><B></B>",
    "elements that overlap": "<A><B></A></B>",
    "two roots": "<A/><B/>",
    "text next to the root": "<A/>x",
    "a document type": '<!DOCTYPE A [<!ENTITY e "x">]><A>&e;</A>',
    "a comment": "<A><!-- x --></A>",
    "an unknown entity": "<A>&e;</A>",
    "a bare ampersand": "<A>a & b</A>",
    "a character beyond Unicode": "<A>&#x110000;</A>",
  };
  for (const [what, document] of Object.entries(malformed)) {
    it(`is refused with ${what}`, () => {
      expect(() => parseXml(document))
        .to.throw()
        .that.includes({ code: "MalformedXML", statusCode: 400 });
    });
  }

  it("has one element when one is required", () => {
    expect(() => textOf(parseXml("<A><B/><B/></A>"), "B"))
      .to.throw()
      .that.includes({ code: "MalformedXML" });
  });
});
