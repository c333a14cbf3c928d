/** Room on the file systems that a deployment writes to. */
import type { CheckAnswer, CheckFinding, Space } from "./host-check.ts";

/**
 * What a deployment takes on any account: journal, backups, a release. /run, which only holds the transient
 * unit, is small on small machines.
 */
const RUN = "/run";
const NEEDED_KIB = 64 * 1024;
const NEEDED_KIB_IN_RUN = 1024;
const LOW_KIB = 512 * 1024;
const NEEDED_INODES = 500;
const LOW_INODES = 5000;

/**
 * One finding for each thing that is short on a file system; a file system that holds several of the folders
 * is reported once.
 */
export function judgeSpaces({ spaces }: CheckAnswer): readonly CheckFinding[] {
  const mounts = Map.groupBy(spaces, (space) => space.mount);
  return [...mounts].flatMap(([mount, [first, ...rest]]) =>
    first === undefined ? [] : judgeMount(mount, [first, ...rest]),
  );
}

function judgeMount(mount: string, spaces: readonly [Space, ...Space[]]): readonly CheckFinding[] {
  const [space] = spaces;
  const name = `${mount} (for ${spaces.map(({ folder }) => folder).join(", ")})`;
  return [
    ...judgeAccess(mount, spaces),
    ...judgeRoom(mount, name, space),
    ...judgeInodes(mount, name, space),
  ];
}

function judgeAccess(mount: string, spaces: readonly Space[]): readonly CheckFinding[] {
  const folders = spaces.filter(({ writable }) => !writable).map(({ folder }) => folder);
  if (folders.length === 0) return [];
  return [
    {
      severity: "bad",
      code: "read-only",
      text: `${folders.join(", ")} cannot be written: ${mount} is read-only`,
      fix: "Perhaps after a file system error: `dmesg` on the host; then mount it read-write again.",
      commands: [],
    },
  ];
}

function judgeRoom(mount: string, name: string, { freeKib }: Space): readonly CheckFinding[] {
  const limits = mount === RUN ? { needed: NEEDED_KIB_IN_RUN, low: 0 } : { needed: NEEDED_KIB, low: LOW_KIB };
  const severity = shortage(freeKib, limits);
  if (severity === null) return [];
  const folders = mount === "/" ? "/var /opt" : "MOUNT";
  return [
    {
      severity,
      code: "space",
      text: `${mebibytes(freeKib ?? 0)} are free on ${name}`,
      fix: "Make room there.",
      commands: [`du -xh --max-depth=2 ${folders} | sort -h | tail   # on the host`],
    },
  ];
}

function judgeInodes(mount: string, name: string, { freeInodes }: Space): readonly CheckFinding[] {
  const severity = shortage(freeInodes, { needed: NEEDED_INODES, low: mount === RUN ? 0 : LOW_INODES });
  if (severity === null) return [];
  return [
    {
      severity,
      code: "inodes",
      text: `${freeInodes} inodes are free on ${name}`,
      fix:
        "Many small files use them up (sessions, mail, caches): `du --inodes -x` on the host finds the " +
        "folder.",
      commands: [],
    },
  ];
}

function shortage(
  free: number | null,
  limits: { readonly needed: number; readonly low: number },
): "bad" | "warn" | null {
  if (free === null || free >= Math.max(limits.needed, limits.low)) return null;
  return free < limits.needed ? "bad" : "warn";
}

function mebibytes(kib: number): string {
  return `${kib < 10 * 1024 ? (kib / 1024).toFixed(1) : Math.floor(kib / 1024)} MiB`;
}
