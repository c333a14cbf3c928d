/** Points that are alike: the same program, the same call, the same roles of its paths. */
import { stateFolder } from "../../src/host/frames.ts";
import type { Point } from "./points.ts";

/** Of points that are alike, in their order. isChange: after one of these the host is another. */
export type Kind = {
  readonly name: string;
  readonly points: readonly Point[];
  readonly isChange: boolean;
};

/** Sorts points into kinds, in the order in which these come up. */
export function kindsOf(points: readonly Point[]): readonly Kind[] {
  let word = "";
  const named = points.map((point) => {
    if (point.call === "write" && isState(point.one)) word = point.two;
    return { point, name: nameOf(point, word) };
  });
  return [...Map.groupBy(named, ({ name }) => name)].map(([name, group]) => ({
    name,
    points: group.map(({ point }) => point),
    isChange: group.some(({ point }) => isChange(point)),
  }));
}

const isState = (path: string): boolean => path.endsWith("/state.tmp");

/** A rename of a state is named after its word: each is a point of no return of its own. */
function nameOf({ program, call, one, two }: Point, word: string): string {
  const renamed = call === "rename" && isState(one) ? [word] : [];
  return [program, call, roleOf(one), roleOf(two), ...renamed].join(" ");
}

/** Folders of which each file plays the same role. */
const ALIKE = new RegExp(
  `^(${stateFolder}/(?:txn/\\*/)?(?:old|new|records|evidence|settings|units|blobs|upload|gen/N[.\\w]*|\\w+/shop))/.*?(\\.tmp)?$`,
);

/** A path without what is one transaction's, version's or file's own. */
function roleOf(path: string): string {
  if (path.endsWith("/said")) return "what it says";
  return path
    .replace(/\d*-?[0-9a-f]{12,64}(?:-[^/.]+)?/g, "*")
    .replace(/(\/gen\/)\d+/, "$1N")
    .replace(ALIKE, "$1/*$2");
}

/** Whether a kill before and one after the point leave different hosts. What is only asked or synced leaves the same. */
function isChange({ call, one, two }: Point): boolean {
  if (call === "fsync" || call === "syncfs") return false;
  return call !== "execve" || (one.endsWith("/systemctl") && !/^(?:show|is-system-running)\b/.test(two));
}
