/**
 * A reporter of Vitest: names the slowest test files at the end, with the time that each took from start to
 * end.
 */
import type { Reporter, TestModule } from "vitest/node";

const SHOWN = 15;

/** Prints the slowest files of a run, the slowest first; nothing where there was one file alone. */
export default class SlowFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length < 2) return;
    const times = modules.map((module) => ({ name: module.relativeModuleId, ms: durationOf(module) }));
    const slowest = times.sort((a, b) => b.ms - a.ms).slice(0, SHOWN);
    const lines = slowest.map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}\n`);
    process.stdout.write(`\nThe slowest of ${modules.length} test files:\n${lines.join("")}\n`);
  }
}

/** Milliseconds for imports, hooks and tests. */
function durationOf(module: TestModule): number {
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  return collectDuration + setupDuration + duration;
}
