/** How exposed a service is, as `systemd-analyze security --offline=true` computes it. */
import { EXPOSURE_ROWS } from "./exposure-table.ts";
import { exposureView } from "./exposure-view.ts";
import type { LintHost } from "./lint-host.ts";
import { isWholeService, type LintUnit } from "./lint-unit.ts";

/** tenths: 0 to 100, shown as 0.0 to 10.0; rows: what each row adds, in tenths, the heaviest first. */
export type Exposure = {
  readonly tenths: number;
  readonly rows: readonly { readonly name: string; readonly tenths: number }[];
};

/** The exposure of a service on this version of systemd. */
export function exposureOf(unit: LintUnit, systemd: number): Exposure {
  const view = exposureView(unit, systemd);
  const judged = EXPOSURE_ROWS.flatMap((row) => {
    const badness = row.badness(view);
    return badness === null
      ? []
      : [{ name: row.name, weight: row.weight, bad: Math.ceil((badness * row.weight) / row.range) }];
  });
  const weight = judged.reduce((sum, row) => sum + row.weight, 0);
  const bad = judged.reduce((sum, row) => sum + row.bad, 0);
  const rows = judged
    .filter((row) => row.bad > 0)
    .map((row) => ({ name: row.name, tenths: Math.ceil((row.bad * 100) / weight) }));
  return {
    tenths: Math.ceil((bad * 100) / weight),
    rows: rows.sort((left, right) => right.tenths - left.tenths),
  };
}

/** A service's exposure; file: where its unit is from. */
export type UnitExposure = Exposure & { readonly unit: string; readonly file: string };

/** The exposure of every service of a host's system manager. */
export function exposuresOf(host: LintHost): readonly UnitExposure[] {
  return host.units
    .filter((unit) => isWholeService(unit) && unit.manager === "system")
    .map((unit) => ({ unit: unit.name, file: unit.place.file, ...exposureOf(unit, host.systemd) }));
}

/** Of each service the worst of all hosts; the most exposed service first. */
export function worstExposures(all: readonly UnitExposure[]): readonly UnitExposure[] {
  const worst = new Map<string, UnitExposure>();
  for (const each of all) {
    const key = JSON.stringify([each.file, each.unit]);
    if ((worst.get(key)?.tenths ?? -1) < each.tenths) worst.set(key, each);
  }
  return [...worst.values()].sort(
    (left, right) => right.tenths - left.tenths || (left.unit < right.unit ? -1 : 1),
  );
}
