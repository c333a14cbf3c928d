/** The world whose paths the part `edits` edits by hand, and the edits. */
import type { ResourceSpec } from "../core/plan/host-builder.ts";
import { sha256 } from "../support/deliver-input.ts";
import type { CrashWorld } from "./world.ts";
import { programs } from "./worlds-releases.ts";

const system = "/etc/systemd/system";
const unit = `${system}/app.service`;
const dropIn = `${system}/other.service.d/svcdeploy-app.conf`;

/** One step of the world: what the service was, and what it is to be. */
function step(version: 1 | 2): readonly ResourceSpec[] {
  const isNew = version === 2;
  const content = programs[version] ?? "";
  const sum = sha256(content);
  const release = `/opt/app/releases/${version}-${sum.slice(0, 12)}`;
  const source = { form: "file", path: "/build/app", strip: 0, sha256: sum, size: content.length };
  const file = (path: string, text: string, more: object = {}): ResourceSpec => ({
    kind: "file",
    path,
    content: text,
    ...more,
  });
  const folder = (path: string, more: object = {}): ResourceSpec => ({ kind: "directory", path, ...more });
  return [
    ...["a", "b"].map((name) => file(`/etc/app/${name}`, `${name}=${version}\n`)),
    folder("/etc/app/shut", { mode: isNew ? "700" : "750" }),
    folder("/etc/app/owned", { owner: isNew ? "app" : "root", group: "app" }),
    { kind: "link", path: "/etc/app/link", target: isNew ? "b" : "a", role: "current" },
    file(unit, `[Service]\nExecStart=/bin/run ${version}\n`, { role: "unit" }),
    { kind: "unit", unit: "app.service", restartDigest: String(version) },
    folder(`${system}/other.service.d`),
    file(dropIn, `[Service]\nNice=${version}\n`, { role: "drop-in", onChange: "restart" }),
    folder("/opt/app", { existing: "keep" }),
    folder("/opt/app/releases", { existing: "keep" }),
    { kind: "release", path: release, keep: 3, sha256: sum, size: content.length, source },
    { kind: "link", path: "/opt/app/current", target: release.slice("/opt/app/".length), role: "current" },
    ...(isNew
      ? [
          file("/etc/app/new", "new=2\n"),
          { kind: "link" as const, path: "/etc/app/new-link", target: "a", role: "current" },
          folder("/etc/app/sub"),
          file("/etc/app/sub/inner", "inner=2\n"),
        ]
      : [file("/etc/app/going", "going=1\n")]),
  ];
}

/** A file, links, a unit, a drop-in, folders and a release are changed; some are new, one is removed. */
export const EDITED_WORLD: CrashWorld = {
  name: "edited",
  foreign: {
    [`${system}/other.service`]: "[Service]\nExecStart=/bin/other\n",
    "/etc/app/theirs": "theirs\n",
  },
  steps: [step(1), step(2)],
};

/**
 * An edit by hand. lines: shell, with the host's root as $R; they fail where there is nothing to edit. left: what
 * they leave, as `lookAt` says it; named: whether the path has to be named afterwards (what is not ours need not be).
 */
export type HandEdit = {
  readonly name: string;
  readonly path: string;
  readonly lines: string;
  readonly left: string;
  readonly named: boolean;
};

const write = (path: string, name = `${path} is edited`): HandEdit => ({
  name,
  path,
  lines: `printf 'by hand\\n' >"$R${path}"`,
  left: "file by hand\n",
  named: true,
});

