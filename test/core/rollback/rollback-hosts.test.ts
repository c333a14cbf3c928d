/** Whom a rollback asks. */
import { expect, test } from "vitest";
import type { Host, Project } from "../../../src/core/model/declared.ts";
import { foundOfService, hostsToAsk } from "../../../src/core/rollback/rollback-hosts.ts";
import type { HostChoices } from "../../../src/core/rollback/rollback-targets.ts";

const place = { file: "inventory/prod.yaml", line: 1, column: 1 };
const login = {
  address: "h",
  port: 22,
  user: "root",
  become: "none",
  identity: null,
  knownHosts: null,
  connectTimeoutSeconds: 10,
} as const;
const hosts = ["a", "b", "c"].map(
  (name): Host => ({
    name,
    ...login,
    groups: [],
    vars: {},
    labels: {},
    systemd: 257,
    required: false,
    place,
  }),
);
const rollout = { batches: [1], maxFailed: 0, maxUnreachable: 0, pauseSeconds: 0, healthyDeadlineSeconds: 0 };
const plays = [{ name: "all", hosts: ["a"], services: ["api"], rollout, place }];
const about = {
  name: "shop",
  root: "/project",
  environment: "prod",
  protected: false,
  driftIgnore: [],
  values: {},
} as const;
const project: Project = { ...about, hosts, services: [], plays, files: new Map() };

test.each([
  ["the hosts of its plays", "api", ["a", "b", "c"], "a"],
  [
    "the selected ones where no play brings it to any of them: it may have been pruned",
    "api",
    ["b", "c"],
    "b c",
  ],
  ["all where it left the project", "old", ["a", "b"], "a b"],
  ["all for a run", null, ["a", "b"], "a b"],
])("%s", (_, service, selected, asked) => {
  const chosen = hosts.filter(({ name }) => selected.includes(name));
  const names = hostsToAsk(project, chosen, service).map(({ name }) => name);
  expect(names.join(" ")).toBe(asked);
});

test("who was asked to be sure and never had it is not refused; who shall have it, or has another reason, is", () => {
  const answers = [{ isUnknown: true }, { isUnknown: true }, {}] as const;
  const found = hosts.map((host, index): HostChoices => {
    const choice = { ok: false, service: "api", reason: "", hint: "", ...answers[index] } as const;
    return { host, result: { ok: true, choices: [choice], contents: new Map(), held: new Map() } };
  });
  expect(foundOfService(project, found, "api").map(({ host }) => host.name)).toEqual(["a", "c"]);
});
