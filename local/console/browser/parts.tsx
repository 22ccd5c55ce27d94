import type { ComponentChildren } from "preact";
import { moment } from "./format";
import type { Reading } from "../api";
import type { Live } from "./live";

/** A part of a page, with its heading. */
export function Panel(props: {
  readonly title: string;
  readonly note?: string;
  readonly children: ComponentChildren;
}) {
  const id = `panel-${props.title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <h2 id={id}>{props.title}</h2>
      {props.note !== undefined && <p class="note">{props.note}</p>}
      {props.children}
    </section>
  );
}

/** Shows the answer of the server, or its error. Until one of them arrives, it shows an ellipsis. */
export function Answer<T>(props: {
  readonly live: Live<T>;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, at, error } = props.live;
  return (
    <>
      {error !== undefined && (
        <p class="problem">
          {error}
          {at !== undefined && (
            <>
              {" "}
              Below is the last answer, of <Time at={at} />.
            </>
          )}
        </p>
      )}
      {data !== undefined ? props.children(data) : error === undefined && <p class="note">…</p>}
    </>
  );
}

/**
 * Shows what was read of a store. If it cannot be read now, it says since when, why and what to do, and shows the last
 * answer with its time.
 */
export function Read<T>(props: {
  readonly reading: Reading<T>;
  /** The subject of the sentence: `This list` */
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { last, problem, consoleStartedAt } = props.reading;
  return (
    <>
      {problem !== null && (
        <div class="problem">
          <p>
            {props.what} cannot be read <Since problem={problem} />:{" "}
            <span class="sentence">{problem.reason}</span> {problem.todo}
          </p>
          <p>
            {last === null ? (
              <>
                The console started at <Time at={consoleStartedAt} />, and has never read it since.
              </>
            ) : (
              <>
                Below is what was read last, at <Time at={last.at} />. It may have changed since.
              </>
            )}
          </p>
        </div>
      )}
      {last !== null && props.children(last.data)}
    </>
  );
}

/** Since when something is wrong. The console does not know what was before its first attempt. */
export const Since = ({
  problem: { since, orEarlier = false },
}: {
  readonly problem: { readonly since: string; readonly orEarlier?: boolean };
}) => (
  <>
    since <Time at={since} />
    {orEarlier && " or earlier"}
  </>
);

/** A moment in UTC, with its day. */
export const Time = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={at}>
    {moment(at)}
  </time>
);

/** A commit of the ingestion log, as a link to its content. */
export const CommitLink = ({ bucket, number }: { readonly bucket: string; readonly number: number }) => (
  <a href={`#lake/${bucket}/${encodeURIComponent(`commits/${String(number).padStart(10, "0")}.json`)}`}>
    {number}
  </a>
);

/** A table that scrolls when it is wider than the window. Numbers are aligned to the right. */
export function Table(props: {
  readonly caption: string;
  /** A heading above several columns, and their number. */
  readonly groups?: readonly (readonly [name: string, columns: number])[];
  /** The indexes of the columns with numbers. */
  readonly numbers?: readonly number[];
  readonly columns: readonly string[];
  readonly children: ComponentChildren;
}) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={props.caption}>
      <table>
        <caption class="unseen">{props.caption}</caption>
        <thead>
          {props.groups !== undefined && (
            <tr>
              {props.groups.map(([name, columns]) =>
                name === "" ? (
                  <td key={name} colSpan={columns} />
                ) : (
                  <th key={name} scope="colgroup" colSpan={columns} class="group">
                    {name}
                  </th>
                ),
              )}
            </tr>
          )}
          <tr>
            {props.columns.map((name, index) => (
              <th key={index} scope="col" class={props.numbers?.includes(index) ? "number" : ""}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}
