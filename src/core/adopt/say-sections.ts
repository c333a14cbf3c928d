/** A unit's sections as the keys of a service file. */
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { asYaml } from "./beside.ts";
import { saysSecret } from "./read-trigger.ts";
import type { ValuesBySection } from "./sections.ts";
import type { Yaml } from "./service-text.ts";

/**
 * The unit's own section, and what other keys of the file say. dropped: directives of [Service]; rewritten:
 * what is left of foreign files; mount: the path of the cache; companions: units of the service that
 * svcdeploy names and enables.
 */
export type SaidElsewhere = {
  readonly own: "Service" | "Socket" | "Timer" | "Path";
  readonly dropped: ReadonlySet<string>;
  readonly rewritten: ReadonlyMap<string, readonly string[]>;
  readonly mount: string | null;
  readonly companions: ReadonlySet<string>;
};

/**
 * The keys unit, service (or the own section in lower case) and install, as far as something is left for
 * them.
 */
export type SaidSections = {
  readonly blocks: ReadonlyMap<string, ReadonlyMap<string, Yaml>>;
  readonly notes: readonly string[];
  readonly obstacles: readonly string[];
};

/** What no key can say is noted; a directive that holds a secret is an obstacle. */
export function saySections(
  sections: ValuesBySection,
  systemd: number,
  elsewhere: SaidElsewhere,
): SaidSections {
  const said = {
    blocks: new Map<string, ReadonlyMap<string, Yaml>>(),
    notes: [] as string[],
    obstacles: [] as string[],
  };
  for (const [section, directives] of sections) {
    const key = [elsewhere.own, "Unit", "Install"].includes(section) ? section.toLowerCase() : undefined;
    if (key === undefined) {
      said.notes.push(
        `Section [${section}] is left out: a service file does not have it, and systemd ignores it in a ` +
          `${elsewhere.own.toLowerCase()}.`,
      );
      continue;
    }
    const block = new Map<string, Yaml>();
    for (const [name, all] of directives) {
      const values = valuesLeft(section, name, all, elsewhere);
      if (section === "Install" && name === "Also") {
        if (values.length > 0)
          said.notes.push(
            `Also=${values.join(" ")} is left out: these units are not in this file, and stay as they are.`,
          );
      } else if (values.length > 0 && isSayable(said, systemd, section, name)) {
        const open = withoutSecrets(said, name, values);
        if (open.length > 0) block.set(name, asYaml(open));
      }
    }
    if (block.size > 0) said.blocks.set(key, block);
  }
  return said;
}

function valuesLeft(
  section: string,
  name: string,
  values: readonly string[],
  elsewhere: SaidElsewhere,
): readonly string[] {
  if (name === "RequiresMountsFor") return values.filter((path) => path !== elsewhere.mount);
  if (section === "Install" && name === "Also") return withoutUnits(values, elsewhere.companions);
  if (section !== "Service") return values;
  if (name === "Sockets" && withoutUnits(values, elsewhere.companions).length === 0) return [];
  return elsewhere.dropped.has(name) ? [] : (elsewhere.rewritten.get(name) ?? values);
}

function withoutUnits(values: readonly string[], units: ReadonlySet<string>): readonly string[] {
  return values.flatMap((value) => value.split(/\s+/)).filter((unit) => !units.has(unit));
}

type Remarks = { readonly notes: string[]; readonly obstacles: string[] };

function isSayable({ notes }: Remarks, systemd: number, section: string, name: string): boolean {
  if (/^[A-Za-z][A-Za-z0-9-]*$/.test(name) && isKnownDirective(section, name, systemd)) return true;
  notes.push(
    `${name.replaceAll(/[^A-Za-z0-9-]/g, "?").slice(0, 60)}= in [${section}] is left out: systemd ` +
      `${systemd} does not know this directive.`,
  );
  return false;
}

function withoutSecrets({ obstacles }: Remarks, name: string, values: readonly string[]): readonly string[] {
  const open = values.filter((value) => !saysSecret(name, [value]));
  if (open.length < values.length)
    obstacles.push(
      `${name}= holds what looks like a secret and is left out, because the service file is kept in ` +
        "Git: move it into the environment or a file first",
    );
  return open;
}
