/** Hand-made plans, findings and reports that the report tests print. */
import { createHash } from "node:crypto";
import type { RuleNotes } from "../../src/core/drift/host-drift.ts";
import type { IgnoredFinding } from "../../src/core/drift/ignore.ts";
import { ConnectError } from "../../src/core/errors.ts";
import type { Host, IgnoreRule, Place, Play } from "../../src/core/model/declared.ts";
import type { Change, Finding, Plan, State } from "../../src/core/model/plan.ts";
import type { FileResource, HostTarget, ReleaseResource } from "../../src/core/model/resource.ts";
import type { HostReport } from "../../src/core/model/run.ts";
import type { PlannedHost, PlanView } from "../../src/core/plan/planned.ts";

const place: Place = { file: "playbooks/site.yaml", line: 1, column: 1 };

/** The secret that must never be seen. */
export const CANARY = "canary-4f1d2c";

/** A play with this name. */
export function samplePlay(name: string): Play {
  const rollout = {
    batches: [1, "100%" as const],
    maxFailed: 0,
    maxUnreachable: 0,
    pauseSeconds: 0,
    healthyDeadlineSeconds: 300,
  };
  return { name, hosts: ["all"], services: ["etcd"], rollout, place };
}

function sampleTarget(name: string, play: string): HostTarget {
  const common = {
    port: 22,
    user: "deploy",
    become: "sudo",
    identity: null,
    knownHosts: null,
    connectTimeoutSeconds: 10,
    groups: [],
    vars: {},
    labels: {},
  } as const;
  const host: Host = { ...common, name, address: "10.0.0.1", systemd: 252, required: false, place };
  const service = { name: "etcd", version: null, secrets: [], health: [], settleSeconds: 10 };
  return {
    project: "demo",
    host,
    play,
    services: [service],
    resources: [],
    owners: new Map(),
    declared: null,
  };
}

function sampleFile(
  path: string,
  content: string | Uint8Array,
  more: Partial<FileResource> = {},
): FileResource {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return {
    kind: "file",
    id: `file:${path}`,
    service: "etcd",
    role: "config",
    path,
    mode: "0644",
    owner: "root",
    group: "root",
    content: bytes,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    secret: false,
    onChange: "restart",
    ...more,
  };
}

function stateOf(file: FileResource, more: State = {}): State {
  return {
    type: "file",
    sha256: file.sha256,
    mode: file.mode.replace(/^0/, ""),
    owner: file.owner,
    group: file.group,
    ...more,
  };
}

/** A file whose content (and perhaps mode) changes. */
export function fileChange(
  path: string,
  before: string | Uint8Array | null,
  after: string | Uint8Array,
  more: Partial<FileResource> = {},
): Change {
  const resource = sampleFile(path, after, more);
  if (before === null)
    return {
      resource,
      before: null,
      after: stateOf(resource),
      differs: Object.keys(stateOf(resource)),
      beforeContent: null,
    };
  const old = sampleFile(path, before, more);
  const beforeContent = resource.secret ? null : old.content;
  return { resource, before: stateOf(old), after: stateOf(resource), differs: ["sha256"], beforeContent };
}

const UNIT =
  "[Unit]\nDescription=etcd\n\n[Service]\nType=notify\nExecStart=/opt/etcd/current/etcd --name a\nRestart=on-failure\nUser=etcd\n";
const RELEASE: ReleaseResource = {
  kind: "release",
  id: "release:etcd",
  service: "etcd",
  path: "/opt/etcd/releases/3.3.25-0123456789ab",
  form: "file",
  name: "etcd",
  sha256: "0123456789ab".repeat(5).concat("0123"),
  size: 23_456_789,
  source: null,
  keep: 5,
};

