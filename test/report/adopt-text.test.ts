/** What adopt tells to do next. */
import { expect, test } from "vitest";
import {
  type AdoptOutcome,
  adoptText,
  type ProgramOutcome,
  programsText,
} from "../../src/report/adopt-text.ts";
import { plainText } from "../../src/report/lines/text.ts";

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
  expect(plainText(programsText([outcome], [], "prod", 80))).toContain(
    "    supervisorctl stop g:worker_00 'it'\\''s:a b'\n",
  );
});

test.each([
  [
    ["/etc/systemd/system/web.service.d/a.conf"],
    "    rm /etc/systemd/system/web.service.d/a.conf\n    systemctl daemon-reload\n",
  ],
  [["/etc/logrotate.d/web"], "    rm /etc/logrotate.d/web\n  svcdeploy lint"],
])("after units' files are gone systemd has to know: %s", (merged, expected) => {
  const adopted = {
    name: "web",
    unit: "web.service",
    secrets: new Map(),
    merged,
    retired: [],
    notes: [],
    obstacles: [],
  };
  const outcome: AdoptOutcome = {
    kind: "written",
    result: { adopted, file: "services/web.yaml", key: null, text: "", gaps: [] },
  };
  expect(plainText(adoptText([outcome], "h", "prod", 80))).toContain(expected);
});
