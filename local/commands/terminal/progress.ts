import { paint, type Output } from "./paint";
import { cut, widthOf } from "./width";

/** After so many milliseconds without a line, people are shown that the work goes on. */
export const SILENCE_MS = 2000;
/** Between two such lines in a file or a pipe: they stay, so they become rarer. */
const LONGEST_SILENCE_MS = 10_000;
const TICK_MS = 250;

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ERASE_LINE = "\r\u001b[K";

/** What a command prints while it works. */
export interface Progress {
  /** Prints lines. */
  readonly say: (text: string) => void;
  /** Ends the status line; lines may still be printed. */
  readonly end: () => void;
}

export interface ProgressOptions {
  readonly stream: Output;
  /** What is being done; undefined when nothing is. */
  readonly underway: () => string | undefined;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
  /** Calls back again and again; returns how to end that. */
  readonly every?: (ms: number, tick: () => void) => () => void;
}

/**
 * Prints lines, and shows what is being done whenever nothing was printed for two seconds: in a terminal as a line
 * that is replaced, elsewhere as a line from time to time.
 */
export function createProgress(options: ProgressOptions): Progress {
  const { stream, underway, now = () => performance.now(), every = inBackground } = options;
  let printedAt = now();
  let wait = SILENCE_MS;
  let frame = 0;
  let shown = false;
  const write = (text: string): void => {
    stream.write(shown ? `${ERASE_LINE}${text}` : text);
    shown = false;
  };
  const tick = (): void => {
    const silence = now() - printedAt;
    const what = silence < SILENCE_MS ? undefined : underway();
    if (what === undefined) return;
    if (stream.isTTY) {
      const text = cut(`${FRAMES[frame++ % FRAMES.length] ?? ""} ${what}`, widthOf(stream) - 1);
      write(paint("dim", text, stream));
      shown = true;
    } else if (silence >= wait) {
      write(`… ${what}\n`);
      printedAt = now();
      wait = Math.min(wait * 2, LONGEST_SILENCE_MS);
    }
  };
  const stop = every(TICK_MS, tick);
  return {
    say: (text) => {
      write(`${text}\n`);
      printedAt = now();
      wait = SILENCE_MS;
    },
    end: () => {
      stop();
      if (shown) write("");
    },
  };
}

/** A timer that keeps no process running. */
function inBackground(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  timer.unref();
  return () => clearInterval(timer);
}