/** A change of every kind. */
export function sampleChanges(): readonly Change[] {
  const account = {
    kind: "account",
    id: "account:etcd",
    service: "etcd",
    user: "etcd",
    group: "etcd",
    groups: ["adm"],
    home: "/var/lib/etcd",
  } as const;
  const directory = {
    kind: "directory",
    id: "directory:/d",
    service: "etcd",
    path: "/var/lib/etcd",
    mode: "0750",
    owner: "etcd",
    group: "etcd",
    existing: "enforce",
  } as const;
  const link = {
    kind: "link",
    id: "link:c",
    service: "etcd",
    role: "current",
    path: "/opt/etcd/current",
    target: RELEASE.path,
  } as const;
  const modes = {
    before: { type: "directory", mode: "755", owner: "root", group: "root" },
    after: { type: "directory", mode: "750", owner: "etcd", group: "root" },
  };
  return [
    {
      resource: account,
      before: null,
      after: { user: "etcd", group: "etcd" },
      differs: ["user", "group"],
      beforeContent: null,
    },
    { resource: directory, ...modes, differs: ["mode", "owner"], beforeContent: null },
    {
      resource: RELEASE,
      before: null,
      after: { type: "directory", sha256: RELEASE.sha256 },
      differs: ["type", "sha256"],
      beforeContent: null,
    },
    {
      resource: link,
      before: { type: "link", target: "/opt/etcd/releases/3.3.24-ffffffffffff" },
      after: { type: "link", target: RELEASE.path },
      differs: ["target"],
      beforeContent: null,
    },
    fileChange(
      "/etc/systemd/system/etcd.service",
      UNIT,
      UNIT.replace("--name a", "--name b").replace("[Service]", "# trailing \t\n[Service]"),
      {
        role: "unit",
      },
    ),
    fileChange("/etc/svcdeploy/env/etcd.env", `TOKEN="old-${CANARY}"\n`, `TOKEN="${CANARY}"\nB="1"\n`, {
      role: "environment",
      mode: "0600",
      secret: true,
    }),
    fileChange("/etc/etcd/new.conf", null, "one: 1\ntwo: 2"),
    fileChange("/etc/etcd/blob", new Uint8Array([0, 1, 2, 255]), new Uint8Array(2048).fill(254)),
  ];
}

/** A plan with everything in it. */
export function samplePlan(host: string, play = "stores"): Plan {
  return {
    host,
    play,
    changes: sampleChanges(),
    actions: [
      { verb: "daemon-reload", because: "2 units changed" },
      {
        verb: "restart",
        unit: "etcd.service",
        because: "ExecStart and environment changed",
        timeoutSeconds: 90,
      },
    ],
    notices: [
      {
        severity: "warning",
        code: "was-failed",
        text: "etcd.service was failed before (exit-code); the restart is expected to fix it; its journal has the reason",
      },
    ],
    orphans: [{ service: "etcd", kind: "file", path: "/etc/etcd/old.conf", left: "edited" }],
    collateral: [{ unit: "gateway.service", because: "stops along with etcd.service (BoundBy=)" }],
    manifests: [
      { service: "etcd", path: "/var/lib/svcdeploy/manifest/demo.etcd", content: "x", oldSha256: null },
    ],
    records: ["etcd.service"],
    fingerprint: "f".repeat(64),
  };
}

/** A plan with nothing in it. */
export function emptyPlan(host: string, play = "stores"): Plan {
  return {
    ...samplePlan(host, play),
    changes: [],
    actions: [],
    notices: [],
    orphans: [],
    collateral: [],
    manifests: [],
    records: [],
  };
}

/** A host with its plan, or with the reason why there is none. */
export function plannedHost(host: string, plan: Plan | null, play = "stores"): PlannedHost {
  const error =
    plan === null
      ? new ConnectError("unreachable", host, `${host} (10.0.0.9:22): connection refused`, {
          hint: "Is sshd running there?",
        })
      : null;
  return { target: sampleTarget(host, play), plan, error };
}

/** Two alike, one without changes, one unreachable. */
export function sampleView(): PlanView {
  const hosts = [
    plannedHost("db1", samplePlan("db1")),
    plannedHost("db2", samplePlan("db2")),
    plannedHost("db3", emptyPlan("db3")),
    plannedHost("db4", null),
  ];
  return { environment: "prod", plays: [{ play: samplePlay("stores"), hosts }] };
}

