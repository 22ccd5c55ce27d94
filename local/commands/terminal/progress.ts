import { paint, type Output } from "./paint";
import { cut, widthOf } from "./width";

/** After this many milliseconds without a line, the status line shows that work continues. */
const SILENCE_MS = 2000;
/** The time between two status lines in a file or a pipe. They stay there, so they become rarer. */
const LONGEST_SILENCE_MS = 10_000;
const TICK_MS = 250;

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ERASE_LINE = "\r\u001b[K";

/** The output of a command while it works. */
interface Progress {
  /** Prints lines. */
  readonly say: (text: string) => void;
  /** Ends the status line. Lines may still be printed. */
  readonly end: () => void;
}

interface ProgressOptions {
  readonly stream: Output;
  /** The current work; undefined if there is none. */
  readonly underway: () => string | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  /** Calls back repeatedly; returns a function that stops this. */
  readonly every?: (ms: number, tick: () => void) => () => void;
}

/**
 * Prints lines, and shows the current work if nothing was printed for two seconds. In a terminal, each status line
 * replaces the last one; elsewhere, one appears from time to time.
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

/** A timer that does not keep the process running. */
function inBackground(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  timer.unref();
  return () => clearInterval(timer);
}
