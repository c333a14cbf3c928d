/**
 * The directives of a hand-made socket, timer or path, and of the job that one starts, as items of a service
 * file have them; or why they cannot be said.
 */
import { holdsSecret, looksSecret } from "../lint/secret-variable.ts";
import { accumulationOf } from "../unit-file/accumulation.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { splitWords } from "../unit-file/words.ts";
import { asYaml, SAYS_NOTHING } from "./beside.ts";
import type { AdoptFacts, LiveUnit } from "./host-facts.ts";
import { liveSections, type ValuesBySection } from "./sections.ts";
import type { Yaml } from "./service-text.ts";

/**
 * What svcdeploy gives a job from its service (core/render/job-unit.ts): directives that the job does not
 * have itself, Slice= among them where the service has a key for it, and the path of the service's cache as a
 * mount that it requires.
 */
export type Inherited = {
  readonly directives: ReadonlyMap<string, readonly string[]>;
  readonly mount: string | null;
};

/**
 * What systemd takes where nothing is written, of directives that are inherited and that neither an empty
 * value nor "no" takes back (load-fragment.c; systemd.exec(5)).
 */
export const UNSAID: ReadonlyMap<string, string> = new Map([
  ["DynamicUser", "no"],
  ["UMask", "0022"],
  ["Slice", "system.slice"],
  ["CapabilityBoundingSet", "~"],
]);

/** The value by which a job does without a directive of its service. */
export function takenBack(name: string): string {
  return UNSAID.get(name) ?? (accumulationOf("Service", name) === "last value wins" ? "no" : "");
}

/**
 * The directives of its own section but for what it starts, and of a socket's [Unit]. A text: the reason why
 * it stays on the host, for "it stays: …".
 */
export function readTrigger(
  live: LiveUnit,
  facts: AdoptFacts,
  systemd: number,
): ReadonlyMap<string, Yaml> | string {
  const type = live.unit.slice(live.unit.lastIndexOf(".") + 1);
  const section = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  if (live.unitFileState !== "enabled")
    return `it is ${live.unitFileState || "not loaded"}, and svcdeploy enables and starts what it delivers`;
  const sections = liveSections(live, facts);
  const reason = refuseUnit(live, facts, sections, systemd) ?? refuseSections(sections, section);
  if (reason !== null) return reason;
  const general = section === "Socket" ? [...(sections.get("Unit") ?? [])] : [];
  const said = [
    ...[...(sections.get(section) ?? [])].filter(([name]) => name !== "Unit" && name !== "Service"),
    ...general,
  ];
  const secret = said.find((directive) => saysSecret(...directive));
  if (secret !== undefined)
    return `its ${secret[0]}= holds what looks like a secret, and the service file is kept in Git`;
  return new Map(said.map(([name, values]) => [name, asYaml(values)]));
}

/**
 * The directives of a job's [Service] and [Unit], less what it takes over from its service. A text: the
 * reason why it cannot be said, for "its job …".
 */
export function readJob(
  live: LiveUnit,
  facts: AdoptFacts,
  systemd: number,
  inherited: Inherited,
): ReadonlyMap<string, Yaml> | string {
  if (live.unitFileState.startsWith("enabled")) return "is enabled on its own";
  const sections = liveSections(live, facts);
  const reason = refuseUnit(live, facts, sections, systemd);
  if (reason !== null) return `cannot be adopted along: ${reason}`;
  const strange = [...sections.keys()].find((section) => !["Unit", "Service", "Install"].includes(section));
  if (strange !== undefined) return `has a section [${strange}]`;
  const service = sections.get("Service") ?? new Map<string, readonly string[]>();
  if (!service.has("ExecStart")) return "has no ExecStart=";
  const unit = sections.get("Unit") ?? new Map<string, readonly string[]>();
  const twice = [...unit.keys()].find((name) => service.has(name));
  if (twice !== undefined) return `says ${twice}= in [Unit] and in [Service]`;
  const own = ownOf(service, inherited.directives);
  const secret = [...own].find((directive) => saysSecret(...directive));
  if (secret !== undefined)
    return `holds what looks like a secret (${secret[0]}=), and the service file is kept in Git`;
  const left = [...unit].map(
    ([name, values]) =>
      [
        name,
        name === "RequiresMountsFor" ? values.filter((path) => path !== inherited.mount) : values,
      ] as const,
  );
  return new Map(
    [...own, ...left.filter(([, values]) => values.length > 0)].map(([name, values]) => [
      name,
      asYaml(values),
    ]),
  );
}

