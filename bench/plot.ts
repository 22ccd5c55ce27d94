/** A panel of the plot: figures that grow with the number of rows. */
interface Panel {
  readonly title: string;
  /** The scale of the vertical axis. The horizontal axis is always logarithmic. */
  readonly logarithmic: boolean;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

const WIDTH = 360;
const HEIGHT = 240;
const MARGIN = { left: 56, right: 76, top: 32, bottom: 36 };
const COLOURS: Readonly<Record<string, string>> = {
  floor: "#7f7f7f",
  ingest: "#1f77b4",
  process: "#2ca02c",
  load: "#d62728",
  whole: "#9467bd",
};

/** The same figures always give the same SVG. A hand-written template is enough for that. */
export function growthPlot(panels: readonly Panel[]): string {
  const width = panels.length * (MARGIN.left + WIDTH + MARGIN.right);
  const height = MARGIN.top + HEIGHT + MARGIN.bottom;
  const body = panels
    .map((panel, index) => {
      const x = index * (MARGIN.left + WIDTH + MARGIN.right) + MARGIN.left;
      return `<g transform="translate(${x} ${MARGIN.top})">${drawPanel(panel)}</g>`;
    })
    .join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="white"/>
${body}
</svg>
`;
}

function drawPanel({ title, logarithmic, series }: Panel): string {
  const points = series.flatMap((one) => one.points);
  const x = scale(
    points.map(([rows]) => rows),
    { logarithmic: true, length: WIDTH },
  );
  const y = scale(
    points.map(([, value]) => value),
    { logarithmic, length: HEIGHT },
  );
  const up = (value: number): number => HEIGHT - y.at(value);
  const parts = [
    `<text x="0" y="-12" font-weight="bold">${title}</text>`,
    `<path d="M0 0V${HEIGHT}H${WIDTH}" fill="none" stroke="black"/>`,
    ...x.ticks.map((rows) => label({ x: x.at(rows), y: HEIGHT + 18, anchor: "middle", text: short(rows) })),
    ...y.ticks.flatMap((value) => [
      label({ x: -6, y: up(value) + 4, anchor: "end", text: short(value) }),
      `<path d="M0 ${round(up(value))}H${WIDTH}" stroke="#ddd"/>`,
    ]),
    label({ x: WIDTH, y: HEIGHT + 32, anchor: "end", text: "rows" }),
  ];
  const ends = spread(series.map(({ points: own }) => up(own.at(-1)?.[1] ?? 0)));
  series.forEach(({ name, points: own }, index) => {
    const colour = COLOURS[name] ?? "black";
    const path = own.map(([rows, value]) => `${round(x.at(rows))},${round(up(value))}`).join(" ");
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    parts.push(`<text x="${WIDTH + 6}" y="${round((ends[index] ?? 0) + 4)}" fill="${colour}">${name}</text>`);
  });
  return parts.join("\n");
}

interface Scale {
  at(value: number): number;
  readonly ticks: readonly number[];
}

function scale(values: readonly number[], options: { logarithmic: boolean; length: number }): Scale {
  const { logarithmic, length } = options;
  const highest = Math.max(...values);
  if (!logarithmic) {
    const step = niceStep(highest / 4);
    const top = Math.ceil(highest / step) * step;
    return {
      at: (value) => (value / top) * length,
      ticks: Array.from({ length: top / step + 1 }, (_, i) => i * step),
    };
  }
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(highest));
  return {
    at: (value) => ((Math.log10(value) - low) / Math.max(high - low, 1)) * length,
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
  };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

/** Moves labels at the ends of lines apart, so that they do not overlap. */
function spread(heights: readonly number[]): number[] {
  const placed = new Map<number, number>();
  let free = -Infinity;
  const order = heights.map((height, index) => ({ height, index })).sort((a, b) => a.height - b.height);
  for (const { height, index } of order) {
    const at = Math.max(height, free);
    placed.set(index, at);
    free = at + 14;
  }
  return heights.map((_, index) => placed.get(index) ?? 0);
}

const label = (options: { x: number; y: number; anchor: string; text: string }): string =>
  `<text x="${round(options.x)}" y="${round(options.y)}" text-anchor="${options.anchor}">${options.text}</text>`;

const round = (value: number): number => Math.round(value * 10) / 10;

const short = (value: number): string =>
  value >= 1e6
    ? `${value / 1e6} M`
    : value >= 1000
      ? `${value / 1000} k`
      : String(Number(value.toPrecision(3)));
