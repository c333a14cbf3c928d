/** The worlds of the crash suite. */
import type { ResourceSpec } from "../core/plan/host-builder.ts";
import { type CrashWorld, file, folder, link, system, unit } from "./world.ts";
import { releaseWorlds } from "./worlds-releases.ts";
import { settingsWorlds } from "./worlds-settings.ts";

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
const credential = (name: string, content: string): ResourceSpec =>
  file(`/etc/svcdeploy/credentials/app/${name}`, content, { role: "credential", mode: "600", secret: true });

const served = { inputs: { "app.service": ["/etc/app", "/etc/svcdeploy"] } };
const other = { [`${system}/other.service`]: "[Service]\nExecStart=/bin/other\n" };
const wanted = (name: string, more: object = {}): ResourceSpec =>
  link(`${system}/multi-user.target.wants/${name}`, `${system}/${name}`, "enablement", more);

/** Resources of the service that is removed. */
const leaving: readonly ResourceSpec[] = [
  folder("/etc/left"),
  file("/etc/left/conf", "c=1\n"),
  ...unit("left.service", "[Unit]\nRequiresMountsFor=/srv/left\n[Service]\nExecStart=/bin/left\n"),
  ...unit("srv-left.mount", "[Mount]\nWhat=tmpfs\nWhere=/srv/left\n"),
  ...unit("left.slice", "[Slice]\nCPUWeight=10\n", { running: false }),
  ...["left.service", "srv-left.mount"].map((name) => wanted(name)),
].map((each) => ({ ...each, service: "left" }));

/** Every world, the small ones first. */
export const WORLDS: readonly CrashWorld[] = [
  {
    name: "one-file",
    delivered: true,
    steps: [[file("/etc/app/conf", "a=1\n")], [file("/etc/app/conf", "a=2\n")]],
  },
  {
    name: "five-files",
    steps: [
      [
        ...["a", "b", "c", "going", "same"].map((each) => file(`/etc/app/${each}`, `${each}=1\n`)),
        link("/etc/app/link", "a"),
        folder("/etc/app/dir"),
      ],
      [
        ...["a", "b", "c"].map((each) => file(`/etc/app/${each}`, `${each}=2\n`)),
        file("/etc/app/same", "same=1\n"),
        file("/etc/app/sub/new", "new=1\n", { owner: "app", group: "app", mode: "600" }),
        folder("/etc/app/sub", { mode: "750", group: "app" }),
        folder("/etc/app/dir", { mode: "750", owner: "app", group: "app" }),
      ],
    ],
  },
  {
    name: "units",
    oracle: true,
    ...served,
    manual: ["other.service"],
    foreign: { [`${system}/other.service`]: "[Unit]\nPartOf=app.service\n" },
    steps: [
      [...unit("app.service", "[Service]\nExecStart=/bin/run 1\n")],
      [
        ...unit("app.service", "[Service]\nExecStart=/bin/run 2\n"),
        ...unit("srv-data.mount", "[Mount]\nWhat=tmpfs\n"),
        ...unit("app.slice", "[Slice]\nCPUWeight=10\n", { running: false }),
        wanted("app.service"),
        wanted("srv-data.mount"),
        file("/etc/app/conf", "a=2\n", { onChange: "restart" }),
      ],
    ],
  },
  {
    name: "reload",
    ...served,
    steps: ["1", "2"].map((word) => [
      file("/etc/app/conf", `a=${word}\n`, { onChange: "reload" }),
      ...unit("app.service", "[Service]\nExecStart=/bin/run\nExecReload=/bin/true\n", { reloadDigest: word }),
    ]),
  },
  {
    // What requires a unit that cannot start stops, and the undo has to start it again.
    name: "fails",
    ...served,
    fails: true,
    foreign: {
      [`${system}/other.service`]:
        "[Unit]\nRequires=app.service\nAfter=app.service\n[Service]\nExecStart=/bin/other\n",
    },
    steps: [
      [...unit("app.service", "[Service]\nExecStart=/bin/run 1\n")],
      [
        ...unit("app.service", "[Service]\nExecStartPre=/bin/false\nExecStart=/bin/run 2\n"),
        ...unit("new.service", "[Service]\nExecStart=/bin/run 3\n"),
      ],
    ],
  },
  {
    name: "deletion",
    ...served,
    steps: [
      [...leaving, ...unit("app.service", "[Service]\nExecStart=/bin/run\n")],
      [...unit("app.service", "[Service]\nExecStart=/bin/run\n")],
    ],
  },
  { name: "instances", steps: [template("1"), template("2")] },
  {
    name: "drop-ins",
    foreign: other,
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
      [...credentialFolders, ...unit("app.service", "[Service]\n"), credential("token", "one\n")],
      [
        ...credentialFolders,
        ...unit("app.service", "[Service]\n", { restartDigest: "two" }),
        credential("token", "two\n"),
        credential("key", "three\n"),
      ],
    ],
  },
  ...settingsWorlds,
  ...releaseWorlds,
];
