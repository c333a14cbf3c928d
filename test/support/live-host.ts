/** A host as adopt.sh would tell of it, made of its files alone. */
import { startedBy } from "../../src/core/adopt/companions.ts";
import type { AdoptFacts, LiveUnit } from "../../src/core/adopt/host-facts.ts";
import type { Host } from "../../src/core/model/declared.ts";
import { findUnit } from "../../src/core/unit-file/unit-search.ts";

/** Path → text. */
export type HostTexts = Readonly<Record<string, string>>;

/** A host of the inventory with systemd 252. */
export const oldHost: Host = {
  name: "old",
  address: "192.0.2.1",
  port: 22,
  user: "root",
  become: "none",
  identity: null,
  knownHosts: null,
  connectTimeoutSeconds: 10,
  groups: [],
  vars: {},
  labels: {},
  systemd: 252,
  required: false,
  place: { file: "inventory/prod.yaml", line: 1, column: 1 },
};

/** Its facts, the units asked for among them: loaded, active, and enabled when they have an [Install]. */
export function factsOfFiles(texts: HostTexts, asked: readonly string[]): AdoptFacts {
  const files = Object.entries(texts).map(([path, content]) => ({ path, content }));
  const bare: AdoptFacts = {
    units: [],
    beside: new Map(),
    files: new Map(files.map(({ path, content }) => [path, new TextEncoder().encode(content)])),
    links: new Map(),
    unread: new Map(),
    owners: new Map(),
    accounts: [
      { user: "root", uid: 0, gid: 0, group: "root", home: "/root" },
      { user: "web", uid: 105, gid: 110, group: "web", home: "/srv/web" },
      { user: "anna", uid: 1000, gid: 1000, group: "anna", home: "/home/anna" },
    ],
  };
  const names = Object.keys(texts).flatMap(
    (path) => /^\/etc\/systemd\/system\/([^/]+\.(?:service|socket|timer|path))$/.exec(path)?.[1] ?? [],
  );
  const liveOf = (unit: string): LiveUnit => {
    const found = findUnit(unit, files);
    const text = texts[found.file?.path ?? ""];
    return {
      unit,
      loadState: text === undefined ? "not-found" : "loaded",
      activeState: "active",
      unitFileState: text?.includes("[Install]") ? "enabled" : "static",
      fragment: found.file?.path ?? "",
      dropIns: found.dropIns.map(({ path }) => path),
      triggeredBy: [],
    };
  };
  const triggers = names
    .filter((name) => !name.endsWith(".service"))
    .map((name) => ({ name, starts: startedBy(liveOf(name), bare) }));
  const withTriggers = (unit: string): LiveUnit => ({
    ...liveOf(unit),
    triggeredBy: triggers.filter(({ starts }) => starts === unit).map(({ name }) => name),
  });
  const jobs = triggers
    .map(({ name }) => `${name.slice(0, name.lastIndexOf("."))}.service`)
    .filter((job) => names.includes(job));
  const beside = [...triggers.map(({ name }) => name), ...jobs].map(
    (unit) => [unit, withTriggers(unit)] as const,
  );
  return { ...bare, units: asked.map(withTriggers), beside: new Map(beside) };
}
