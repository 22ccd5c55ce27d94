import { expect } from "chai";
import { withConnection } from "../../../adapters/postgres/postgres";
import { describeForDraft } from "../../../adapters/source/draft-catalogue";
import type { Draft } from "../../../domain/draft/catalogue";
import { draftModel } from "../../../domain/draft/draft";
import { credentialsOf } from "../../support/pipeline/pipeline";
import { createDatabase } from "../../support/postgres/postgres";

async function draftOf(tables: string): Promise<Draft> {
  const source = await createDatabase();
  await source.client.query(tables);
  const draft = await withConnection("source", credentialsOf(source.readerUrl), async (client) =>
    draftModel(await describeForDraft(client, ["public"])),
  );
  await source.drop();
  return draft;
}

describe("A draft", () => {
  it("shortens the names of joined columns that PostgreSQL would cut off", async () => {
    const long = `responsible_${"very_".repeat(8)}senior_person`;
    const { files, decisions } = await draftOf(`
      CREATE TABLE person (id int PRIMARY KEY, "full name" text, "full label" text, "shört näme of the pérson" text);
      CREATE TABLE office (id int PRIMARY KEY, ${long}_id int REFERENCES person)`);
    const office = files.find(({ path }) => path === "tables/dim-office.ts")?.text ?? "";

    expect([...office.matchAll(/^ {4}(\w+): of/gm)].map(([, name]) => name)).to.deep.equal([
      "responsible_very_very_very_very_very_very_senior_pers_full_name",
      "responsible_very_very_very_very_ery_very_senior_pers_full_label",
      "responsible_very_very_very_very_r_pers_short_name_of_the_person",
    ]);
    expect(decisions.find(({ table }) => table === "office")?.because).to.equal(
      "it refers to person, but it has no time of an event and no measures",
    );
  });

  it("leaves out a table from which others inherit, because its key does not cover their rows", async () => {
    const { decisions } = await draftOf(`
      CREATE TABLE vehicle (id int PRIMARY KEY, name text); CREATE TABLE car (seats int) INHERITS (vehicle);
      CREATE TABLE part (id int PRIMARY KEY, name text) PARTITION BY HASH (id);
      CREATE TABLE part_0 PARTITION OF part FOR VALUES WITH (MODULUS 1, REMAINDER 0)`);

    expect(Object.fromEntries(decisions.map(({ table, became }) => [table, became]))).to.deep.equal({
      car: "left out",
      part: "dimension",
      vehicle: "left out",
    });
  });
});
