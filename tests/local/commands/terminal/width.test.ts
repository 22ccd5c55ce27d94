import { expect } from "chai";
import { HELP } from "../../../../local/commands/options";
import { widthOf, wrapHelp } from "../../../../local/commands/terminal/width";
import { textTable } from "../../../../local/commands/present";

describe("The width of a terminal", () => {
  it("limits lines there, and not in a file or a pipe", () => {
    expect(widthOf({ isTTY: true, columns: 80 } as never)).to.equal(80);
    expect(widthOf({ isTTY: false, columns: 80 } as never)).to.equal(Infinity);
    // Some terminals do not know how wide they are.
    expect(widthOf({ isTTY: true, columns: 0 } as never)).to.equal(Infinity);
  });

  it("keeps every line of a help within it, and every word of the help", () => {
    const words = (text: string): string[] => text.split(/\s+/);
    for (const width of [80, 100, 200]) {
      const wrapped = wrapHelp(HELP, width);
      expect(Math.max(...wrapped.split("\n").map(({ length }) => length)), String(width)).to.be.at.most(
        width,
      );
      expect(words(wrapped)).to.deep.equal(words(HELP));
    }
  });

  it("continues a description under its beginning", () => {
    const help =
      "Title\n\n  --lake DIR   where buckets and\n               all else live\n  --once       one run\n";
    expect(wrapHelp(help, 36)).to.equal(
      "Title\n\n  --lake DIR   where buckets and all\n               else live\n  --once       one run\n",
    );
    expect(wrapHelp(help, Infinity)).to.include("where buckets and all else live\n");
  });

  it("cuts the widest texts of a table, and never a number", () => {
    const table = textTable(
      [
        ["file", "table", "bytes"],
        ["2026/11/28/sales_order/232645.542.csv", "sales_order", 1102177],
      ],
      40,
    );
    expect(table.split("\n")).to.deep.equal([
      "file              table            bytes",
      "────────────────  ───────────  ─────────",
      "2026/11/28/sale…  sales_order  1,102,177",
    ]);
  });
});
