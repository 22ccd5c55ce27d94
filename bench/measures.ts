/** The measurements, each of which can run alone; run-bench.ts has their code, which takes seconds to load. */
export const MEASURES = [
  { name: "pipeline", title: "a first load, each stage with its floor" },
  { name: "upsert", title: "a dimension all of whose rows changed" },
  { name: "incremental", title: "a run after few of many rows changed" },
  {
    name: "idle",
    title: "a run with nothing to do, with a short and a long history, and with few and many tables",
  },
  { name: "joined", title: "a fact of joined rows: its first load, and few of many rows changed" },
  { name: "growth", title: "time and memory at a tenth, once and ten times the rows" },
  { name: "archive", title: "the archives of the Lambdas and how fast they load" },
  { name: "source", title: "the load of a run on the source" },
] as const;

export type MeasureName = (typeof MEASURES)[number]["name"];
