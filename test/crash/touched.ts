/** What a transaction touches beside what its plan names: nothing, by the log of a run without faults. */
import { stateFolder } from "../../src/host/frames.ts";
import type { Point } from "./points.ts";

/** Programs whose work is not ours: what they write is theirs to know. */
const OTHERS = ["systemd-tmpfiles", "systemd-sysctl", "groupadd", "useradd", "usermod"];
/** What is ours wherever it is. */
const OWN = new RegExp(`^(?:${stateFolder}(?:/|$)|(?:/[^/]+)*/\\.svcdeploy-stage(?:/|$))`);
/** What changes nothing at its path. */
const HARMLESS = ["execve", "fsync", "syncfs"];

/** Each call at a path that the plan does not name. plan: its lines; part: what the log is of. */
export function touchedOutside(points: readonly Point[], plan: string, part: string): readonly string[] {
  const rows = plan.split("\n").map((row) => row.split("\t"));
  const paths = rows.flatMap(([op = "", , path = ""]) =>
    ["directory", "release", "tree", "file", "link"].includes(op) ? [path] : [],
  );
  const folders = rows.flatMap(([op = "", folder = ""]) => (op === "keep" ? [folder] : []));
  const isNamed = (path: string): boolean =>
    OWN.test(path) ||
    paths.some((each) => path === each || path.startsWith(`${each}/`) || path.startsWith(`${each}.tmp`)) ||
    folders.some(
      (each) => path.startsWith(`${each}/`) || path === each || path === each.replace(/\/releases$/, ""),
    ) ||
    // What the undo writes back: the records say which. What a script says is written outside of the host.
    path.startsWith("/proc/sys/") ||
    path.endsWith("/said");
  return points.flatMap(({ number, program, call, one, two }) =>
    HARMLESS.includes(call) || OTHERS.includes(program)
      ? []
      : (call === "rename" || call === "link" ? [one, two] : [one || two]).flatMap((path) =>
          isNamed(path) ? [] : [`${part}: ${number} ${program} ${call} ${path} is not in the plan`],
        ),
  );
}
