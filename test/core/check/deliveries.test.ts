/** What a first look at a host must ask for. */
import { expect, test } from "vitest";
import { deliveriesTo } from "../../../src/core/check/deliveries.ts";
import type { Host, Project, TreeMap } from "../../../src/core/model/declared.ts";

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
const hostOf = (name: string, systemd: number): Host => ({
  name,
  ...login,
  groups: [],
  vars: {},
  labels: {},
  systemd,
  required: false,
  place,
});
const rollout = { batches: [1], maxFailed: 0, maxUnreachable: 0, pauseSeconds: 0, healthyDeadlineSeconds: 0 };
const about = {
  name: "shop",
  root: "/project",
  environment: "prod",
  protected: false,
  driftIgnore: [],
  values: {},
} as const;

/** One play brings the service to the host "its". */
function deliveries(tree: TreeMap, systemd: number, host = "its"): readonly string[] {
  const services = [{ name: "api", file: "services/api.yaml", tree, placeOf: () => place }];
  const plays = [{ name: "all", hosts: ["its"], services: ["api"], rollout, place }];
  const project: Project = { ...about, hosts: [], services, plays, files: new Map() };
  return [...deliveriesTo(project, hostOf(host, systemd))];
}

const credential = { secrets: { A: { env: "A" }, TOKEN: { env: "T", deliver: "credential" } } };

test.each([
  ["an archive", { artifact: { source: "a.tar.gz" } }, 247, ["trees"]],
  ["a file", { artifact: { source: "a" } }, 257, []],
  ["a credential that the host encrypts", credential, 252, ["encrypted credentials"]],
  ["a credential before systemd could encrypt", credential, 247, []],
  ["a secret in the environment", { secrets: { A: { env: "A" } } }, 257, []],
  ["both", { artifact: { source: "a/" }, ...credential }, 257, ["trees", "encrypted credentials"]],
])("%s", (_, tree, systemd, expected) => {
  expect(deliveries(tree, systemd)).toEqual(expected);
  expect(deliveries(tree, systemd, "another")).toEqual([]);
});
