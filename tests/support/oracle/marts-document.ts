import type { Mart } from "../../../domain/marts/mart";

const INTRODUCTION = `# The marts

Views in the schema \`marts\` that answer the questions of the business, one view a question. They show the
warehouse as it is: every load is in them at once. Question, columns and units stand in the comments of the views
too, where BI tools show them: \`\\d+ marts.revenue_by_month\` in psql.

This page is made from [domain/shop/marts/](../domain/shop/marts) and checked by a test.

- **Money is exact and never summed across currencies**: every amount has its \`currency_code\` beside it.
- Orders and payments that were deleted in the source count nowhere but in the histories.
- Dates are those of the source's clock; nothing depends on the time zone of the session.
- The loader makes the schema when its role may (CREATE on the database), and keeps the views up to date: a changed
  definition is replaced, with its grants, whether the program changed it or somebody in the database, and nothing is
  done when nothing changed. Where it may not, it says which GRANT is missing, and loading goes on.
  \`marble:martsSchema\` names another schema.
- A view of your own under one of these names stays as it is: the load warns, and goes on. So it does where a view of
  your own reads a mart whose columns change.
- Users need no rights on the tables beneath: \`GRANT USAGE ON SCHEMA marts TO analyst\` and
  \`GRANT SELECT ON ALL TABLES IN SCHEMA marts TO analyst\`.
- A rebuild of the warehouse takes the marts along.
`;

/** docs/marts.md, from the declarations. */
export function martsDocument(marts: readonly Mart[]): string {
  const index = marts.map(({ name, question }) => `| [\`${name}\`](#${name}) | ${question} |`);
  const sections = marts.map(({ name, question, row, note, columns, example }) => {
    const rows = Object.entries(columns).map(
      ([column, { type, meaning }]) => `| \`${column}\` | ${type} | ${meaning} |`,
    );
    const says = `One row for ${row}.${note === undefined ? "" : ` ${note}`}`;
    const table = ["| column | type | what |", "|---|---|---|", ...rows].join("\n");
    return `## ${name}\n\n**${question}**\n\n${says}\n\n${table}\n\n\`\`\`sql\n${example.trim()};\n\`\`\`\n`;
  });
  return [INTRODUCTION, ["| view | question |", "|---|---|", ...index, ""].join("\n"), ...sections].join(
    "\n",
  );
}
