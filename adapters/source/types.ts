import { literal } from "../../domain/sql";
import { NAMING_TYPES } from "./names";

/**
 * Common table expressions that resolve the column types of some schemas down to their parts. A domain may be over another
 * domain, a composite type has attributes, an array has elements, a range or a multirange has bounds. No type contains
 * itself. `$1` are the schemas. `described` has a row for each type:
 *
 * - `type`: as `format_type()` prints it, a domain as its base type, with `enum ` before an enumerated type. NULL
 *   unless the type is a domain or enumerated;
 * - `required`: true if it is a domain that rejects NULL;
 * - `labels`: the values of an enumerated type, the oldest first; also of arrays and ranges of one;
 * - `naming`: the types in it whose texts contain names of other objects, see `NAMING_TYPES`;
 * - `attributes`: of a composite type, and of arrays and domains of one, see `CompositeAttribute`.
 *
 * `pg_range` of PostgreSQL 13 has no `rngmultitypid`.
 */
export const TYPES_BELOW = `
below_type (root, path, type, modifier) AS (
    SELECT DISTINCT a.atttypid, '', a.atttypid, -1
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped
     UNION ALL
    SELECT b.root, b.path || next.step, next.type, next.modifier
      FROM below_type b
      JOIN pg_type t ON t.oid = b.type
      CROSS JOIN LATERAL (
        SELECT '', t.typbasetype, t.typtypmod WHERE t.typtype = 'd'
         UNION ALL
        SELECT '[]', t.typelem, -1 WHERE t.typtype = 'b' AND t.typelem <> 0
         UNION ALL
        SELECT '~', r.rngsubtype, -1 FROM pg_range r
         WHERE t.oid IN (r.rngtypid, (to_jsonb(r) ->> 'rngmultitypid')::oid)
         UNION ALL
        SELECT '.' || a.attnum, a.atttypid, a.atttypmod FROM pg_attribute a
         WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
      ) AS next (step, type, modifier)),
node AS (
    SELECT b.root, b.path, b.path LIKE '%.%' AS within, t.typtype AS kind, t.typnotnull AS required,
           CASE WHEN t.typnamespace = 'pg_catalog'::regnamespace AND t.typname IN (${NAMING_TYPES.map(literal).join(", ")})
                THEN t.typname END AS naming,
           CASE WHEN t.typtype = 'e' THEN 'enum ' ELSE '' END || format_type(b.type, b.modifier) AS type,
           (SELECT json_agg(e.enumlabel ORDER BY e.oid) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
      FROM below_type b JOIN pg_type t ON t.oid = b.type),
described AS (
    SELECT root,
           CASE WHEN bool_or(path = '' AND kind IN ('d', 'e'))
                THEN max(type) FILTER (WHERE path = '' AND kind <> 'd') END AS type,
           bool_or(path = '' AND required) AS required,
           json_agg(naming) FILTER (WHERE naming IS NOT NULL) AS naming,
           json_agg(labels) FILTER (WHERE NOT within AND labels IS NOT NULL) -> 0 AS labels,
           json_agg(json_build_object('path', path, 'type', type, 'labels', labels) ORDER BY path COLLATE "C")
             FILTER (WHERE within AND kind <> 'd') AS attributes
      FROM node GROUP BY root)`;
