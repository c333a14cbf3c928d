/** Room on the file systems that a deployment writes to. */
import type { CheckAnswer, CheckFinding, Space } from "./host-check.ts";

/**
 * What a deployment takes on any account: journal, backups, a release. /run, which only holds the transient
 * unit, is small on small machines.
 */
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
  const readOnly = spaces.filter(({ writable }) => !writable).map(({ folder }) => folder);
  const found: CheckFinding[] = [];
  if (readOnly.length > 0) {
    const fix = "Perhaps after a file system error: `dmesg` on the host; then mount it read-write again.";
    found.push({
      severity: "bad",
      code: "read-only",
      text: `${readOnly.join(", ")} cannot be written: ${mount} is read-only`,
      fix,
      commands: [],
    });
  }
  const small = mount === "/run";
  const kib = shortage(
    space.freeKib,
    small ? { needed: NEEDED_KIB_IN_RUN, low: 0 } : { needed: NEEDED_KIB, low: LOW_KIB },
  );
  if (kib !== null) {
    const commands = [
      `du -xh --max-depth=2 ${mount === "/" ? "/var /opt" : "MOUNT"} | sort -h | tail   # on the host`,
    ];
    found.push({
      severity: kib,
      code: "space",
      text: `${mebibytes(space.freeKib ?? 0)} are free on ${name}`,
      fix: "Make room there.",
      commands,
    });
  }
  const inodes = shortage(
    space.freeInodes,
    small ? { needed: NEEDED_INODES, low: 0 } : { needed: NEEDED_INODES, low: LOW_INODES },
  );
  if (inodes !== null) {
    const fix =
      "Many small files use them up (sessions, mail, caches): `du --inodes -x` on the host finds the folder.";
    found.push({
      severity: inodes,
      code: "inodes",
      text: `${space.freeInodes} inodes are free on ${name}`,
      fix,
      commands: [],
    });
  }
  return found;
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
