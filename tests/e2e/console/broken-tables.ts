/** Texts that no page may show while a table is behind. */
export const FALSE_WORDS = /.*(fresh|up to date|nothing).*/i;

/** The role that reads the source, in the statements below. */
export const READER = "marble_reader";

/** A state in which a table of the source is behind: how a test causes it, what shows it, and what ends it. */
export interface Broken {
  readonly state: string;
  readonly table: string;
  /** Its state in its row of the page Tables. */
  readonly row: string;
  readonly breaks: string;
  /** The texts that are visible without a click: what, why, what to do. */
  readonly tells: readonly RegExp[];
  /** The line of the terminal: what, why and what to do. */
  readonly terminal: RegExp;
  /** The warning on top of the report; undefined if no table of the warehouse is behind. */
  readonly reports?: RegExp;
  readonly repairs: string;
}

export const BROKEN: readonly Broken[] = [
  {
    state: "held back",
    table: "payment",
    row: "is held back",
    breaks: "CREATE SCHEMA aside; CREATE TABLE aside.kept AS SELECT * FROM payment; DELETE FROM payment",
    tells: [/payment is held back since \d{4}-\d\d-\d\d \d\d:/, /rows/, /Ask the owners of the source/],
    terminal:
      /the table payment is held back: the table was emptied; .*--allow-deletes payment\. .*“A table is held back” in docs\/runbook\.md/,
    reports: /fact_payment shows the source as of .*: payment is held/,
    repairs: "INSERT INTO payment SELECT * FROM aside.kept; DROP SCHEMA aside CASCADE",
  },
  {
    state: "refused",
    table: "closed",
    row: "is refused",
    breaks: `CREATE TABLE closed (n integer PRIMARY KEY); REVOKE ALL ON closed FROM ${READER}`,
    tells: [
      /closed is refused since/,
      /marble_reader may not read .*GRANT SELECT/,
      /Do in the source what the reason says/,
    ],
    terminal:
      /the table closed is refused: .* may not read .*GRANT SELECT .*“A table is refused” in docs\/runbook\.md/,
    repairs: "DROP TABLE closed",
  },
  {
    // Its rows were captured before.
    state: "unreadable",
    table: "payment",
    row: "is absent from the source",
    breaks: `REVOKE SELECT ON payment FROM ${READER}`,
    tells: [/payment is absent from the source since/, /may not read .*GRANT SELECT/, /remove the cause/],
    reports: /fact_payment shows the source as of .*: payment is absent: .*GRANT SELECT/,
    terminal:
      /the table payment is refused: .* may not read .*GRANT SELECT .*“A table is refused” in docs\/runbook\.md/,
    repairs: `GRANT SELECT ON payment TO ${READER}`,
  },
  {
    state: "absent",
    table: "payment_type",
    row: "is absent from the source",
    breaks: "ALTER TABLE payment_type RENAME TO away",
    tells: [/payment_type is absent from the source since/, /table is gone/, /Create the table again/],
    reports: /dim_payment_type shows the source as of .*: payment_type is absent/,
    terminal:
      /the table payment_type is absent from the source: the table is gone.* Create the table again .*“A table is absent” in docs\/runbook\.md/,
    repairs: "ALTER TABLE away RENAME TO payment_type",
  },
];

/** The last state, because a change in the source cannot end a quarantine. */
export const QUARANTINED: Broken = {
  state: "in quarantine",
  table: "payment",
  row: "is in quarantine",
  breaks: "ALTER TABLE payment RENAME COLUMN paid TO settled; UPDATE payment SET settled = settled",
  tells: [
    /payment is in quarantine since/,
    /paid/,
    /Change the contract of the table \(of the example: in domain\/shop\/sources\.ts\)/,
  ],
  reports: /fact_payment shows the source as of .*: payment is quarantined/,
  terminal:
    /the table payment is in quarantine: since commit \d+, .*paid.* Change the contract .*“A table is quarantined” in docs\/runbook\.md/,
  repairs: "SELECT 1",
};
