/** Programs that units start, against what their release will hold. */
import { expect, test } from "vitest";
import type { Problem } from "../../../src/core/errors.ts";
import type { ArtifactFile } from "../../../src/core/model/artifact.ts";
import { checkPrograms } from "../../../src/core/render/release-programs.ts";
import { releasePrograms } from "../../../src/core/unit-file/release-program.ts";
import { normaliseText } from "../config/normalise-text.ts";

function mistakes(text: string, files: readonly string[] | null): readonly string[] {
  const problems: Problem[] = [];
  const service = normaliseText(`name: shopd\n${text}`);
  const artifact: ArtifactFile | null =
    files === null
      ? null
      : {
          sha256: "0".repeat(64),
          size: 1,
          files,
          source: { form: "directory", path: "/p/dist", strip: 0, sha256: "0".repeat(64), size: 1 },
        };
  checkPrograms(service, artifact, problems);
  return problems.map(({ place, message, hint }) => `${place.line} ${message}; ${hint}`);
}

test("of an artifact that is one file, known before it is read", () => {
  const text =
    "artifact: { source: dist/shopd }\nservice: { ExecStart: /opt/shopd/current/shoppd --port 80 }\n";
  expect(mistakes(text, null)).toEqual([
    "3 ExecStart= starts /opt/shopd/current/shoppd, and the artifact dist/shopd is the one file shopd; " +
      "did you mean /opt/shopd/current/shopd?",
  ]);
  expect(mistakes(text.replace("shoppd", "shopd"), null)).toEqual([]);
});

test("of a tree, in jobs as well", () => {
  const text =
    "artifact: { source: dist/ }\nservice: { ExecStart: /opt/shopd/current/bin/shopd, ExecReload: /opt/shopd/current/reload }\n" +
    "timers: [{ name: t, OnBootSec: 1, ExecStart: /opt/shopd/current/job }]\n";
  expect(mistakes(text, ["bin/shopd", "bin/job"])).toEqual([
    "3 ExecReload= starts /opt/shopd/current/reload, and the artifact dist is a tree without it; " +
      "The release will have no such program.",
    "4 ExecStart= starts /opt/shopd/current/job, and the artifact dist is a tree without it; " +
      "did you mean /opt/shopd/current/bin/job?",
  ]);
  // A tree that was not read tells nothing.
  expect(mistakes(text, null)).toEqual([]);
});

test("what cannot be known, or may fail, is left alone", () => {
  expect(
    releasePrograms([
      "-/opt/a/current/x",
      "/opt/a/current/%i",
      "/usr/bin/x",
      "/opt/a/releases/1/x",
      "+/opt/b/current/bin/y z ; /opt/c/current/w",
    ]),
  ).toEqual([
    { service: "b", program: "/opt/b/current/bin/y", inside: "bin/y" },
    { service: "c", program: "/opt/c/current/w", inside: "w" },
  ]);
});
