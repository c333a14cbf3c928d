/** Worlds of what is on the host beside files and units: the kernel's values, tmpfiles.d, accounts. */
import type { ResourceSpec } from "../core/plan/host-builder.ts";
import { type CrashWorld, file, folder, unit } from "./world.ts";

const net = "/proc/sys/net";
const settings = (lines: readonly string[]): ResourceSpec =>
  file("/etc/sysctl.d/svcdeploy-app.conf", lines.map((line) => `${line}\n`).join(""), { role: "sysctl" });
const made = (lines: readonly string[]): ResourceSpec =>
  file("/etc/tmpfiles.d/svcdeploy-app.conf", lines.map((line) => `${line}\n`).join(""), { role: "tmpfiles" });
const app = (word: string): readonly ResourceSpec[] =>
  unit("app.service", `[Service]\nExecStart=/bin/run ${word}\n`);

/** The worlds. */
export const settingsWorlds: readonly CrashWorld[] = [
  {
    // Of the namespace's own network alone.
    name: "sysctl",
    values: {
      [`${net}/core/somaxconn`]: "128",
      [`${net}/ipv4/tcp_fin_timeout`]: "60",
      [`${net}/ipv4/ip_local_port_range`]: "32768\t60999",
    },
    steps: [
      [settings(["net.core.somaxconn = 512", "net.ipv4.tcp_fin_timeout = 30"]), ...app("1")],
      [settings(["net.core.somaxconn = 1024", "net/ipv4/ip_local_port_range = 20000 50000"]), ...app("2")],
    ],
  },
  {
    // all sets default and each interface: none of these three was set by others.
    name: "sysctl-together",
    values: {
      [`${net}/ipv4/conf/all/forwarding`]: "0",
      [`${net}/ipv4/conf/default/forwarding`]: "1",
      [`${net}/ipv6/conf/all/forwarding`]: "1",
      [`${net}/ipv6/conf/default/forwarding`]: "0",
    },
    steps: [
      [file("/etc/app/conf", "a=1\n")],
      [
        settings([
          "net.ipv4.conf.all.forwarding = 1",
          "net.ipv4.conf.default.forwarding = 1",
          "net.ipv6.conf.all.forwarding = 0",
          "net.ipv6.conf.default.forwarding = 1",
        ]),
        file("/etc/app/conf", "a=1\n"),
      ],
    ],
  },
  {
    name: "tmpfiles",
    inputs: { "app.service": ["/etc/tmpfiles.d"] },
    stays: /^\/(?:run|var)\/app-made(?:\/|$)/,
    steps: [
      [made(["d /run/app-made 0755 root root -"]), ...app("1")],
      [
        made([
          "d /run/app-made 0750 app app -",
          "d /var/app-made 0700 app app -",
          "f /var/app-made/seed 0640 root app - seed",
        ]),
        ...app("2"),
      ],
    ],
  },
  {
    // The tools of the machine make them, with locks, copies and halves of their own.
    name: "accounts",
    stays: /^\/etc\/(?:passwd|group)$/,
    rests: /^\/etc\/(?:(?:passwd|group)(?:[-+]|\.lock|\.\d+)|\.pwd\.lock)$/,
    holds: { "/etc/passwd": "app:x:990:990::/:/usr/sbin/nologin", "/etc/group": "app:x:990:" },
    steps: [
      [file("/etc/app/conf", "a=1\n")],
      [
        file("/etc/app/conf", "a=1\n"),
        { kind: "account", user: "web", group: "web", groups: ["app"] },
        folder("/etc/web", { group: "web", mode: "750" }),
        file("/etc/web/conf", "b=1\n", { owner: "web", group: "web", mode: "640" }),
      ],
    ],
  },
];
