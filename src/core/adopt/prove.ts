/** Holds what a written service file renders to against what is there on the host. */
import { readLogrotateText } from "../lint/logrotate-text.ts";
import type { Host } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { Adopted } from "./adopt-unit.ts";
import { pathsOf, SAYS_NOTHING } from "./beside.ts";
import { type AdoptFacts, hostFiles, type LiveUnit } from "./host-facts.ts";
import { compareCompanions } from "./prove-companions.ts";
import { type Gap, type ProofContext, renderText } from "./render-text.ts";
import {
  asHostFiles,
  bothInForce,
  comparable,
  differentVariables,
  sayDifference,
  show,
} from "./same-unit.ts";
import { compareSections, sectionsInForce, type ValuesBySection } from "./sections.ts";

/**
 * Empty: the text renders to the effective unit, variables, slice, mount and log rotation that the host has.
 */
export function proveService(
  text: string,
  file: string,
  adopted: Adopted,
  live: LiveUnit,
  facts: AdoptFacts,
  context: ProofContext,
): readonly Gap[] {
  const secrets = new Map([...adopted.secrets].map(([name, { value }]) => [name, value]));
  const rendered = renderText({ text, file, name: adopted.name, secrets, without: [] }, context);
  if (!rendered.ok) return rendered.gaps;
  const files = rendered.resources.filter((resource) => resource.kind === "file");
  return [
    ...compareMain(files, adopted, live, facts, context.host),
    ...compareMainVariables(files, adopted, live, facts, context.host),
    ...compareCompanions(adopted, { files, facts, merged: adopted.merged, systemd: context.host.systemd }),
    ...compareSlice(files, facts),
    ...compareMount(files, facts),
    ...compareLogrotate(files, adopted, facts),
  ];
}

function compareMain(
  files: readonly FileResource[],
  adopted: Adopted,
  live: LiveUnit,
  facts: AdoptFacts,
  host: Host,
): readonly Gap[] {
  const { was, now } = bothInForce(
    { live, now: unitOf(adopted) },
    { files, facts, merged: adopted.merged, systemd: host.systemd },
  );
  const onTop = {
    account: adopted.account,
    mounts: mountsOf(adopted),
    sockets: socketsOf(adopted),
    systemd: host.systemd,
  };
  return compareSections(expected(was, onTop), expected(now, onTop)).map((difference) => ({
    key: difference.section.toLowerCase(),
    text: sayDifference(difference),
  }));
}

function mountsOf({ blocks }: Adopted): readonly string[] {
  const cache = blocks.get("cache");
  const path = cache instanceof Map ? cache.get("path") : undefined;
  return typeof path === "string" ? [path] : [];
}

/** All of them where one has a name of its own (core/render/socket-units.ts). */
function socketsOf({ companions, name }: Adopted): readonly string[] {
  const sockets = companions.flatMap(({ key, units: [{ now }] }) => (key === "sockets" ? [now] : []));
  return sockets.some((socket) => socket !== `${name}.socket`) ? sockets : [];
}

function unitOf({ name, instance }: Adopted): string {
  return instance === null ? `${name}.service` : `${name}@${instance}.service`;
}

type OnTop = {
  readonly account: Adopted["account"];
  readonly mounts: readonly string[];
  readonly sockets: readonly string[];
  readonly systemd: number;
};

/**
 * What svcdeploy says on top, which means the same: the user's own group, the cache's mount, its sockets,
 * that it is enabled. Variables are compared by their values.
 */
function expected(sections: ValuesBySection, { account, mounts, sockets, systemd }: OnTop): ValuesBySection {
  const result = new Map(
    [...comparable(sections, systemd)].filter(([section]) =>
      ["Unit", "Service", "Install"].includes(section),
    ),
  );
  const service = new Map(result.get("Service"));
  const unit = new Map(result.get("Unit"));
  if (account?.group != null && !service.has("Group")) service.set("Group", [account.group]);
  if (sockets.length > 0) service.set("Sockets", [...(service.get("Sockets") ?? []), ...sockets]);
  if (mounts.length > 0) unit.set("RequiresMountsFor", [...(unit.get("RequiresMountsFor") ?? []), ...mounts]);
  if ((result.get("Install")?.size ?? 0) === 0)
    result.set("Install", new Map([["WantedBy", ["multi-user.target"]]]));
  return result.set("Service", service).set("Unit", unit);
}

