import { expect } from "chai";
import { HELP } from "../../../../local/commands/options";
import { widthOf, wrapHelp } from "../../../../local/commands/terminal/width";
import { textTable } from "../../../../local/commands/present";

describe("The width of a terminal", () => {
  it("limits lines in a terminal but not in a file or a pipe", () => {
    expect(widthOf({ isTTY: true, columns: 80 } as never)).to.equal(80);
    expect(widthOf({ isTTY: false, columns: 80 } as never)).to.equal(Infinity);
    // Some terminals do not know their width.
    expect(widthOf({ isTTY: true, columns: 0 } as never)).to.equal(Infinity);
  });

  it("limits every line of a help text without losing a word", () => {
    const words = (text: string): string[] => text.split(/\s+/);
    for (const width of [80, 100, 200]) {
      const wrapped = wrapHelp(HELP, width);
      expect(Math.max(...wrapped.split("\n").map(({ length }) => length)), String(width)).to.be.at.most(
        width,
      );
      expect(words(wrapped)).to.deep.equal(words(HELP));
    }
  });

  it("aligns the continuation of a description with its beginning", () => {
    const help =
      "Title\n\n  --lake DIR   where buckets and\n               all else live\n  --once       one run\n";
    expect(wrapHelp(help, 36)).to.equal(
      "Title\n\n  --lake DIR   where buckets and all\n               else live\n  --once       one run\n",
    );
    expect(wrapHelp(help, Infinity)).to.include("where buckets and all else live\n");
  });

  it("shortens the widest texts of a table but never a number", () => {
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
