import type { RejectedRowView, RowSince } from "../../api";
import { addressOf, useAddress } from "../address";
import { plural } from "../format";
import { useLive } from "../live";
import { Answer, CommitLink, Panel, Read, Table } from "../parts";

/** The rows that are missing in the warehouse, with the reason and the later outcome. */
export function Rejected() {
  /** Only the rows of this commit, if the address names one: `#rejected/7`. */
  const [commit = ""] = useAddress();
  const live = useLive("rejected", { topics: ["runs"], query: { commit } });
  return (
    <Answer live={live}>
      {({ rejected, waiting, bucket }) => (
        <>
          <Panel
            title="Rejected rows"
            note="They break the contract of their table. Correct them in the source: any update captures a row again."
          >
            {commit !== "" && (
              <p>
                Only the rows that commit {commit} rejected. <a href="#rejected">Show all rows</a>
              </p>
            )}
            <Read reading={rejected} what="The list of the rejected rows">
              {({ rows, commits }) =>
                rows.length === 0 ? (
                  <p class="note">None in the last {plural(commits, "commit")}.</p>
                ) : (
                  <Table
                    caption="Rejected rows"
                    columns={["commit", "table", "reason", "row", "since"]}
                    numbers={[0]}
                  >
                    {rows.map((row, index) => (
                      <tr key={index}>
                        <Place row={row} bucket={bucket} />
                        <td class="wide">
                          <Since since={row.since} bucket={bucket} />
                        </td>
                      </tr>
                    ))}
                  </Table>
                )
              }
            </Read>
          </Panel>
          <Panel
            title="Rows that wait"
            note="They refer to a row that no dimension has yet; they are loaded when it comes."
          >
            <Read reading={waiting} what="The list of the rows that wait">
              {(rows) =>
                rows.length === 0 ? (
                  <p class="note">None.</p>
                ) : (
                  <Table
                    caption="Rows that wait"
                    columns={["commit", "table", "reason", "row"]}
                    numbers={[0]}
                  >
                    {rows.map((row, index) => (
                      <tr key={index}>
                        <Place row={row} bucket={bucket} />
                      </tr>
                    ))}
                  </Table>
                )
              }
            </Read>
          </Panel>
        </>
      )}
    </Answer>
  );
}

/** The origin of a row, the reason, and its columns. */
const Place = ({
  row: { commit, table, reason, row, run },
  bucket,
}: {
  readonly row: RejectedRowView;
  readonly bucket: string;
}) => (
  <>
    <td class="number">
      <CommitLink bucket={bucket} number={commit} />
      {run !== null && (
        <>
          {" "}
          <a href={addressOf("logs", run)}>its run</a>
        </>
      )}
    </td>
    <td>{table}</td>
    <td class="wide">{reason}</td>
    <td class="wide">
      <dl class="row">
        {row.map(([column, value]) => [
          <dt key={column}>{column}</dt>,
          <dd key={`${column}=`}>{value ?? <span class="note">NULL</span>}</dd>,
        ])}
      </dl>
    </td>
  </>
);

function Since({ since, bucket }: { readonly since: RowSince; readonly bucket: string }) {
  if (since.state === "missing") return <span class="badge failed">✘ still missing</span>;
  if (since.state === "unknown") return <span class="note">not known</span>;
  const { state, commit } = since;
  const link = <CommitLink bucket={bucket} number={commit} />;
  if (state === "rejected again") return <>rejected again by commit {link}</>;
  return (
    <>
      <span class="badge idle">✔ {state === "corrected" ? "corrected" : "deleted in the source"}</span> by
      commit {link}
    </>
  );
}