function compareMainVariables(
  files: readonly FileResource[],
  adopted: Adopted,
  live: LiveUnit,
  facts: AdoptFacts,
  host: Host,
): readonly Gap[] {
  const names = differentVariables(
    { live, now: unitOf(adopted) },
    { files, facts, merged: adopted.merged, systemd: host.systemd },
  );
  return names.map((name) => ({ key: "environment", text: `the variable ${name} would have another value` }));
}

function compareSlice(files: readonly FileResource[], facts: AdoptFacts): readonly Gap[] {
  return files.flatMap(({ path }) => {
    const slice = /\/([^/]+\.slice)$/.exec(path)?.[1];
    if (slice === undefined) return [];
    const body = (sections: ValuesBySection): ValuesBySection =>
      new Map(
        [...sections].flatMap(([section, directives]) =>
          section === "Install"
            ? []
            : [[section, new Map([...directives].filter(([name]) => !SAYS_NOTHING.includes(name)))] as const],
        ),
      );
    const was = sectionsInForce(slice, hostFiles(facts, pathsOf(slice, facts)));
    const differences = compareSections(body(was), body(sectionsInForce(slice, asHostFiles(files))));
    return differences.map(({ name, was: old, becomes }) => ({
      key: "slice",
      text: `${slice}: ${name}= ${show(old)} becomes ${show(becomes)}`,
    }));
  });
}

function compareMount(files: readonly FileResource[], facts: AdoptFacts): readonly Gap[] {
  return files.flatMap(({ path }) => {
    const unit = /\/([^/]+\.mount)$/.exec(path)?.[1];
    if (unit === undefined) return [];
    const [was, now] = [hostFiles(facts, pathsOf(unit, facts)), asHostFiles(files)].map((each) =>
      mountOf(sectionsInForce(unit, each), facts),
    );
    return was === now ? [] : [{ key: "cache", text: `${unit} would be mounted by other options` }];
  });
}

function mountOf(sections: ValuesBySection, { accounts }: AdoptFacts): string {
  const mount = sections.get("Mount");
  const options = (mount?.get("Options")?.[0] ?? "")
    .split(",")
    .filter((option) => option !== "" && option !== "defaults");
  const given = options.map((option): readonly [string, string] => [
    option.split("=")[0] ?? "",
    option.slice(option.indexOf("=") + 1),
  ]);
  const all = new Map([["size", "50%%"], ["mode", "1777"], ["uid", "0"], ["gid", "0"], ...given]);
  const uid = accounts.find(({ user }) => user === all.get("uid"))?.uid ?? all.get("uid");
  const gid = accounts.find(({ group }) => group === all.get("gid"))?.gid ?? all.get("gid");
  const mode = Number.parseInt(all.get("mode") ?? "", 8);
  const plain = new Map<string, unknown>([
    ...all,
    ["uid", String(uid)],
    ["gid", String(gid)],
    ["mode", mode],
    ["size", (all.get("size") ?? "").toLowerCase()],
  ]);
  const more = ["Unit", "Mount"]
    .flatMap((section) => [...(sections.get(section) ?? [])])
    .filter(([name]) => ![...SAYS_NOTHING, "What", "Options"].includes(name));
  return JSON.stringify([
    more.sort(([a], [b]) => (a < b ? -1 : 1)),
    [...plain].sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

function compareLogrotate(
  files: readonly FileResource[],
  { merged, name }: Adopted,
  facts: AdoptFacts,
): readonly Gap[] {
  const file = files.find(({ path }) => path.startsWith("/etc/logrotate.d/"));
  if (file === undefined) return [];
  const path = merged.find((each) => each.startsWith("/etc/logrotate.d/")) ?? `/etc/logrotate.d/${name}`;
  const form = (content: Uint8Array): readonly string[] =>
    readLogrotateText(new TextDecoder().decode(content), path).flatMap(({ paths, options }) => [
      ...paths,
      ...options.map((option) => `${option.name} ${option.value ?? ""}`.trim()),
    ]);
  const [was, now] = [form(facts.files.get(path) ?? new Uint8Array()), form(file.content)];
  const missing = was.filter((line) => !now.includes(line)).map((line) => `without ${line}`);
  const added = now.filter((line) => !was.includes(line)).map((line) => `with ${line}`);
  return [...missing, ...added].map((text) => ({
    key: "logrotate",
    text: `svcdeploy would rotate its logs ${text}`,
  }));
}
