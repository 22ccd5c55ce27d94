import type { Chart as ChartView } from "../../api";
import { clock, count, moment } from "../format";
import { useLive } from "../live";
import { Answer, Panel } from "../parts";

const WIDTH = 240;
const HEIGHT = 56;
const ZERO_HEIGHT = 1.5;
const MINUTE_MS = 60_000;
/** The number of colours. */
const SERIES = 4;

/** A small chart for every metric of the last half hour. */
export function Metrics() {
  const live = useLive("metrics", { topics: ["runs", "alarms"] });
  return (
    <Panel
      title="Metrics"
      note="The last half hour by the minute, as CloudWatch would keep it. A mark on the line is a zero; without a mark, the minute has no measurement."
    >
      <Answer live={live}>
        {({ from, to, charts }) => (
          <>
            <p class="note">
              From {moment(from)} to {moment(to)}.
            </p>
            <div class="charts">
              {charts.map((chart) => (
                <Chart key={`${chart.namespace} ${chart.metric}`} chart={chart} from={from} to={to} />
              ))}
            </div>
          </>
        )}
      </Answer>
    </Panel>
  );
}

interface ChartProps {
  readonly chart: ChartView;
  readonly from: string;
  readonly to: string;
}

function Chart({ chart, from, to }: ChartProps) {
  const { namespace, metric, title, unit, statistic, series } = chart;
  const values = series.flatMap((one) => one.values.filter((value) => value !== null));
  const highest = Math.max(...values, 0);
  return (
    <figure class="chart">
      <figcaption>
        {title}{" "}
        <span class="note">
          {namespace} {metric}, {statistic.toLowerCase()}
        </span>
      </figcaption>
      <div class="axis">{withUnit(highest, unit)}</div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title}: ${series.map((one) => newest(one, unit)).join("; ")}`}
      >
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {series.map((one, index) => (
          <Bars
            key={one.of}
            series={one}
            index={index}
            of={series.length}
            highest={highest}
            unit={unit}
            from={from}
          />
        ))}
      </svg>
      <div class="axis times">
        <span>{clock(from)}</span>
        <span>{clock(to)}</span>
      </div>
      <ul>
        {series.map((one, index) => (
          <li key={one.of} class={`series-${index % SERIES}`}>
            ■ {newest(one, unit)}
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** The values of a series, with one bar a minute. Each bar shows its value under the mouse pointer. */
function Bars(props: {
  readonly series: ChartView["series"][number];
  readonly index: number;
  readonly of: number;
  readonly highest: number;
  readonly unit: string;
  readonly from: string;
}) {
  const { series, index, highest, unit, from } = props;
  const slot = WIDTH / series.values.length;
  const width = slot / props.of;
  return (
    <g class={`series-${index % SERIES}`}>
      {series.values.map((value, minute) => {
        if (value === null) return null;
        const height =
          value === 0 ? ZERO_HEIGHT : Math.max(2 * ZERO_HEIGHT, (HEIGHT - 4) * (value / highest));
        const at = new Date(Date.parse(from) + minute * MINUTE_MS).toISOString();
        return (
          <rect
            key={minute}
            x={minute * slot + index * width}
            y={HEIGHT - height}
            width={width * 0.85}
            height={height}
          >
            <title>{`${series.of}, ${moment(at)}: ${withUnit(value, unit)}`}</title>
          </rect>
        );
      })}
    </g>
  );
}

const withUnit = (value: number, unit: string): string =>
  `${count(Number.isInteger(value) ? value : Number(value.toPrecision(3)))} ${unit}`.trimEnd();

const newest = ({ of, values }: ChartView["series"][number], unit: string): string => {
  const last = values.findLast((value) => value !== null) ?? undefined;
  return `${of}: ${last === undefined ? "not measured" : withUnit(last, unit)}`;
};
