/**
 * Random unit files and drop-ins over the load path, for the comparison of the effective unit with a real
 * manager.
 */
import fc from "fast-check";
import type { HostFile } from "../../src/core/unit-file/unit-search.ts";

/**
 * A unit's name and the files that could speak of it. Everything is in folders whose names start with the
 * prefix, or is dropped for all services.
 */
export type Layout = { readonly unit: string; readonly files: readonly HostFile[] };

const LINES = [
  ...[
    "[Unit]",
    "[Unit]",
    "[Service]",
    "[Service]",
    "Documentation=http://a",
    "Documentation=http://b",
    "Documentation=",
    "Description=one",
    "Description=two",
    "Description=",
  ],
  ...[
    "Environment=A=1",
    "Environment=B=2",
    "Environment=",
    "User=root",
    "User=nobody",
    "User=",
    "Nice=3",
    "Nice=",
    "RestartSec=5",
    "RestartSec=7",
    "RestartSec=",
    "KillMode=mixed",
  ],
  ...[
    "KillMode=",
    "MemoryMax=1G",
    "MemoryMax=2G",
    "MemoryMax=",
    "UMask=0077",
    "UMask=",
    "SuccessExitStatus=3",
    "SuccessExitStatus=4",
    "SuccessExitStatus=",
    "junk",
    "# note",
    "",
  ],
];
const text = fc.array(fc.constantFrom(...LINES), { maxLength: 8 }).map((lines) => `${lines.join("\n")}\n`);

/** Layouts for a unit whose name starts with this, e.g. "asked7". */
export function layout(prefix: string): fc.Arbitrary<Layout> {
  const stems = [
    `${prefix}-a-b@x`,
    `${prefix}-a-b@`,
    `${prefix}-a-@x`,
    `${prefix}-a-`,
    `${prefix}-`,
    `${prefix}-a-b`,
    `${prefix}-a-b@y`,
  ];
  const folder = fc.constantFrom("/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system");
  const dropIn = fc.tuple(
    folder,
    fc.constantFrom(...stems),
    fc.constantFrom("10.conf", "20.conf", "B.conf", "a.txt", ".hidden.conf"),
    text,
  );
  const files = fc.array(
    dropIn.map(
      ([at, stem, name, content]): HostFile => ({ path: `${at}/${stem}.service.d/${name}`, content }),
    ),
    { maxLength: 8 },
  );
  const main = folder.map(
    (at): HostFile => ({
      path: `${at}/${prefix}-a-b@.service`,
      content: "[Service]\nType=oneshot\nExecStart=/bin/true\n",
    }),
  );
  const own = fc.option(
    fc.tuple(folder, text).map(
      ([at, content]): HostFile => ({
        path: `${at}/${prefix}-a-b@x.service`,
        content: `[Service]\nExecStart=/bin/true\n${content}`,
      }),
    ),
  );
  return fc.tuple(main, own, files).map(([template, instance, dropIns]) => ({
    unit: `${prefix}-a-b@x.service`,
    files: [
      ...new Map(
        [template, ...(instance === null ? [] : [instance]), ...dropIns].map((file) => [file.path, file]),
      ).values(),
    ],
  }));
}
