import { columnsOf, references } from "../../../domain/model/columns";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { integer, text, timestamp } from "../../../domain/model/types";

/** People who live in towns, and what they bought. The tables have no foreign keys. */
export const PEOPLE_TABLES = `
CREATE TABLE town (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, town_id int, boss_id int);
CREATE TABLE bought (id int PRIMARY KEY, person_id int NOT NULL, at timestamp NOT NULL)`;

const town = sourceTable("town", { key: "id", columns: { id: integer, name: text } });
const person = sourceTable("person", {
  key: "id",
  columns: { id: integer, name: text, town_id: optional(integer), boss_id: optional(integer) },
});
const bought = sourceTable("bought", {
  key: "id",
  columns: { id: integer, person_id: integer, at: timestamp },
});
const [ofPerson, ofBought] = [columnsOf(person), columnsOf(bought)] as const;

/** @param unknownName the name of the person that is not known */
export const peopleModel = (unknownName = "not known"): Model => ({
  version: 1,
  calendar: dimDate,
  tables: [
    dimension("dim_person", {
      description: "Who buys, and where they live.",
      source: person,
      key: "person_id",
      history: "person_history",
      columns: {
        person_id: ofPerson.copy("id"),
        name: ofPerson.copy("name"),
        town: ofPerson.leftJoin("town_id", town).copy("name"),
        boss_id: references("dim_person", ofPerson.copy("boss_id"), { whenMissing: "unknown" }),
      },
      members: { unknown: { person_id: -1, name: unknownName } },
    }),
    dimension("dim_town", {
      description: "Where people live; the key alone.",
      source: town,
      key: "town_id",
      history: "town_history",
      columns: { town_id: columnsOf(town).copy("id") },
    }),
    fact("fact_bought", {
      description: "What people bought.",
      source: bought,
      key: "bought_id",
      surrogateKey: "bought_record_id",
      currentView: "current_bought",
      columns: {
        bought_id: ofBought.copy("id"),
        person_id: references("dim_person", ofBought.copy("person_id")),
        at: ofBought.copy("at"),
      },
    }),
  ],
});
