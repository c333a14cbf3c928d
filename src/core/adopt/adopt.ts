/**
 * Live unit → the text of its service file, tried: what is beside it becomes a key only where the
 * rendered result says the same.
 */
import { type Adopted, adoptUnit } from "./adopt-unit.ts";
import type { AdoptFacts, LiveUnit } from "./host-facts.ts";
import { proveService } from "./prove.ts";
import type { Gap, ProofContext } from "./render-text.ts";
import { formatServiceText } from "./service-text.ts";

/** The service, its file's text, and where the text does not come to what the host has. */
export type AdoptedText = {
  readonly adopted: Adopted;
  readonly file: string;
  readonly text: string;
  readonly gaps: readonly Gap[];
};

/**
 * units: one, or several instances of one template, of which the first is tried. asked: the name that was
 * asked for; null: the unit's own.
 */
export function adopt(
  [live, ...more]: readonly [LiveUnit, ...LiveUnit[]],
  facts: AdoptFacts,
  asked: string | null,
  context: ProofContext,
): AdoptedText {
  const without = new Map<string, string>();
  for (;;) {
    const adopted = adoptUnit(live, facts, { asked, more, systemd: context.host.systemd, without });
    const file = `services/${adopted.name}.yaml`;
    const head = [`Adopted from ${live.unit} of ${context.host.name}.`, ...adopted.notes];
    const text = formatServiceText(head, adopted.blocks);
    const gaps = proveService(text, file, adopted, live, facts, context);
    const optional = gaps.find(({ key }) => isOptional(key) && !without.has(key));
    if (optional === undefined) return { adopted, file, text, gaps };
    without.set(optional.key, optional.text);
  }
}

/**
 * Keys without which the host's own files go on doing their work; and units that stay there in the place of
 * an item.
 */
function isOptional(key: string): boolean {
  return ["slice", "cache", "logrotate"].includes(key) || /\.(?:socket|timer|path)$/.test(key);
}
