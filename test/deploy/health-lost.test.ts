/** A health check asked by curl on a host that has no room for the answer, by what http.sh says there. */
import { expect, test } from "vitest";
import type { HttpCheck } from "../../src/core/verify/health.ts";
import { runCheck } from "../../src/deploy/health.ts";
import type { Remote, RunOptions } from "../../src/remote/remote.ts";
import { makeTarget } from "../core/plan/host-builder.ts";

const check: HttpCheck = {
  kind: "http",
  role: "ready",
  place: { file: "services/a.yaml", line: 3, column: 5 },
  url: "http://127.0.0.1:80/",
  via: "host",
  status: 200,
  json: null,
  withinMilliseconds: 5_000,
};

/** A host whose http.sh answers with these words behind its mark. */
function answering(words: string): Remote {
  const remote = {
    host: makeTarget([]).host,
    run: async (_script: unknown, { input }: RunOptions) => {
      const [mark = ""] = String(input).split("\n");
      return { exitCode: 0, stdout: `${mark} ${words}\n`, stderr: "curl: (23) Failed writing body" };
    },
  };
  return remote as unknown as Remote;
}

test.each([
  ["200 0.01 6 23 0", false],
  ["200 0.01 6 0 0", false],
  ["200 0.01 70000 23 4096", false],
  ["200 0.01 70000 23 65536", true],
  ["200 0.01 0 0 0", true],
])("%s: %s", async (words, ok) => {
  const result = await runCheck(answering(words), check);
  expect(result.ok).toBe(ok);
  if (!ok)
    expect(result.detail).toMatch(/^the answer \(HTTP 200\) could not be kept on the host: is \/run full\?/);
});
