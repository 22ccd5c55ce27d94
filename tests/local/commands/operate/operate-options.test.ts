import { expect } from "chai";
import { HELP, OPERATIONS, parseOperateOptions } from "../../../../local/commands/operate/operate-options";

const refusal = (...args: string[]): string => {
  try {
    parseOperateOptions(args);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it was accepted");
};

describe("The options of npm run operate", () => {
  it("name the operation, which needs --yes to run", () => {
    expect(parseOperateOptions(["reprocess"])).to.deep.include({
      operation: "reprocess",
      dryRun: true,
      yes: false,
    });
    expect(parseOperateOptions(["reprocess", "--yes"])).to.deep.include({ dryRun: false, yes: true });
    expect(parseOperateOptions(["reprocess", "--yes", "--dry-run"])).to.deep.include({ dryRun: true });
  });

  it("choose tables and a commit for a replay", () => {
    const options = parseOperateOptions([
      "replay",
      "--table",
      "dim_staff",
      "--table",
      "fact_payment",
      "--from",
      "12",
    ]);

    expect(options).to.deep.include({ operation: "replay", tables: ["dim_staff", "fact_payment"], from: 12 });
  });

  it("take source tables after an operation on tables", () => {
    expect(parseOperateOptions(["release", "payment", "staff"])?.tables).to.deep.equal(["payment", "staff"]);
    expect(parseOperateOptions(["schema", "Odd name"])?.tables).to.deep.equal(["Odd name"]);
  });

  it("choose the tables to mirror, as for npm run local", () => {
    expect(parseOperateOptions(["reprocess"])?.mirror).to.equal(undefined);
    expect(parseOperateOptions(["reprocess", "--mirror", "a,b"])?.mirror).to.equal("a,b");
    expect(refusal("reprocess", "--mirror", "a,,b")).to.include(
      "--mirror takes none, all, or names of tables",
    );
  });

  it("request the help, which names every operation", () => {
    expect(parseOperateOptions(["--help"])).to.equal(undefined);
    for (const operation of OPERATIONS) expect(HELP).to.include(`  ${operation}`);
  });

  it("are refused in one line that names the accepted values", () => {
    expect(refusal()).to.include("replay, abandon-replay, reprocess, release, report, schema");
    expect(refusal("rewind")).to.include("name an operation");
    expect(refusal("replay", "dim_staff")).to.include("replay takes no argument dim_staff");
    for (const operation of ["replay", "schema"])
      expect(refusal(operation, "postgresql://a:hunter2@h/d"))
        .to.include("has no option before it")
        .and.not.include("hunter2");
    expect(refusal("release")).to.include("needs the names of tables");
    expect(refusal("schema")).to.include("needs one table");
    expect(refusal("reprocess", "--from", "3")).to.include("go with replay");
    expect(refusal("replay", "--from", "0")).to.include('not "0"');
    expect(refusal("replay", "--form", "1"))
      .to.include("--form")
      .and.include("see --help");
  });
});
