/**
 * The operations that an error asks a person for. Each text names the command for the platform on this machine, and the
 * event for the Lambda in AWS. docs/operations.md describes both.
 */

const either = (command: string, stage: "ingest" | "process" | "load", event: object): string =>
  `run \`${command}\` (in AWS, invoke ${stage} with ${JSON.stringify(event)})`;

/** A name as a word of a shell. */
const word = (name: string): string =>
  /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;

/** Builds the processed log of a new version of the model. */
export const REPROCESS = either("npm run operate -- reprocess --yes", "process", { reprocess: true });

/** Rebuilds the whole warehouse. */
export const REBUILD = either("npm run operate -- replay --yes", "load", { replay: {} });

/** Makes one table of the warehouse again. */
export const reloadRemedy = (table: string): string =>
  either(`npm run operate -- replay --table ${word(table)} --yes`, "load", { replay: { tables: [table] } });

/** Accepts the deletes of a source table that the delete guard holds back. */
export const releaseRemedy = (table: string): string =>
  either(`npm run operate -- release ${word(table)} --yes`, "ingest", { allowDeletes: [table] });

/** Accepts another source for the lake. */
export const ALLOW_OTHER_SOURCE = either("npm run local -- --once --allow-other-source", "ingest", {
  allowOtherSource: true,
});

/** Follows a change of the model that makes other tables, or reads rows that the log lacks. */
export const RAISE_VERSION =
  "raise the `version` of the model (of the example: in domain/shop/shop.ts), " +
  `then build its processed log: ${REPROCESS}, and rebuild the warehouse: ${REBUILD}`;
