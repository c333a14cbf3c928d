/** A unit while it becomes a service file: what is known of it, and what is taken of it so far. */
import { parseUnitName } from "../unit-file/unit-name.ts";
import { pathsOf } from "./beside.ts";
import type { Companion } from "./companions.ts";
import { type AdoptFacts, hostFiles, type LiveUnit } from "./host-facts.ts";
import { sectionsInForce, type ValuesBySection } from "./sections.ts";
import type { Yaml } from "./service-text.ts";

/**
 * asked: the name that was asked for, null: the unit's own. more: other instances of its template. without:
 * keys and companions that are not to be there, with the reason.
 */
export type AdoptOptions = {
  readonly asked: string | null;
  readonly more: readonly LiveUnit[];
  readonly systemd: number;
  readonly without: ReadonlyMap<string, string>;
};

/**
 * name: the service's; prefix, instance: of the unit's name. own: its file and the drop-ins in /etc that are
 * its alone; sections: what these say. blocks: keys of the service file.
 */
export type UnitDraft = {
  readonly live: LiveUnit;
  readonly facts: AdoptFacts;
  readonly systemd: number;
  readonly without: AdoptOptions["without"];
  readonly name: string;
  readonly prefix: string;
  readonly instance: string | null;
  readonly own: readonly string[];
  readonly sections: ValuesBySection;
  readonly notes: string[];
  readonly obstacles: string[];
  readonly merged: string[];
  readonly retired: string[];
  readonly companions: Companion[];
  readonly blocks: Map<string, Yaml>;
};

/** What the host says of the unit; of the service only its name. */
export function startDraft(
  live: LiveUnit,
  facts: AdoptFacts,
  { asked, systemd, without }: AdoptOptions,
): UnitDraft {
  const parsed = parseUnitName(live.unit);
  const [prefix, instance] = [parsed?.prefix ?? "", parsed?.instance ?? null];
  const written = instance === null ? live.unit : `${prefix}@.service`;
  const own = [live.fragment, ...pathsOf(written, facts).slice(1)];
  const name = asked ?? prefix;
  return {
    ...{ live, facts, systemd, without, name, prefix, instance, own },
    sections: sectionsInForce(live.unit, hostFiles(facts, own)),
    notes: [],
    obstacles: [],
    merged: own.slice(1),
    retired: [],
    companions: [],
    blocks: new Map([["name", name]]),
  };
}
