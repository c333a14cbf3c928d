/**
 * The transactions of the crash tests, as deliver.sh takes them after its first lines. Their worlds before
 * are made by systemd/case.sh.
 */
import { createHash } from "node:crypto";
import { TAR_END, tarHeader, tarPadding } from "../../src/core/artifact/tar-header.ts";
import { treeDigest, treeRecords } from "../../src/core/artifact/tree-digest.ts";
import type { TreeEntry } from "../../src/core/artifact/tree-entry.ts";
import { line } from "../../src/host/frames.ts";
import { deliverBody, sha256 } from "../support/deliver-input.ts";

/** The program that the usual transaction has uploaded. */
export const program = "#!/bin/sh\necho a program that was uploaded\n";

const contents: Readonly<Record<string, string>> = {
  "bin/run": "#!/bin/sh\nwhile :; do sleep 1000 & wait; done\n",
  "share/one": "one\n".repeat(1000),
  "share/two": "two\n".repeat(1000),
};
const entries: readonly TreeEntry[] = [
  { kind: "directory", path: "bin" },
  { kind: "file", path: "bin/run", mode: "755", size: contents["bin/run"]?.length ?? 0 },
  { kind: "link", path: "run", target: "bin/run" },
  { kind: "directory", path: "share" },
  { kind: "file", path: "share/one", mode: "644", size: 4000 },
  { kind: "file", path: "share/two", mode: "644", size: 4000 },
];

/** The archive that the transaction of trees has uploaded. */
export const treesTar: Uint8Array = Buffer.concat([...entries.flatMap(packed), TAR_END]);
/** Its sha256, which is its name on the host. */
export const treesUpload: string = createHash("sha256").update(treesTar).digest("hex");
/** The digest of the tree that is in it. */
export const treesDigest: string = treeDigest(entries.flatMap((entry) => treeRecords(entry, sumOf(entry))));

/** Accounts, files, links and programs. delay: lines that make the service slow to start. */
export function usualBody(delay: string): Uint8Array {
  const oldConf = "hello=1\n";
  const newConf = "hello=2\n";
  const unit = (extra: string, seconds: number): string =>
    `[Service]\n${extra}ExecStart=/bin/sleep ${seconds}\n[Install]\nWantedBy=multi-user.target\n`;
  const [oldUnit, newUnit, secondUnit] = [unit("", 1000), unit(delay, 2000), unit("", 3000)];
  const goingUnit = "[Service]\nExecStart=/bin/sleep 5000\n";
  const settings = "net.core.somaxconn = 321\nnet.ipv4.tcp_rmem = 4096 131072 5242880\n";
  const [settingsPath, madePath] = ["/etc/sysctl.d/svcdeploy-cra.conf", "/etc/tmpfiles.d/svcdeploy-cra.conf"];
  const made = "d /run/cra-made 0755 crauser crauser -\n";
  const plan = [
    line("account", "crauser", "crauser", "/nonexistent", "-"),
    line("directory", "0", "/etc/cra", "0750", "root", "root", "755:root:root"),
    line("directory", "1", "/etc/crb", "0755", "root", "root", "-"),
    line("release", "2", "/opt/cra/releases/2", "program", sha256(program)),
    line("file", "3", "/etc/cra/conf", "0644", "root", "root", sha256(newConf), sha256(oldConf)),
    line(
      "file",
      "4",
      "/etc/systemd/system/cra.service",
      "0644",
      "root",
      "root",
      sha256(newUnit),
      sha256(oldUnit),
    ),
    line("file", "5", "/etc/systemd/system/crb.service", "0644", "root", "root", sha256(secondUnit), "-"),
    line(
      "link",
      "6",
      "/etc/systemd/system/multi-user.target.wants/cra.service",
      "/etc/systemd/system/cra.service",
      "-",
    ),
    line("link", "7", "/opt/cra/current", "releases/2", "releases/1"),
    line("file", "8", "/etc/cra/going", "-", "-", "-", "-", sha256("going=1\n")),
    line("link", "9", "/etc/cra/going-link", "-", "conf"),
    line("file", "10", "/etc/systemd/system/cre.service", "-", "-", "-", "-", sha256(goingUnit)),
    line("file", "11", settingsPath, "0644", "root", "root", sha256(settings), "-"),
    line("file", "12", madePath, "0644", "root", "root", sha256(made), "-"),
    line("manifest", "m0", "/var/lib/svcdeploy/projects/demo/cra", "-"),
    line("manifest", "-", "/var/lib/svcdeploy/projects/demo/cre", sha256("its manifest\n")),
    line("target", "-", "/var/lib/svcdeploy/targets/demo/cre"),
    line("target", "t0", "/var/lib/svcdeploy/targets/demo/cra"),
    line("blob", sha256("right=1\n"), "/etc/cra/right"),
    line("keep", "/opt/cra/releases", "3"),
    line("gone", "cre.service"),
    ...["cra.service", "crb.service", "crd.service", "cre.service"].map((name) => line("unit", name)),
    line("action", "stop", "cre.service", "100"),
    line("action", "remove", "-", "60"),
    line("action", "daemon-reload", "-", "120"),
    line("action", "sysctl", settingsPath, "30"),
    line("action", "tmpfiles", madePath, "60"),
    line("action", "restart", "cra.service", "100"),
    line("action", "start", "crb.service", "100"),
    line("record", "cra.service", "a2", "b2"),
    line("record", "crb.service", "c2", "d2"),
    line("window", "60"),
  ];
  const texts = {
    "new/3": newConf,
    "new/4": newUnit,
    "new/5": secondUnit,
    "new/11": settings,
    "new/12": made,
    "new/m0": "file /etc/cra/conf x\n",
    "new/t0": "{}\n",
  };
  return deliverBody({ plan: plan.join(""), ...texts });
}

