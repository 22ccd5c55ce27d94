import type { RejectedRowView } from "../../api";
import { plural } from "../format";
import { useLive } from "../live";
import { Answer, CommitLink, Panel, Table } from "../parts";

/** The rows that did not get into the warehouse, and why. */
export function Rejected() {
  const live = useLive("rejected", { topics: ["runs"] });
  return (
    <Answer live={live}>
      {({ rejected, commits, waiting, bucket, warehouseProblem }) => (
        <>
          <Panel
            title="Rejected rows"
            note="They break the contract of their table. Correct them in the source: any update captures a row again."
          >
            {rejected.length === 0 ? (
              <p class="note">None in the last {plural(commits, "commit")}.</p>
            ) : (
              <Rows caption="Rejected rows" rows={rejected} bucket={bucket} />
            )}
          </Panel>
          <Panel
            title="Rows that wait"
            note="They refer to a row that no dimension has yet; they are loaded when it comes."
          >
            {warehouseProblem !== null && <p class="problem">{warehouseProblem}</p>}
            {waiting.length === 0 ? (
              <p class="note">None.</p>
            ) : (
              <Rows caption="Rows that wait" rows={waiting} bucket={bucket} />
            )}
          </Panel>
        </>
      )}
    </Answer>
  );
}

const Rows = ({
  caption,
  rows,
  bucket,
}: {
  readonly caption: string;
  readonly rows: readonly RejectedRowView[];
  readonly bucket: string;
}) => (
  <Table caption={caption} columns={["commit", "table", "reason", "row"]} numbers={[0]}>
    {rows.map(({ commit, table, reason, row }, index) => (
      <tr key={index}>
        <td class="number">
          <CommitLink bucket={bucket} number={commit} />
        </td>
        <td>{table}</td>
        <td class="wide">{reason}</td>
        <td class="wide note">{row}</td>
      </tr>
    ))}
  </Table>
);
