/** What is refused before a rollback touches anything. */
import { expect, test } from "vitest";
import type { Host, Project } from "../../../src/core/model/declared.ts";
import type { KeptService } from "../../../src/core/model/resource.ts";
import type { Generation } from "../../../src/core/rollback/generations.ts";
import { rollbackTargets } from "../../../src/core/rollback/rollback-targets.ts";

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
const host: Host = {
  name: "h",
  ...login,
  groups: [],
  vars: {},
  labels: {},
  systemd: 257,
  required: false,
  place,
};
const about = {
  name: "shop",
  root: "/project",
  environment: "prod",
  protected: false,
  driftIgnore: [],
  values: {},
} as const;
const project: Project = { ...about, hosts: [host], services: [], plays: [], files: new Map() };
const [contents, nothing] = [new Map([["0", new Uint8Array([1])]]), new Map<string, Uint8Array>()];

/** web with a credential TOKEN of this role. */
function web(role: "credential" | "encrypted-credential"): KeptService {
  const path = "/etc/svcdeploy/credentials/web/TOKEN";
  const file = {
    kind: "file",
    role,
    secret: true,
    sha256: "0",
    path,
    id: `file:${path}`,
    service: "web",
    mode: "600",
  } as const;
  const resources = [{ ...file, owner: "root", group: "root", onChange: "restart" } as const];
  return {
    service: "web",
    play: "shop",
    version: null,
    secrets: [],
    health: [],
    settleSeconds: 0,
    resources,
  };
}

function refusals(
  from: KeptService | null,
  to: KeptService,
  held: ReadonlyMap<string, Uint8Array>,
): readonly string[] {
  const madeBy = {
    run: "a",
    project: "shop",
    user: "",
    controller: "",
    commit: "",
    tree: "",
    environment: "",
    command: "",
    rollbackOf: "",
  };
  const made: Generation = {
    number: 1,
    madeBy: { ...madeBy, services: [] },
    madeAt: 0,
    actions: [],
    services: new Map(),
  };
  const step = { service: "web", now: made, earlier: made, undone: made, from, to };
  const found = { host, result: { ok: true, choices: [{ ok: true, step }], contents, held } } as const;
  const { plays, refused } = rollbackTargets(project, [found], "web");
  expect(plays.length + refused.length).toBe(1);
  return refused.map(({ error }) => error.message);
}

test("a credential that the host cannot decrypt any more", () => {
  expect(refusals(null, web("encrypted-credential"), nothing)).toEqual([
    "h: web is not rolled back: the host can no longer decrypt the credential TOKEN of that generation (its key was changed)",
  ]);
});

test.each([
  ["an empty one is decrypted", null, web("encrypted-credential"), new Map([["0", new Uint8Array()]])],
  ["a plain one needs no key", null, web("credential"), nothing],
  ["the one that is left behind needs none either", web("encrypted-credential"), web("credential"), nothing],
])("%s", (_, from, to, held) => {
  expect(refusals(from, to, held)).toEqual([]);
});