/**
 * A release that is a tree, instances of which the first has to stay up, a drop-in for a unit of others, a
 * credential, and a service that is removed.
 */
export function treesBody(): Uint8Array {
  const template = (word: string, more: string): string =>
    `[Service]\nExecStart=/opt/crt/current/bin/run ${word}\n${more}`;
  const [before, after] = [
    template("old", ""),
    template("new", "LoadCredential=token:/etc/svcdeploy/credentials/crt/token\n"),
  ];
  const [dropIn, token] = ["[Service]\nEnvironment=A=1\n", "secret\n"];
  const release = `2-${treesDigest.slice(0, 12)}`;
  const goingUnit = "[Service]\nExecStart=/bin/sleep 5000\n";
  const units = ["crt@a.service", "crt@b.service", "crf.service", "crg.service"];
  const plan = [
    line("directory", "0", "/etc/svcdeploy/credentials/crt", "0700", "root", "root", "-"),
    line("directory", "1", "/etc/systemd/system/crf.service.d", "0755", "root", "root", "-"),
    line("tree", "2", `/opt/crt/releases/${release}`, treesDigest, treesUpload),
    line("file", "3", "/etc/svcdeploy/credentials/crt/token", "0600", "root", "root", sha256(token), "-"),
    line(
      "file",
      "4",
      "/etc/systemd/system/crt@.service",
      "0644",
      "root",
      "root",
      sha256(after),
      sha256(before),
    ),
    line(
      "file",
      "5",
      "/etc/systemd/system/crf.service.d/svcdeploy-a.conf",
      "0644",
      "root",
      "root",
      sha256(dropIn),
      "-",
    ),
    line("file", "6", "/etc/systemd/system/crg.service", "-", "-", "-", "-", sha256(goingUnit)),
    line("link", "7", "/opt/crt/current", `releases/${release}`, "releases/1-aaaaaaaaaaaa"),
    line("link", "8", "/opt/crg/current", "-", "releases/5-dddddddddddd"),
    line(
      "manifest",
      "m0",
      "/var/lib/svcdeploy/projects/demo/crt",
      sha256("release /opt/crt/releases/1-aaaaaaaaaaaa x\n"),
    ),
    line("manifest", "-", "/var/lib/svcdeploy/projects/demo/crg", sha256("its manifest\n")),
    line("target", "-", "/var/lib/svcdeploy/targets/demo/crg"),
    line("target", "t0", "/var/lib/svcdeploy/targets/demo/crt"),
    line("keep", "/opt/crt/releases", "1"),
    line("keep", "/opt/crg/releases", "0"),
    line("gone", "crg.service"),
    ...units.map((name) => line("unit", name)),
    line("action", "stop", "crg.service", "100"),
    line("action", "remove", "-", "60"),
    line("action", "daemon-reload", "-", "120"),
    line("action", "restart", "crt@a.service", "100"),
    line("action", "settle", "crt@a.service", "1"),
    line("action", "restart", "crt@b.service", "100"),
    line("action", "restart", "crf.service", "100"),
    line("record", "crt@a.service", "a2", "b2"),
    line("record", "crt@b.service", "a2", "b2"),
    line("record", "crf.service", "c2", "d2"),
    line("window", "60"),
  ];
  const manifest = `release /opt/crt/releases/${release} x\n`;
  return deliverBody({
    plan: plan.join(""),
    "new/3": token,
    "new/4": after,
    "new/5": dropIn,
    "new/m0": manifest,
    "new/t0": "{}\n",
  });
}

function sumOf(entry: TreeEntry): string | null {
  return entry.kind === "file" ? sha256(contents[entry.path] ?? "") : null;
}

function packed(entry: TreeEntry): readonly Uint8Array[] {
  if (entry.kind !== "file") return [tarHeader(entry)];
  return [tarHeader(entry), Buffer.from(contents[entry.path] ?? ""), tarPadding(entry.size)];
}
