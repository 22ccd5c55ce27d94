import { useEffect, useRef, useState } from "preact/hooks";
import type { SchemaView } from "../../api";
import { plural } from "../format";
import { useLive } from "../live";
import { Answer, Panel, Read, Time } from "../parts";

/** The present and earlier columns of the source tables, which every ingest commit records. */
export function Schemas() {
  const live = useLive("schemas", { topics: ["runs"] });
  return (
    <Panel title="Schema registry" note="The tables of the source in the newest commit.">
      <Answer live={live}>
        {(reading) => (
          <Read reading={reading} what="The list of the schemas">
            {({ asOf, tables }) => (
              <>
                <p class="note">
                  {asOf === null ? (
                    "Ingest has not made a commit yet."
                  ) : (
                    <>
                      Commit {asOf.commit}: the source as of <Time at={asOf.capturedAt} />.
                    </>
                  )}
                </p>
                <ul class="list">
                  {tables.map((table) => (
                    <Schema key={table.table} schema={table} />
                  ))}
                </ul>
              </>
            )}
          </Read>
        )}
      </Answer>
    </Panel>
  );
}

function Schema({ schema: { table, columns, key, rows, problem } }: { readonly schema: SchemaView }) {
  const isChosen = location.hash === `#schemas/${encodeURIComponent(table)}`;
  const [open, setOpen] = useState(isChosen);
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) item.current?.scrollIntoView();
  }, []);
  return (
    <li ref={item}>
      <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <strong>{table}</strong>{" "}
          <span class="note">
            {plural(columns.length, "column")}, {plural(rows, "row")}
          </span>{" "}
          {problem !== null && <span class="badge waiting">◔ {problem}</span>}
        </summary>
        <dl>
          {columns.map(({ name, type }) => [
            <dt key={name}>{name}</dt>,
            <dd key={`${name}:`}>
              {type}
              {key.includes(name) && " · key"}
            </dd>,
          ])}
        </dl>
        {open && <Changes table={table} />}
      </details>
    </li>
  );
}

function Changes({ table }: { readonly table: string }) {
  const live = useLive("schema-changes", { topics: ["runs"], query: { table } });
  return (
    <Answer live={live}>
      {(reading) => (
        <Read reading={reading} what={`The history of ${table}`}>
          {(changes) => (
            <ol class="changes">
              {changes.map(({ commit, at, changes: sentences }) => (
                <li key={commit}>
                  commit {commit}, <Time at={at} />: {sentences.join("; ")}
                </li>
              ))}
            </ol>
          )}
        </Read>
      )}
    </Answer>
  );
}
