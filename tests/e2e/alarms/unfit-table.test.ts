import { expect } from "chai";
import { ringing, startWatchedCloud } from "../../support/local/watched-cloud";
import { readerOf } from "../../support/local/watched-mails";
import { FALSE_WORDS } from "../console/broken-tables";

describe("An alarm that only a deployment of a corrected model ends", function () {
  this.timeout(120_000);

  // tests/stages/process/contract.test.ts corrects the model.
  it("reports a table whose columns no longer fit", async () => {
    const watched = await startWatchedCloud({ settings: { "marble:report": "false" } });
    try {
      await watched.pass(30);
      await watched.newSubjects();
      await watched.source.query("ALTER TABLE design RENAME file_name TO file");
      await watched.pass(40);
      expect(await watched.newSubjects()).to.deep.equal(["ALARM quarantined-tables"]);
      expect(ringing(watched)).to.deep.equal(["quarantined-tables"]);
      await readerOf(FALSE_WORDS).expectPlain(watched);
    } finally {
      await watched.close();
    }
  });
});
