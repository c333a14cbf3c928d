/** Worlds of releases: one file or a tree, their link, what is kept of older ones, and the way back. */
import type { ResourceSpec } from "../core/plan/host-builder.ts";
import { sha256 } from "../support/deliver-input.ts";
import { treesDigest, treesUpload } from "./bodies.ts";
import { type CrashWorld, folder, link, unit } from "./world.ts";

/** Programs that are uploaded: version → text. */
export const programs: readonly string[] = Array.from(
  { length: 7 },
  (_, version) => `#!/bin/sh\necho version ${version}\n`,
);

function release(version: number, keep: number): readonly ResourceSpec[] {
  const content = programs[version] ?? "";
  const sum = sha256(content);
  const path = `/opt/app/releases/${version}-${sum.slice(0, 12)}`;
  const source = { form: "file", path: "/build/app", strip: 0, sha256: sum, size: content.length };
  return [
    folder("/opt/app", { existing: "keep" }),
    folder("/opt/app/releases", { existing: "keep" }),
    { kind: "release", path, keep, sha256: sum, size: content.length, source },
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

const served = { inputs: { "app.service": ["/opt/app/current"] } };

/** The worlds. */
export const releaseWorlds: readonly CrashWorld[] = [
  { name: "release", ...served, steps: [release(1, 3), release(2, 3)] },
  { name: "tree", ...served, steps: [release(1, 3), tree()] },
  { name: "rollback", ...served, rollback: true, steps: [release(1, 3), release(2, 3), release(1, 3)] },
  { name: "prune", ...served, steps: [1, 2, 3, 4, 5, 6].map((version) => release(version, 1)) },
  { name: "first-apply", ...served, delivered: true, steps: [release(1, 3)] },
];