/** What a person may do to one path while a transaction runs. */
export const HAND_EDITS: readonly HandEdit[] = [
  write("/etc/app/a"),
  write(unit),
  write(dropIn),
  write("/etc/app/new", "/etc/app/new is made"),
  write("/etc/app/going"),
  {
    name: "/etc/app/b becomes a link",
    path: "/etc/app/b",
    lines: 'ln -sfn /srv/b "$R/etc/app/b"',
    left: "link /srv/b",
    named: true,
  },
  {
    name: "/etc/app/a is removed",
    path: "/etc/app/a",
    lines: 'rm -f "$R/etc/app/a"',
    left: "nothing",
    named: true,
  },
  {
    name: "/etc/app/link leads elsewhere",
    path: "/etc/app/link",
    lines: 'ln -sfn theirs "$R/etc/app/link"',
    left: "link theirs",
    named: true,
  },
  {
    name: "/etc/app/link becomes a file",
    path: "/etc/app/link",
    lines: 'rm -f "$R/etc/app/link"; printf "by hand\\n" >"$R/etc/app/link"',
    left: "file by hand\n",
    named: true,
  },
  {
    name: "/etc/app/new-link is made",
    path: "/etc/app/new-link",
    lines: 'ln -sfn theirs "$R/etc/app/new-link"',
    left: "link theirs",
    named: true,
  },
  {
    name: "/opt/app/current leads elsewhere",
    path: "/opt/app/current",
    lines: 'ln -sfn releases/theirs "$R/opt/app/current"',
    left: "link releases/theirs",
    named: true,
  },
  {
    name: "/etc/app/shut has another mode",
    path: "/etc/app/shut",
    lines: 'chmod 711 "$R/etc/app/shut"',
    left: "folder 711 0:0",
    named: true,
  },
  {
    name: "/etc/app/owned has another owner",
    path: "/etc/app/owned",
    lines: 'chown 1:1 "$R/etc/app/owned"',
    left: "folder 755 1:1",
    named: true,
  },
  {
    name: "a drop-in of others appears",
    path: `${system}/app.service.d/override.conf`,
    lines: `mkdir -p "$R${system}/app.service.d"; printf '[Service]\\n' >"$R${system}/app.service.d/override.conf"`,
    left: "file [Service]\n",
    named: false,
  },
  {
    name: "a file of others appears in a new folder",
    path: "/etc/app/sub/theirs",
    lines: '[ -d "$R/etc/app/sub" ] && printf "by hand\\n" >"$R/etc/app/sub/theirs"',
    left: "file by hand\n",
    named: false,
  },
];

/**
 * A folder above paths of the transaction that is no longer root's alone, or no longer where it was. elsewhere:
 * what is then below this folder must stay as it is.
 */
export type UnsafeParent = {
  readonly name: string;
  readonly folder: string;
  readonly lines: string;
  readonly elsewhere: string | null;
};

const open = (folder: string, how: string, lines: string): UnsafeParent => ({
  name: `${folder} ${how}`,
  folder,
  lines: lines.replaceAll("$F", `"$R${folder}"`),
  elsewhere: null,
});

const moved = (folder: string): UnsafeParent => ({
  name: `${folder} is moved, and a link is in its place`,
  folder,
  lines: `mv "$R${folder}" "$R/srv/moved" && ln -s /srv/moved "$R${folder}"`,
  elsewhere: "/srv",
});

const copied = (folder: string): UnsafeParent => ({
  name: `${folder} is a link to a copy`,
  folder,
  lines: `cp -a "$R${folder}" "$R/srv/copy" && mv "$R${folder}" "$R/srv/aside" && ln -s /srv/copy "$R${folder}"`,
  elsewhere: "/srv",
});

/** What must not be above a path that root writes. */
export const UNSAFE_PARENTS: readonly UnsafeParent[] = [
  open("/etc/app", "can be written by a group", "chgrp 990 $F && chmod g+w $F"),
  open("/etc/app", "can be written by everyone", "chmod o+w $F"),
  open("/etc/app", "has another owner", "chown 990 $F"),
  moved("/etc/app"),
  copied("/etc/app"),
  moved("/opt/app"),
  copied("/opt/app"),
  moved("/etc/app/sub"),
  copied(`${system}/other.service.d`),
];
