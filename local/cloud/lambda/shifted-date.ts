/** The time of this machine, whatever the process has been told since. */
export const machineNow = Date.now.bind(Date);

let offset = 0;
let shifted = false;

/**
 * Lets the process see another time than that of the machine, as a function does in a local cloud whose clock
 * was put forward. Until it is told an offset, the process has its own Date untouched.
 */
export function shiftDate(offsetMs: number): void {
  offset = offsetMs;
  if (shifted || offsetMs === 0) return;
  shifted = true;
  const MachineDate = Date;
  const now = (): number => machineNow() + offset;
  // Without arguments, or called as a function, Date reads the clock; all else is as it was.
  globalThis.Date = new Proxy(MachineDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new MachineDate(now()).toString(),
    get: (target, property, receiver): unknown =>
      property === "now" ? now : Reflect.get(target, property, receiver),
  });
}
