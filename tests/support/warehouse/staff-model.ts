import type { Model } from "../../../domain/model/model";
import { dimDate } from "../../../domain/model/dim-date";
import { columnsOf, references } from "../../../domain/model/columns";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";

/**
 * A model whose dimensions refer to one another: an employee has a department, which has a site, and a manager,
 * who is an employee. The tables of the source have no foreign keys, so that a row may come before its parent.
 */
export const STAFF_TABLES = `
CREATE TABLE site (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE department (id int PRIMARY KEY, name text NOT NULL, site_id int NOT NULL);
CREATE TABLE employee (id int PRIMARY KEY, name text NOT NULL, department_id int, manager_id int);
CREATE TABLE visit (id int PRIMARY KEY, employee_id int NOT NULL, minutes int NOT NULL)`;

const site = sourceTable("site", { key: "id", columns: { id: integer, name: text } });
const department = sourceTable("department", {
  key: "id",
  columns: { id: integer, name: text, site_id: integer },
});
const employee = sourceTable("employee", {
  key: "id",
  columns: { id: integer, name: text, department_id: optional(integer), manager_id: optional(integer) },
});
const visit = sourceTable("visit", {
  key: "id",
  columns: { id: integer, employee_id: integer, minutes: integer },
});

const [ofSite, ofDepartment, ofEmployee, ofVisit] = [
  columnsOf(site),
  columnsOf(department),
  columnsOf(employee),
  columnsOf(visit),
] as const;

export const staffModel: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    fact("fact_visit", {
      description: "A visit.",
      source: visit,
      key: "visit_id",
      surrogateKey: "visit_record_id",
      currentView: "current_visit",
      columns: {
        visit_id: ofVisit.copy("id"),
        employee_id: references("dim_employee", ofVisit.copy("employee_id")),
        minutes: ofVisit.copy("minutes"),
      },
    }),
    dimension("dim_employee", {
      description: "Who works here.",
      source: employee,
      key: "employee_id",
      columns: {
        employee_id: ofEmployee.copy("id"),
        employee_name: ofEmployee.copy("name"),
        department_id: references("dim_department", ofEmployee.copy("department_id")),
        manager_id: references("dim_employee", ofEmployee.copy("manager_id")),
      },
    }),
    dimension("dim_department", {
      description: "A part of the firm.",
      source: department,
      key: "department_id",
      columns: {
        department_id: ofDepartment.copy("id"),
        department_name: ofDepartment.copy("name"),
        site_id: references("dim_site", ofDepartment.copy("site_id")),
      },
    }),
    dimension("dim_site", {
      description: "A place.",
      source: site,
      key: "site_id",
      columns: { site_id: ofSite.copy("id"), site_name: ofSite.copy("name") },
    }),
  ],
};
