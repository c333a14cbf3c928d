/** The worlds of the crash suite: what a host was brought to before, one step after the other, and the last step. */
import type { ResourceSpec } from "../core/plan/host-builder.ts";
import { treesDigest, treesUpload } from "../support/crash-bodies.ts";
import { sha256 } from "../support/deliver-input.ts";

/**
 * steps: the resources of each transaction; the last one is struck. inputs: unit → what its process reads
 * when it starts; parts: unit → units that stop along with it. foreign: files of others that are there from
 * the start.
 */
export type CrashWorld = {
  readonly name: string;
  readonly steps: readonly (readonly ResourceSpec[])[];
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
  readonly parts?: Readonly<Record<string, readonly string[]>>;
  readonly foreign?: Readonly<Record<string, string>>;
  /** The last step is a rollback to what the first one was. */
  readonly rollback?: true;
};

const file = (path: string, content: string, more: object = {}): ResourceSpec => ({
  kind: "file",
  path,
  content,
  ...more,
});
const folder = (path: string, more: object = {}): ResourceSpec => ({ kind: "directory", path, ...more });
const link = (path: string, target: string, role = "current"): ResourceSpec => ({
  kind: "link",
  path,
  target,
  role,
});
const system = "/etc/systemd/system";

function unit(name: string, content: string, more: object = {}): readonly ResourceSpec[] {
  return [
    file(`${system}/${name}`, content, { role: "unit" }),
    { kind: "unit", unit: name, restartDigest: content, ...more },
  ];
}

/** Programs that are uploaded: version → text. */
export const programs: readonly string[] = Array.from(
  { length: 7 },
  (_, version) => `#!/bin/sh\necho version ${version}\n`,
);

function release(version: number, keep: number): readonly ResourceSpec[] {
  const content = programs[version] ?? "";
  const sum = sha256(content);
  const path = `/opt/app/releases/${version}-${sum.slice(0, 12)}`;
  return [
    folder("/opt/app", { existing: "keep" }),
    folder("/opt/app/releases", { existing: "keep" }),
    {
      kind: "release",
      path,
      keep,
      sha256: sum,
      size: content.length,
      source: { form: "file", path: "/build/app", strip: 0, sha256: sum, size: content.length },
    },
    link("/opt/app/current", path.slice("/opt/app/".length)),
    ...unit("app.service", "[Service]\nExecStart=/opt/app/current/app\n", { restartDigest: path }),
  ];
}

function tree(): readonly ResourceSpec[] {
  const path = `/opt/app/releases/t-${treesDigest.slice(0, 12)}`;
  const source = { form: "tree", path: "/build/app.tar", strip: 0, sha256: treesUpload, size: 10240 };
  return [
    folder("/opt/app", { existing: "keep" }),
    folder("/opt/app/releases", { existing: "keep" }),
    { kind: "release", form: "tree", path, sha256: treesDigest, size: 8000, keep: 1, source },
    link("/opt/app/current", path.slice("/opt/app/".length)),
    ...unit("app.service", "[Service]\nExecStart=/opt/app/current/bin/run\n", { restartDigest: path }),
  ];
}

const template = (word: string): readonly ResourceSpec[] => [
  file(`${system}/app@.service`, `[Service]\nExecStart=/bin/run ${word} %i\n`, { role: "unit" }),
  ...["a", "b"].map((each) => ({
    kind: "unit" as const,
    unit: `app@${each}.service`,
    path: `${system}/app@.service`,
    restartDigest: word,
  })),
];

const credentialFolders = [
  "/etc/svcdeploy",
  "/etc/svcdeploy/credentials",
  "/etc/svcdeploy/credentials/app",
].map((path) => folder(path, { mode: "700" }));

const served = { inputs: { "app.service": ["/etc/app", "/opt/app/current", "/etc/svcdeploy"] } };

/** Every world, the small ones first. */
export const WORLDS: readonly CrashWorld[] = [
  { name: "one-file", steps: [[file("/etc/app/conf", "a=1\n")], [file("/etc/app/conf", "a=2\n")]] },
  {
    name: "five-files",
    steps: [
      [
        ...["a", "b", "c", "going"].map((each) => file(`/etc/app/${each}`, `${each}=1\n`)),
        link("/etc/app/link", "a"),
      ],
      [
        ...["a", "b", "c"].map((each) => file(`/etc/app/${each}`, `${each}=2\n`)),
        file("/etc/app/sub/new", "new=1\n", { owner: "app", group: "app", mode: "600" }),
        folder("/etc/app/sub", { mode: "750", group: "app" }),
      ],
    ],
  },
  {
    name: "units",
    ...served,
    parts: { "app.service": ["other.service"] },
    foreign: { [`${system}/other.service`]: "[Unit]\nPartOf=app.service\n" },
    steps: [
      [...unit("app.service", "[Service]\nExecStart=/bin/run 1\n")],
      [
        ...unit("app.service", "[Service]\nExecStart=/bin/run 2\n"),
        ...unit("srv-data.mount", "[Mount]\nWhat=tmpfs\n"),
        ...unit("app.slice", "[Slice]\nCPUWeight=10\n", { running: false }),
        link(`${system}/multi-user.target.wants/app.service`, `${system}/app.service`, "enablement"),
        file("/etc/app/conf", "a=2\n", { onChange: "restart" }),
      ],
    ],
  },
  { name: "release", ...served, steps: [release(1, 3), release(2, 3)] },
  { name: "tree", ...served, steps: [release(1, 3), tree()] },
  { name: "instances", steps: [template("1"), template("2")] },
  {
    name: "drop-ins",
    foreign: { [`${system}/other.service`]: "[Service]\nExecStart=/bin/other\n" },
    steps: [
      [file("/etc/app/conf", "a=1\n")],
      [
        folder(`${system}/other.service.d`),
        file(`${system}/other.service.d/svcdeploy-a.conf`, "[Service]\nNice=1\n", {
          role: "drop-in",
          onChange: "restart",
        }),
        file("/etc/app/conf", "a=1\n"),
      ],
    ],
  },
  {
    name: "credentials",
    ...served,
    steps: [
      [
        ...credentialFolders,
        ...unit("app.service", "[Service]\n"),
        file("/etc/svcdeploy/credentials/app/token", "one\n", {
          role: "credential",
          mode: "600",
          secret: true,
        }),
      ],
      [
        ...credentialFolders,
        ...unit("app.service", "[Service]\n", { restartDigest: "two" }),
        file("/etc/svcdeploy/credentials/app/token", "two\n", {
          role: "credential",
          mode: "600",
          secret: true,
        }),
        file("/etc/svcdeploy/credentials/app/key", "three\n", {
          role: "credential",
          mode: "600",
          secret: true,
        }),
      ],
    ],
  },
  { name: "rollback", ...served, rollback: true, steps: [release(1, 3), release(2, 3), release(1, 3)] },
  { name: "prune", ...served, steps: [1, 2, 3, 4, 5, 6].map((version) => release(version, 1)) },
  { name: "first-apply", ...served, steps: [release(1, 3)] },
];
