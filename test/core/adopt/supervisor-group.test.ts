/** What supervisorctl calls a program's processes. */
import { expect, test } from "vitest";
import { readSupervisorFile } from "../../../src/core/adopt/supervisor-file.ts";
import { processesOf } from "../../../src/core/adopt/supervisor-group.ts";

const GROUP = "[group:g]\nprograms=other, worker\n";

test.each([
  ["no group", "[program:worker]\nnumprocs=2\n", ["worker:*"]],
  ["a group of others", "[program:worker]\n[group:g]\nprograms=other\n", ["worker:*"]],
  ["one process", `${GROUP}[program:worker]\n`, ["g:worker"]],
  [
    "several",
    `[program:worker]\nnumprocs=2\nnumprocs_start=1\nprocess_name=%(program_name)s_%(process_num)02d\n${GROUP}`,
    ["g:worker_01", "g:worker_02"],
  ],
  ["a name that supervisord alone knows", `[program:worker]\nprocess_name=%(ENV_X)s\n${GROUP}`, ["g:*"]],
  ["no number", `[program:worker]\nnumprocs=many\n${GROUP}`, ["g:*"]],
])("%s", (_name, text, expected) => {
  expect(processesOf("worker", readSupervisorFile(text))).toEqual(expected);
});
