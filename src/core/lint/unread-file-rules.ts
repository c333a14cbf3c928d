/** The rule of files in a folder of configuration that systemd or logrotate does not read. */
import type { LintPlacedFile } from "./lint-host.ts";
import type { HostRule, RuleFinding } from "./rule.ts";

/** SD085. */
export const UNREAD_FILE_RULES: readonly HostRule[] = [
  {
    id: "SD085",
    severity: "warn",
    over: "host",
    title: "A file in a folder of configuration that is not read",
    explain:
      "systemd reads only *.conf of a folder of drop-ins, so x.conf~ and x.bak there change nothing. " +
      "logrotate skips *~ and *.bak in logrotate.d, and also, with an error in its log alone, files " +
      "that are not root's or that group or others can write to.",
    bad:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\n# app.service.d/limits.conf~\n[Service]\n" +
      "MemoryMax=1G\n",
    good:
      "# app.service\n[Service]\nExecStart=/usr/bin/app\n# app.service.d/limits.conf\n[Service]\n" +
      "MemoryMax=1G\n",
    check: (host) => host.placed.flatMap(checkPlaced),
  },
];

function checkPlaced({ path, mode, owner, place }: LintPlacedFile): readonly RuleFinding[] {
  const reader = path.includes("logrotate.d/") ? "logrotate" : "systemd";
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/~$|\.(?:bak|old|orig|save)$/.test(name))
    return [
      {
        place,
        happens: `${reader} does not read ${name}: what it says does not hold.`,
        fix: "Remove it, or name it properly.",
      },
    ];
  if (
    reader !== "logrotate" ||
    ((mode === null || !/[2367].?$/.test(mode.slice(-2))) && (owner === null || owner === "root"))
  )
    return [];
  return [
    {
      place,
      happens: `logrotate skips ${path}: it is ${owner}'s with mode ${mode}.`,
      fix: "Give it to root with mode 0644.",
      severity: "error",
    },
  ];
}
