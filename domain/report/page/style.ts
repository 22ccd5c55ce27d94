/** The style of the page: light, dark, narrow, and on paper. Contrasts meet WCAG AA. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f5f6f8; --surface: #fff; --ink: #1a1f27; --muted: #55606e; --line: #dfe3e8;
  --series-1: #2f5bd0; --series-2: #c2570c; --series-3: #0f766e; --good: #11703c; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #101419; --surface: #191f27; --ink: #e8ebef; --muted: #a5afbb;
  --line: #303945; --series-1: #7ea4ff; --series-2: #ffa25e; --series-3: #4fd0c0; --good: #6bd694; --bad: #ff9a90; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 0; font-size: 1.15rem; line-height: 1.3; }
.fresh, footer, .scope { color: var(--muted); font-size: .875rem; }
.fresh { margin: 6px 0 0; }
.behind { border-left: 4px solid #b45309; padding: 4px 12px; margin: 8px 0; font-weight: 600; }
.behind li { font-weight: 400; }
form { position: sticky; top: 0; z-index: 10; background: var(--page); border-bottom: 1px solid var(--line); margin-top: 16px; }
form > div { max-width: 1180px; margin: 0 auto; padding: 10px 20px; display: flex; gap: 12px 20px; flex-wrap: wrap; align-items: center; }
label { font-size: .875rem; color: var(--muted); display: flex; gap: 8px; align-items: center; }
select { font: inherit; font-size: 1rem; color: var(--ink); background: var(--surface); border: 1px solid var(--muted); border-radius: 8px; padding: 6px 10px; min-height: 40px; }
:focus-visible { outline: 3px solid var(--series-1); outline-offset: 2px; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(185px, 1fr)); gap: 14px; margin: 20px 0; }
.headline, section { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.headline { padding: 14px 16px; }
dt { font-size: .875rem; color: var(--muted); }
dd { margin: 2px 0 0; }
dd span { display: block; }
.value { font-size: 1.35rem; font-weight: 650; line-height: 1.35; white-space: nowrap; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.value small { font-size: .9rem; font-weight: 500; color: var(--muted); letter-spacing: 0; }
.detail { font-size: .875rem; color: var(--muted); }
.detail.good { color: var(--good); } .detail.bad { color: var(--bad); }
.sections { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; }
section { padding: 18px 20px; min-width: 0; }
section.wide, .sections > section:last-child { grid-column: 1 / -1; }
.answer { margin: 6px 0 0; font-size: 1.02rem; overflow-wrap: anywhere; }
.scope { margin: 2px 0 0; }
.chart { margin-top: 12px; } 
.chart svg { display: block; max-width: 100%; height: auto; }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--muted); font-size: .875rem; padding: 8px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding-bottom: 4px; position: absolute; clip-path: inset(50%); }
th, td { text-align: left; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; min-width: 4.5em; }
thead th { color: var(--muted); font-weight: 600; vertical-align: bottom; overflow-wrap: normal; }
thead button { font: inherit; color: inherit; background: none; border: 0; padding: 0; min-height: 24px; text-align: inherit; cursor: pointer; }
[aria-sort="ascending"] button::after { content: " ↑"; } [aria-sort="descending"] button::after { content: " ↓"; }
.csv { display: inline-block; margin-top: 8px; font-size: .875rem; color: var(--series-1); }
.number { text-align: right; }
td.number, tbody th.number { white-space: nowrap; overflow-wrap: normal; }
footer { padding-top: 20px; padding-bottom: 32px; }
.only-read { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 860px) { .sections { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 480px) { header, main, footer { padding-left: 14px; padding-right: 14px; } section { padding: 14px; } form > div { padding: 8px 14px; }
  label { flex-direction: column; align-items: flex-start; gap: 2px; } .headline:first-child { grid-column: 1 / -1; }
  dl { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px; } .headline { padding: 10px 12px; } .value { font-size: 1.05rem; } }
@media print { :root { color-scheme: light; --page: #fff; --surface: #fff; --ink: #000; --muted: #444; --line: #bbb;
  --series-1: #2f5bd0; --series-2: #c2570c; --series-3: #0f766e; --good: #11703c; --bad: #b3261e; }
  body { font-size: 11pt; } form { position: static; border: 0; } select { border: 0; appearance: none; padding: 0; min-height: 0; }
  section, .headline { break-inside: avoid; } .sections { display: block; } section { margin-bottom: 12px; }
  header, main, footer { max-width: none; padding: 0; } summary, .csv { display: none; } .scroll { overflow: visible; }
  .chart, .chart > div { width: 100% !important; height: auto !important; } .chart svg { width: 100%; height: auto; } }
`;
