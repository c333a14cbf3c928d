/** Takes along what is beside an adopted unit: slice, cache, log rotation, sockets, timers and paths. */
import { adoptSlice, type Beside } from "./beside.ts";
import { adoptCompanions, replacedBy } from "./companions.ts";
import type { Inherited } from "./read-trigger.ts";
import type { ValuesBySection } from "./sections.ts";
import type { Yaml } from "./service-text.ts";
import type { UnitDraft } from "./unit-draft.ts";

/** The slice that the unit names, where it is the host's own. */
export function sliceOf({ sections, facts }: UnitDraft): readonly Beside[] {
  const slice = sections.get("Service")?.get("Slice")?.[0];
  const found = slice === undefined ? null : adoptSlice(slice, facts);
  return found === null ? [] : [found];
}

/** The first one that a service file can say; of every other one, that it stays. */
export function takeBeside(
  draft: UnitDraft,
  key: string,
  found: readonly Beside[],
): readonly ReadonlyMap<string, Yaml>[] {
  const unlike = draft.without.get(key);
  const taken = unlike === undefined ? found.find(({ value }) => value !== null) : undefined;
  for (const each of found) {
    if (each === taken) continue;
    draft.notes.push(
      `${each.path} stays on the host as it is: ` +
        `${each.why === "" ? (unlike ?? `a service has one ${key}`) : each.why}.`,
    );
  }
  if (taken?.value == null) return [];
  draft.merged.push(...taken.replaced);
  if (key === "slice" || key === "cache")
    draft.notes.push(
      `${taken.path} becomes \`${key}:\` of this file; svcdeploy then writes its Description= and [Install].`,
    );
  if (key === "logrotate" && taken.path !== `/etc/logrotate.d/${draft.name}`) draft.merged.push(taken.path);
  return [taken.value];
}

/** Units and folders by which it may need a mount. */
export function neededMounts(sections: ValuesBySection): ReadonlySet<string> {
  const values = (section: string, name: string): readonly string[] =>
    (sections.get(section)?.get(name) ?? []).flatMap((value) => value.split(/\s+/));
  const named = ["After", "Requires", "BindsTo", "Wants", "RequiresMountsFor"].flatMap((name) =>
    values("Unit", name),
  );
  const folders = values("Service", "CacheDirectory").map((folder) => `/var/cache/${folder.split(":")[0]}`);
  return new Set([...named, ...folders]);
}

/** Sockets, timers and paths, with their jobs: what keeps its name is overwritten in its place. */
export function takeCompanions(draft: UnitDraft, inherited: Inherited): void {
  const { facts, notes, retired, merged } = draft;
  const { taken, left } = adoptCompanions({ ...draft, inherited });
  draft.companions.push(...taken);
  for (const { key, units } of taken) {
    const [{ live, now }] = units;
    const described = key === "sockets" ? "" : " svcdeploy then writes its Description=.";
    const inactive = live.activeState === "active" ? "" : ` It was ${live.activeState}; an apply starts it.`;
    notes.push(
      `${live.unit} becomes \`${key}:\` of this ` +
        `file${now === live.unit ? "" : `, as ${now}`}.${described}${inactive}`,
    );
    if (now !== live.unit) retired.push(live.unit);
    merged.push(...units.flatMap((each) => replacedBy(each, facts)));
  }
  for (const { unit, why } of left) notes.push(`${unit} stays on the host as it is: ${why}.`);
}
