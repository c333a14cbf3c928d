import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Two projects, side by side: unit needs nothing but Node; e2e needs Docker hosts, and mostly waits for them,
 * so scripts/test.sh lets more files run at once than there are processors.
 */
const maxWorkers = 2;

/** The end-to-end files that take longest, by what they wait for: none of them may be what is left at the end. */
const LONGEST = [
  "controller",
  "crash",
  "cron",
  "crash-points",
  "keep",
  "timer",
  "companions",
  "scripts",
  "wire",
];

/** End-to-end files before units, the longest first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ project, moduleId }: TestSpecification): number {
  const rank = LONGEST.indexOf(basename(moduleId, ".test.ts"));
  return project.name === "e2e" && rank >= 0 ? rank : LONGEST.length;
}

export default defineConfig({
  test: {
    globalSetup: ["test/support/build-once.ts"],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**"],
          testTimeout: 30_000,
          isolate: false, // half of a file's time was its process's start and its imports
          setupFiles: ["test/support/own-environment.ts"],
          maxWorkers,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 300_000,
          maxWorkers,
        },
      },
    ],
  },
});
