import { defineConfig } from "vitest/config";

/**
 * Two projects, side by side: unit needs nothing but Node; e2e needs Docker hosts, and mostly waits for them,
 * so scripts/test.sh lets more files run at once than there are processors.
 */
const maxWorkers = 2;

export default defineConfig({
  test: {
    globalSetup: ["test/support/build-once.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**"],
          testTimeout: 30_000,
          isolate: false, // one process for many files: half of a file's time was its start and its imports
          maxWorkers,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers,
        },
      },
    ],
  },
});