/** Whether a directive's values are nothing for a file in Git. */
export function saysSecret(name: string, values: readonly string[]): boolean {
  const words =
    name === "Environment"
      ? values.flatMap((value) => splitWords(value).words.map((word) => word.value))
      : [];
  const isAssigned = words.some((word) =>
    looksSecret(word.slice(0, Math.max(0, word.indexOf("="))), word.slice(word.indexOf("=") + 1)),
  );
  const unquoted = values.map((value) =>
    splitWords(value)
      .words.map((word) => word.value)
      .join(" "),
  );
  return isAssigned || /^SetCredential/.test(name) || [...values, ...unquoted].some(holdsSecret);
}

/**
 * What the service has too is left out; what the job alone does without is reset. A job is a oneshot unless
 * it says otherwise.
 */
function ownOf(
  service: ReadonlyMap<string, readonly string[]>,
  inherited: Inherited["directives"],
): ReadonlyMap<string, readonly string[]> {
  const isSame = (name: string): boolean =>
    JSON.stringify(service.get(name) ?? []) === JSON.stringify(inherited.get(name) ?? []);
  const own = new Map([...service].filter(([name]) => !inherited.has(name) || !isSame(name)));
  for (const name of inherited.keys()) if (!service.has(name)) own.set(name, [takenBack(name)]);
  // With a User= of its own a job does not get its service's group.
  const group = service.get("Group");
  if (group !== undefined && own.has("User")) own.set("Group", group);
  const type = service.get("Type")?.[0] ?? (service.has("BusName") ? "dbus" : "simple");
  if (type === "oneshot") own.delete("Type");
  else own.set("Type", [type]);
  return own;
}

function refuseUnit(
  live: LiveUnit,
  facts: AdoptFacts,
  sections: ValuesBySection,
  systemd: number,
): string | null {
  const paths = [live.fragment, ...live.dropIns];
  const owner = paths.map((path) => facts.owners.get(path)).find((each) => each !== undefined);
  if (owner !== undefined) return `svcdeploy's ${owner} has it already`;
  const unread = paths.find((path) => !facts.files.has(path));
  if (unread !== undefined || live.loadState !== "loaded") return `${unread ?? live.unit} cannot be read`;
  for (const [section, directives] of sections)
    for (const name of directives.keys()) {
      if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name) || !isKnownDirective(section, name, systemd))
        return (
          `it says ${name.replaceAll(/[^A-Za-z0-9-]/g, "?").slice(0, 60)}= in [${section}], which systemd ` +
          `${systemd} does not know`
        );
    }
  return null;
}

function refuseSections(sections: ValuesBySection, own: string): string | null {
  const strange = [...sections.keys()].find((section) => !["Unit", own, "Install"].includes(section));
  if (strange !== undefined) return `it has a section [${strange}]`;
  const other = [...(sections.get("Unit")?.keys() ?? [])].find(
    (name) => own !== "Socket" && !SAYS_NOTHING.includes(name),
  );
  if (other !== undefined) return `a service file has no key for its ${other}=`;
  const install = [...(sections.get("Install") ?? [])].map(([name, values]) => `${name}=${values.join(" ")}`);
  const usual = `WantedBy=${own.toLowerCase()}s.target`;
  return install.length === 1 && install[0] === usual ? null : `its [Install] is not just ${usual}`;
}
