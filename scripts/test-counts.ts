// Prints the last line of a test run, `N passed, N failed, N skipped`, from vitest's JSON report.
import { readFileSync } from "node:fs";

interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts the tests by outcome; a file that failed without a failed test (it did not load, or a hook threw)
 * counts as one failed.
 */
export function countTests(report: Report): { passed: number; failed: number; skipped: number } {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    const failedBefore = counts.failed;
    for (const test of file.assertionResults) {
      if (test.status === "passed") counts.passed += 1;
      else if (test.status === "failed") counts.failed += 1;
      else counts.skipped += 1;
    }
    if (file.status === "failed" && counts.failed === failedBefore) counts.failed += 1;
  }
  return counts;
}

function readReport(path: string): Report {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch {
    return { testResults: [{ status: "failed", assertionResults: [] }] };
  }
}

const { passed, failed, skipped } = countTests(readReport(process.argv[2] ?? ""));
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
