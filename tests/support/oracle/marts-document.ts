import type { Mart } from "../../../domain/marts/mart";

const INTRODUCTION = `# The marts

A mart is a view in the schema \`marts\` that answers one business question. The marts always show the warehouse after its
last load. The comments of the views contain the question, the columns, the units, and the tables that the view reads, with
the query that says how current these are. BI tools show the comments. In psql, use \`\\d+ marts.revenue_by_month\`.

A test generates this page from [domain/shop/marts/](../domain/shop/marts) and checks it.

- **Money is exact and never summed across currencies.** Every amount has a \`currency_code\` in the same row.
- The marts do not count orders and payments that were deleted in the source. Only \`order_changes\` and \`deleted_orders\`
  show deleted orders.
- Dates are dates of the source's clock. The time zone of the session has no effect.
- Load creates the schema if its role may (CREATE on the database), and keeps the views up to date. If the program or a user
  has changed a definition, load replaces the view and keeps its grants. If nothing changed, load does nothing. If a right is
  missing, load names the GRANT and continues. \`marble:martsSchema\` sets another schema.
- If you created a view with the name of a mart, load does not change it. It warns and continues. It does the same if your
  view reads a mart whose columns change.
- Users need no rights on the tables under the views: \`GRANT USAGE ON SCHEMA marts TO analyst\` and
  \`GRANT SELECT ON ALL TABLES IN SCHEMA marts TO analyst\`.
- A rebuild of the warehouse includes the marts.
`;

/** The text of docs/marts.md, generated from the declarations. */
export function martsDocument(marts: readonly Mart[]): string {
  const index = marts.map(({ name, question }) => `| [\`${name}\`](#${name}) | ${question} |`);
  const sections = marts.map(({ name, question, row, note, columns, example }) => {
    const rows = Object.entries(columns).map(
      ([column, { type, meaning }]) => `| \`${column}\` | ${type} | ${meaning} |`,
    );
    const says = `One row for ${row}.${note === undefined ? "" : ` ${note}`}`;
    const table = ["| column | type | meaning |", "|---|---|---|", ...rows].join("\n");
    return `## ${name}\n\n**${question}**\n\n${says}\n\n${table}\n\n\`\`\`sql\n${example.trim()};\n\`\`\`\n`;
  });
  return [INTRODUCTION, ["| view | question |", "|---|---|", ...index, ""].join("\n"), ...sections].join(
    "\n",
  );
}
