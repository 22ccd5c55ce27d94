/** The time of this machine, without the offset. */
export const machineNow = Date.now.bind(Date);

let offset = 0;
let shifted = false;

/**
 * Sets the clock of this process to another time than the machine's, for a local cloud whose clock was advanced. Until
 * the first offset, the process has the original Date.
 */
export function shiftDate(offsetMs: number): void {
  offset = offsetMs;
  if (shifted || offsetMs === 0) return;
  shifted = true;
  const MachineDate = Date;
  const now = (): number => machineNow() + offset;
  // Date reads the clock without arguments, or when it is called as a function. All else stays the same.
  globalThis.Date = new Proxy(MachineDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new MachineDate(now()).toString(),
    get: (target, property, receiver): unknown =>
      property === "now" ? now : Reflect.get(target, property, receiver),
  });
}
