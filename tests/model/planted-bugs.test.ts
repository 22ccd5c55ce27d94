import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BUGS } from "./torture/bugs";

const PROJECT = join(__dirname, "../..");

describe("The bugs that the torture plants", () => {
  for (const { name, edits } of BUGS) {
    it(`can be planted into the present code: ${name}`, () => {
      for (const { file, search } of edits) {
        const found = readFileSync(join(PROJECT, file), "utf8").split(search).length - 1;
        expect(found, `${file}: ${search}`).to.equal(1);
      }
    });
  }
});
