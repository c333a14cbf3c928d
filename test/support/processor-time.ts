/** A clock that other programs on the machine do not turn: for bounds on what we compute. */

/** Milliseconds of processor time that this process has used. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
