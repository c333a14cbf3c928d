/** The journals are those of systemd 252 and 257. */
import { expect, test } from "vitest";
import { spawnFailure } from "../../../src/core/verify/spawn-failure.ts";

const UNIT = `[Service]
ExecStart=/opt/app/app --a-long-line of arguments
User=nobody-here
ReadWritePaths=/var/lib/app
ReadWritePaths=/srv/none
BindPaths=/nope:/mnt
WorkingDirectory=/nowhere
`;

test.each([
  [
    203,
    ["app.service: Failed at step EXEC spawning /opt/app/app: No such file or directory"],
    "ExecStart=/opt/app/app: No such file or directory",
  ],
  [203, ["app.service: Main process exited, code=exited, status=203/EXEC"], "ExecStart=/opt/app/app"],
  [217, [], "User=nobody-here"],
  [
    217,
    ["app.service: Failed at step USER spawning /opt/app/app: No such process"],
    "User=nobody-here: No such process",
  ],
  [
    226,
    [
      "app.service: Failed to set up mount namespacing: /run/systemd/unit-root/srv/none: No such file or directory",
      "app.service: Failed at step NAMESPACE spawning /opt/app/app: No such file or directory",
    ],
    "ReadWritePaths=/srv/none: /srv/none: No such file or directory",
  ],
  [
    226,
    ["app.service: Failed to set up mount namespacing: /mnt: No such file or directory"],
    "BindPaths=/nope:/mnt: /mnt: No such file or directory",
  ],
  [200, [], "WorkingDirectory=/nowhere"],
  [
    209,
    ["app.service: Failed at step STDOUT spawning /opt/app/app: No such file or directory"],
    "No such file or directory",
  ],
  [9, [], null],
])("%i after %o", (status, journal, found) => {
  expect(spawnFailure(status, UNIT, journal)).toBe(found);
});
