import { paint } from "../terminal/paint";
import { createProgress } from "../terminal/progress";
import type { Underway } from "../terminal/underway";
import { widthOf } from "../terminal/width";

/** The output of the demo. */
export interface Screen {
  readonly say: (text: string) => void;
  /** A step, with the seconds since the start. */
  readonly step: (message: string) => void;
  /** A section of the results, under its title. */
  readonly show: (title: string, text: string) => void;
  /** Shows whether something succeeded. */
  readonly sign: (ok: boolean) => string;
  /** The width of a line, in characters. */
  readonly width: number;
  readonly end: () => void;
}

/** @param work the text of the status line */
export function createScreen(work: Underway): Screen {
  const stream = process.stdout;
  const started = performance.now();
  const { say, end } = createProgress({ stream, underway: work.text });
  return {
    say,
    step: (message) => {
      work.step(message);
      const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
      say(`${paint("dim", `${seconds} s`, stream)}  ${message}`);
    },
    show: (title, text) => say(`\n${paint("bold", title, stream)}\n\n${text}\n`),
    sign: (ok) => (ok ? paint("green", "✔", stream) : paint("red", "✘", stream)),
    width: widthOf(stream),
    end,
  };
}