/** A report that is well, changed by more. */
export function sampleReport(host: string, more: Partial<HostReport> = {}): HostReport {
  return {
    host,
    play: "stores",
    status: "changed",
    cause: null,
    services: ["etcd", "prometheus"],
    durationMilliseconds: 12_345,
    message: "",
    hint: null,
    verdicts: [],
    health: [],
    differences: [],
    journal: [],
    changes: 3,
    actions: ["daemon-reload", "restart etcd.service"],
    transaction: "0".repeat(32),
    ...more,
  };
}

/** A host that was put back, with every detail that a failure may have. */
export function sampleFailure(host: string): HostReport {
  return sampleReport(host, {
    status: "rolled-back",
    cause: "unhealthy",
    message: "etcd.service: crash-loop; http://127.0.0.1:2379/health is unhealthy",
    hint: "The journal below ends with what the program said last; what had changed stands below it.",
    verdicts: [
      {
        unit: "etcd.service",
        ok: false,
        cause: "crash-loop",
        isActive: "activating",
        detail: "restarted 4 times within 10 s\nlast exit status 1 (FAILURE)",
      },
      { unit: "prometheus.service", ok: true, cause: "running", isActive: "active", detail: "" },
    ],
    health: [
      {
        service: "etcd",
        check: "http://127.0.0.1:2379/health",
        role: "ready",
        ok: false,
        detail: 'status 503, wanted 200\n{"health":"false"}',
        attempts: 12,
      },
      { service: "etcd", check: "tcp 127.0.0.1:2380", role: "live", ok: true, detail: "", attempts: 1 },
    ],
    differences: [
      { path: "/etc/svcdeploy/env/etcd.env", change: "update", secret: true, before: null, after: null },
    ],
    journal: [
      {
        unit: "etcd.service",
        lines: [
          "2025-01-01 etcd[12]: starting",
          "2025-01-01 etcd[12]: cannot bind: \u001b[31maddress in use\u001b[0m",
        ],
      },
    ],
  });
}

const rulePlace = { file: "svcdeploy.yaml", line: 5, column: 7 };
const rule: IgnoreRule = {
  what: { kind: "directive", pattern: "LimitNOFILE" },
  host: null,
  because: "the vendor's case 4711 is open",
  until: "2027-03-31",
  place: rulePlace,
};

/** A finding that a rule ignores. */
export const IGNORED: IgnoredFinding = {
  finding: {
    kind: "foreign-drop-in",
    service: "etcd",
    subject: "etcd.service",
    text: "/etc/systemd/system/etcd.service.d/limits.conf changes etcd.service",
    origin: "host",
    since: 1_799_000_000,
    change: null,
    dropIn: "/etc/systemd/system/etcd.service.d/limits.conf",
  },
  rules: [rule],
};
/** A rule past its date, and one that ignored nothing. */
export const RULE_NOTES: RuleNotes = {
  expired: [
    {
      ...rule,
      what: { kind: "unit", pattern: "etcd.service" },
      until: "2026-12-31",
      place: { ...rulePlace, line: 7 },
    },
  ],
  unmatched: [
    {
      rule: {
        ...rule,
        what: { kind: "path", pattern: "/etc/etcd/*.conf" },
        host: "wbe",
        place: { ...rulePlace, line: 9 },
      },
      why: 'there is no host or group "wbe"',
    },
  ],
};

/** The clock of the drifted host: 2027-01-15 08:00 UTC. */
export const DRIFT_CLOCK = 1_800_000_000;

/** Findings of a drifted host. */
export function sampleFindings(): readonly Finding[] {
  const change = fileChange("/etc/etcd/etcd.conf", "name: b\nlog: debug\n", "name: b\nlog: info\n");
  return [
    {
      kind: "content",
      service: "etcd",
      subject: "/etc/etcd/etcd.conf",
      text: "other content than declared",
      origin: "host",
      since: DRIFT_CLOCK - 7810,
      change,
    },
    {
      kind: "not-running",
      service: "etcd",
      subject: "etcd.service",
      text: "is-active says inactive",
      origin: "host",
      since: DRIFT_CLOCK - 400_000,
      change: null,
    },
    {
      kind: "missing",
      service: "etcd",
      subject: "/etc/etcd/new.conf",
      text: "the file is missing",
      origin: "project",
      since: null,
      change: null,
    },
  ];
}
