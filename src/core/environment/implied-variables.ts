/**
 * Variables that no file sets: what PID 1 gives every service, and what follows from User=, Type= and their
 * like (systemd.exec(5), "Environment Variables Set on the Service"; execute.c). Tried on 247, 252 and 257.
 */
import type { EffectiveValue } from "../unit-file/effective-unit.ts";
import { channelVariables, triggerVariables } from "./channel-variables.ts";
import { type Assignment, known, unknown } from "./environment-layer.ts";
import { expanded, implied, lastValue, type ServiceUnit } from "./implied-assignment.ts";

/** All of them, the manager's first. */
export function impliedVariables(of: ServiceUnit): readonly Assignment[] {
  return [
    ...managerVariables(of),
    ...ownVariables(of),
    ...loginVariables(of),
    ...folderVariables(of),
    ...channelVariables(of),
    ...triggerVariables(of),
  ];
}

function managerVariables({ systemd }: ServiceUnit): readonly Assignment[] {
  const path = `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin${systemd >= 256 ? "" : ":/sbin:/bin"}`;
  return [
    implied("LANG", unknown("the host's locale"), "", undefined, "manager"),
    implied("PATH", known(path), "", undefined, "manager"),
  ];
}

function ownVariables({ systemd, service }: ServiceUnit): readonly Assignment[] {
  const output = lastValue(service, "StandardOutput")?.value ?? "journal";
  const error = lastValue(service, "StandardError")?.value ?? "inherit";
  const isLogged = [output, error === "inherit" ? output : error].some((each) =>
    /^(?:journal|syslog|kmsg)/.test(each),
  );
  const terminal =
    lastValue(service, "TTYPath") ??
    ["StandardInput", "StandardOutput", "StandardError"]
      .map((name) => lastValue(service, name))
      .find((each) => /^tty/.test(each?.value ?? ""));
  const namespace = lastValue(service, "LogNamespace");
  return [
    implied("INVOCATION_ID", unknown("another one at each start"), ""),
    ...(isLogged
      ? [implied("JOURNAL_STREAM", unknown("device and inode of the connection to the journal"), "")]
      : []),
    ...(systemd >= 248 ? [implied("SYSTEMD_EXEC_PID", unknown("the process's number"), "")] : []),
    ...(terminal === undefined
      ? []
      : [implied("TERM", unknown("the terminal's kind"), "a terminal", terminal)]),
    ...(namespace === undefined
      ? []
      : [implied("LOG_NAMESPACE", known(namespace.value), "LogNamespace=", namespace)]),
    ...(systemd >= 254 && !isOff(lastValue(service, "MemoryPressureWatch")) ? PRESSURE : []),
  ];
}

const PRESSURE = ["MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE"].map((name) => ({
  ...implied(name, unknown("how the kernel reports that memory runs short"), ""),
  when: "on hosts with cgroup v2",
}));

/**
 * Who it runs as. Without User= only later versions say that it is root; nologin shells and "/" as a home are
 * left out.
 */
function loginVariables({ unit, systemd, service, account }: ServiceUnit): readonly Assignment[] {
  const user = lastValue(service, "User");
  const dynamic = isOn(lastValue(service, "DynamicUser")) ? lastValue(service, "DynamicUser") : undefined;
  const login = lastValue(service, "SetLoginEnvironment");
  const from = user ?? dynamic;
  const because = user === undefined ? (dynamic === undefined ? "" : "DynamicUser=") : "User=";
  const name = user?.value ?? (dynamic === undefined ? "root" : unit.replace(/(?:@.*)?\.service$/, ""));
  const who = /^[0-9]+$/.test(name) ? unknown(`the name of user ${name}`) : known(name);
  const isWhole = login !== undefined && systemd >= 255 ? !isOff(login) : from !== undefined;
  const rest = isWhole
    ? [
        implied("LOGNAME", who, because, from),
        ...(dynamic === undefined ? homeAndShell(name, account, because, from) : []),
      ]
    : [];
  return from === undefined && systemd < 256 && !isWhole
    ? []
    : [implied("USER", who, because, from), ...rest];
}

function homeAndShell(
  user: string,
  account: ServiceUnit["account"],
  because: string,
  from: EffectiveValue | undefined,
): readonly Assignment[] {
  if (user === "root")
    return [
      implied("HOME", known("/root"), because, from),
      implied("SHELL", unknown("root's shell"), because, from),
    ];
  // svcdeploy gives its accounts a nologin shell, which systemd does not pass on.
  if (account?.user === user)
    return account.home === "/" ? [] : [implied("HOME", known(account.home), because, from)];
  const home = implied("HOME", unknown(`the home of ${user} on the host`), because, from);
  return [
    { ...home, when: "unless it is /" },
    {
      ...implied("SHELL", unknown(`the shell of ${user} on the host`), because, from),
      when: "unless it is nologin",
    },
  ];
}

const FOLDERS = [
  ["RuntimeDirectory", "RUNTIME_DIRECTORY", "/run"],
  ["StateDirectory", "STATE_DIRECTORY", "/var/lib"],
  ["CacheDirectory", "CACHE_DIRECTORY", "/var/cache"],
  ["LogsDirectory", "LOGS_DIRECTORY", "/var/log"],
  ["ConfigurationDirectory", "CONFIGURATION_DIRECTORY", "/etc"],
] as const;

function folderVariables({ unit, service, specifiers }: ServiceUnit): readonly Assignment[] {
  const isPrivate = isOn(lastValue(service, "DynamicUser"));
  const folders = FOLDERS.flatMap(([directive, name, root]) => {
    const values = service.get(directive) ?? [];
    const last = values.at(-1);
    if (last === undefined) return [];
    const paths = values
      .flatMap(({ value }) => value.split(/\s+/))
      .map((path) => `${root}/${path.split(":")[0] ?? ""}`);
    const moves = isPrivate && root.startsWith("/var");
    return [
      implied(
        name,
        moves ? unknown(`below ${root}, or ${root}/private`) : expanded(paths.join(":"), specifiers),
        `${directive}=`,
        last,
      ),
    ];
  });
  const credential = [
    "LoadCredential",
    "LoadCredentialEncrypted",
    "SetCredential",
    "SetCredentialEncrypted",
    "ImportCredential",
  ].find((each) => service.has(each));
  if (credential === undefined) return folders;
  return [
    ...folders,
    implied(
      "CREDENTIALS_DIRECTORY",
      known(`/run/credentials/${unit}`),
      `${credential}=`,
      service.get(credential)?.[0],
    ),
  ];
}

function isOn(value: EffectiveValue | undefined): boolean {
  return /^(?:1|yes|y|true|t|on)$/i.test(value?.value ?? "");
}

function isOff(value: EffectiveValue | undefined): boolean {
  return /^(?:0|no|n|false|f|off)$/i.test(value?.value ?? "");
}
