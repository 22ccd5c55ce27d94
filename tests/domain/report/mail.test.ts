import { expect } from "chai";
import { reportMail } from "../../../domain/report/mail";

const sent = (states: Pick<Parameters<typeof reportMail>[0], "behind" | "lacking">) =>
  reportMail({
    ...states,
    link: "https://example.com/report",
    commit: 7,
    capturedAt: new Date("2026-11-25T06:40:00Z"),
    until: new Date("2026-11-25T19:00:00Z"),
  });
const late = (asOf: string | null, reason: string) => ({ asOf, since: asOf, reason });
const MONDAY = "2026-11-23T10:00:00.000Z";

describe("The mail with the link to a report", () => {
  it("states the time of the data, and no more when every table has it", () => {
    const { subject, text } = sent({ behind: {}, lacking: {} });
    expect(subject).to.equal("Marble report: data as of 2026-11-25 06:40 UTC");
    expect(text).to.not.match(/behind|missing/);
  });

  it("names the tables that are behind, with time and cause, and the tables with the same cause once", () => {
    const { subject, text } = sent({
      behind: {
        fact_payment: late(MONDAY, "payment is held"),
        dim_staff: late(null, "staff is refused"),
        dim_team: late(MONDAY, "payment is held"),
      },
    });
    expect(subject).to.equal("Marble report: data as of 2026-11-25 06:40 UTC, 3 tables behind");
    expect(text).to.include(
      "These tables are behind:\n- fact_payment, dim_team, as of 2026-11-23 10:00 UTC: payment is held\n- dim_staff, never loaded: staff is refused\n",
    );
  });

  it("says which tables lack rows, and why", () => {
    const { subject, text } = sent({
      lacking: { fact_order: { rejected: 0, waiting: 2 }, dim_currency: { rejected: 1, waiting: 0 } },
    });
    expect(subject).to.equal("Marble report: data as of 2026-11-25 06:40 UTC, rows missing");
    expect(text).to.include(
      "Some rows are missing from the warehouse:\n- fact_order: 2 rows wait for a row of another table\n- dim_currency: 1 row of its sources was rejected, and is missing since\n",
    );
  });

  it("has a subject that SNS takes, with everything in it", () => {
    const behind = Object.fromEntries(Array.from({ length: 9999 }, (_, n) => [`t${n}`, late(MONDAY, "why")]));
    const { subject } = sent({ behind, lacking: { t: { rejected: 1, waiting: 1 } } });
    expect(subject.length).to.be.below(100);
    expect(subject).to.match(/^[ -~]+$/);
  });
});
