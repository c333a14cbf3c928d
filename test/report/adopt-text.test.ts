/** What adopt tells to do next. */
import { expect, test } from "vitest";
import { type ProgramOutcome, programsText } from "../../src/report/adopt-text.ts";
import { plainText } from "../../src/report/text.ts";

test("a program is stopped by the names of its processes, in quotes where a shell needs them", () => {
  const outcome: ProgramOutcome = {
    kind: "written",
    program: "worker",
    processes: ["g:worker_00", "it's:a b"],
    file: "services/worker.yaml",
    text: "",
    notes: [],
    problems: [],
    secrets: new Map(),
  };
  expect(plainText(programsText([outcome], [], "prod", 80))).toContain("    supervisorctl stop g:worker_00 'it'\\''s:a b'\n");
});
