/** A unit that a timer or path of the host starts → a job of a service. */
import type { Service } from "../model/service.ts";
import { inheritedByJobs } from "../render/job-unit.ts";
import { effectiveValues } from "../render/unit-text.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import { adoptTrigger, type Companion, replacedBy, startersOf } from "./companions.ts";
import type { AdoptFacts, LiveUnit } from "./host-facts.ts";
import { compareCompanions } from "./prove-companions.ts";
import type { Inherited } from "./read-trigger.ts";
import type { ProofContext } from "./render-text.ts";
import { type AdoptedNews, everyHost, type InsertedText, type IntoFile, tryItem } from "./try-item.ts";

/** A text: why it cannot be one. */
export function adoptJob(
  live: LiveUnit,
  facts: AdoptFacts,
  into: IntoFile,
  service: Service,
  context: ProofContext,
): InsertedText | string {
  const { systemd } = context.host;
  const trigger = findTrigger(live, facts);
  if (typeof trigger === "string") return trigger;
  const stem = live.unit.replace(/\.service$/, "");
  const own = stem.startsWith(`${into.name}-`) ? stem.slice(into.name.length + 1) : stem;
  const around = { name: into.name, facts, systemd, inherited: inheritedOf(service, facts) };
  const companion = adoptTrigger(trigger, live, own, around);
  if (typeof companion === "string") return `of its ${trigger.unit}: ${companion}`;
  const adopted = newsOf(companion, live, facts, into);
  return tryItem(adopted, companion.key, companion.entry, into, context, (files) => {
    const account = facts.accounts.find(({ user }) => user === service.account?.user) ?? null;
    return compareCompanions(
      { companions: [companion], account },
      { files, facts, merged: adopted.merged, systemd },
    );
  });
}

/** The one timer or path that starts it; a text: why there is none. */
function findTrigger(live: LiveUnit, facts: AdoptFacts): LiveUnit | string {
  const starters = startersOf(live, facts);
  const [starter, second] = starters;
  if (starter === undefined) return "no timer or path starts it, so it is not a job: adopt it without --into";
  if (second !== undefined) return `${starters.join(" and ")} start it, and a job has one timer or path`;
  const trigger = facts.beside.get(starter);
  return trigger === undefined || starter.endsWith(".socket")
    ? `${starter} starts it, which is no timer or path of ${UNIT_FOLDER}`
    : trigger;
}

function newsOf({ units }: Companion, live: LiveUnit, facts: AdoptFacts, into: IntoFile): AdoptedNews {
  const names = units.map(({ now }) => now).join(" and ");
  return {
    name: into.name,
    unit: live.unit,
    secrets: new Map(),
    merged: units.flatMap((each) => replacedBy(each, facts)),
    retired: units.flatMap(({ live: { unit }, now }) => (unit === now || unit === live.unit ? [] : [unit])),
    notes: [
      `It becomes a job of ${into.name}, as ${names}. Settings that it shares with ${into.name} come ` +
        "from there, now and later.",
      everyHost(into),
    ],
    obstacles: [],
  };
}

/**
 * What svcdeploy gives a job of this service; the account's group is a job's anyway where it is the user's
 * own.
 */
function inheritedOf(
  { service, hardening, account, slice, cache }: Service,
  { accounts }: AdoptFacts,
): Inherited {
  const names = new Set(inheritedByJobs(service, hardening).map(({ name }) => name));
  const said = [...names]
    .map((name) => [name, effectiveValues(service, name)] as const)
    .filter(([, values]) => values.length > 0);
  const isOwn = accounts.some(({ user, group }) => user === account?.user && group === account.group);
  const directives = new Map([
    ...(account === null ? [] : [["User", [account.user]] as const]),
    ...(account === null || isOwn ? [] : [["Group", [account.group]] as const]),
    ...(slice === null ? [] : [["Slice", [`${slice.name}.slice`]] as const]),
    ...said,
  ]);
  return { directives, mount: cache?.path ?? null };
}
