/**
 * Variables that no file sets: what PID 1 gives every service, and what follows from User=, Type= and their
 * like (systemd.exec(5), "Environment Variables Set on the Service"; execute.c). Tried on 247, 252 and 257.
 */
import type { EffectiveSection, EffectiveValue } from "../unit-file/effective-unit.ts";
import { expandSpecifiers, type SpecifierContext } from "../unit-file/expand-specifiers.ts";
import { parseTimeSpan } from "../unit-file/time-span.ts";
import { type Assignment, known, type Setter, unknown, type VariableValue } from "./environment-layer.ts";

/**
 * A service unit as its environment depends on it. account: the one that svcdeploy makes; triggers: the units
 * that start it.
 */
export type ServiceUnit = {
  readonly unit: string;
  readonly systemd: number;
  readonly service: EffectiveSection;
  readonly specifiers: SpecifierContext;
  readonly account: { readonly user: string; readonly home: string } | null;
  readonly triggers: readonly string[];
};

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

/** The last value of a directive; undefined where it is not set. */
export function lastValue(service: EffectiveSection, name: string): EffectiveValue | undefined {
  return service.get(name)?.at(-1);
}

/** directive: what it follows from, as written in a unit. */
function set(
  name: string,
  value: VariableValue,
  directive: string,
  from?: EffectiveValue,
  setter: Setter = "systemd",
): Assignment {
  return {
    name,
    value,
    setter,
    because: directive,
    when: null,
    line: from === undefined ? null : { file: from.file, line: from.line },
  };
}

function managerVariables({ systemd }: ServiceUnit): readonly Assignment[] {
  const path = `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin${systemd >= 256 ? "" : ":/sbin:/bin"}`;
  return [
    set("LANG", unknown("the host's locale"), "", undefined, "manager"),
    set("PATH", known(path), "", undefined, "manager"),
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
    set("INVOCATION_ID", unknown("another one at each start"), ""),
    ...(isLogged
      ? [set("JOURNAL_STREAM", unknown("device and inode of the connection to the journal"), "")]
      : []),
    ...(systemd >= 248 ? [set("SYSTEMD_EXEC_PID", unknown("the process's number"), "")] : []),
    ...(terminal === undefined ? [] : [set("TERM", unknown("the terminal's kind"), "a terminal", terminal)]),
    ...(namespace === undefined
      ? []
      : [set("LOG_NAMESPACE", known(namespace.value), "LogNamespace=", namespace)]),
    ...(systemd >= 254 && !isOff(lastValue(service, "MemoryPressureWatch")) ? PRESSURE : []),
  ];
}

const PRESSURE = ["MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE"].map((name) => ({
  ...set(name, unknown("how the kernel reports that memory runs short"), ""),
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
        set("LOGNAME", who, because, from),
        ...(dynamic === undefined ? homeAndShell(name, account, because, from) : []),
      ]
    : [];
  return from === undefined && systemd < 256 && !isWhole ? [] : [set("USER", who, because, from), ...rest];
}

function homeAndShell(
  user: string,
  account: ServiceUnit["account"],
  because: string,
  from: EffectiveValue | undefined,
): readonly Assignment[] {
  if (user === "root")
    return [set("HOME", known("/root"), because, from), set("SHELL", unknown("root's shell"), because, from)];
  // svcdeploy gives its accounts a nologin shell, which systemd does not pass on.
  if (account?.user === user)
    return account.home === "/" ? [] : [set("HOME", known(account.home), because, from)];
  const home = set("HOME", unknown(`the home of ${user} on the host`), because, from);
  return [
    { ...home, when: "unless it is /" },
    {
      ...set("SHELL", unknown(`the shell of ${user} on the host`), because, from),
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
      set(
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
    set(
      "CREDENTIALS_DIRECTORY",
      known(`/run/credentials/${unit}`),
      `${credential}=`,
      service.get(credential)?.[0],
    ),
  ];
}

/** How it tells that it is ready and alive, and its process's number. */
function channelVariables({ service, specifiers, systemd }: ServiceUnit): readonly Assignment[] {
  const watchdog = lastValue(service, "WatchdogSec");
  const span = parseTimeSpan(watchdog?.value ?? "0") ?? 0;
  const watched =
    watchdog !== undefined && span > 0 && span < Number.POSITIVE_INFINITY ? watchdog : undefined;
  const type = lastValue(service, "Type");
  const access = lastValue(service, "NotifyAccess");
  const notify =
    access !== undefined && access.value !== "none"
      ? access
      : /^notify/.test(type?.value ?? "")
        ? type
        : watched;
  const pidFile = lastValue(service, "PIDFile");
  const search = systemd >= 250 ? service.get("ExecSearchPath") : undefined;
  return [
    ...(notify === undefined
      ? []
      : [set("NOTIFY_SOCKET", known("/run/systemd/notify"), nameOf(notify, { access, type }), notify)]),
    ...(watched === undefined
      ? []
      : [set("WATCHDOG_USEC", known(String(Math.round(span * 1_000_000))), "WatchdogSec=", watched)]),
    ...(watched === undefined
      ? []
      : [set("WATCHDOG_PID", unknown("the main process's number"), "WatchdogSec=", watched)]),
    ...(pidFile === undefined
      ? []
      : [
          set(
            "PIDFILE",
            expanded(pidFile.value.replace(/^(?!\/)/, "/run/"), specifiers),
            "PIDFile=",
            pidFile,
          ),
        ]),
    ...(search === undefined
      ? []
      : [
          set(
            "PATH",
            expanded(search.map(({ value }) => value).join(":"), specifiers),
            "ExecSearchPath=",
            search.at(-1),
          ),
        ]),
  ];
}

function nameOf(
  notify: EffectiveValue,
  {
    access,
    type,
  }: { readonly access: EffectiveValue | undefined; readonly type: EffectiveValue | undefined },
): string {
  if (notify === access) return "NotifyAccess=";
  return notify === type ? "Type=" : "WatchdogSec=";
}

/** What starts it is named; sockets are handed over whatever starts it. */
function triggerVariables({ triggers, systemd }: ServiceUnit): readonly Assignment[] {
  const sockets = triggers.filter((unit) => unit.endsWith(".socket"));
  const listen =
    sockets.length === 0
      ? []
      : ["LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID"].map((name) =>
          set(name, unknown("the sockets that it is given"), sockets.join(", ")),
        );
  const others = systemd >= 251 ? triggers.filter((unit) => /\.(?:timer|path)$/.test(unit)) : [];
  const told = others.flatMap((unit) => {
    const more = unit.endsWith(".path")
      ? ["TRIGGER_PATH"]
      : ["TRIGGER_TIMER_REALTIME_USEC", "TRIGGER_TIMER_MONOTONIC_USEC"];
    const all = [
      set("TRIGGER_UNIT", known(unit), ""),
      ...more.map((name) => set(name, unknown("what made it start"), "")),
    ];
    return all.map((each) => ({ ...each, when: `only when ${unit} starts it` }));
  });
  return [...listen, ...told];
}

/** The text with its specifiers replaced; unknown where they are the host's to know. */
export function expanded(text: string, context: SpecifierContext): VariableValue {
  const result = expandSpecifiers(text, context);
  if (result.ok) return known(result.text);
  return unknown(
    text === result.specifier
      ? `${text}, which the host knows`
      : `${text}, and the host knows ${result.specifier}`,
  );
}

function isOn(value: EffectiveValue | undefined): boolean {
  return /^(?:1|yes|y|true|t|on)$/i.test(value?.value ?? "");
}

function isOff(value: EffectiveValue | undefined): boolean {
  return /^(?:0|no|n|false|f|off)$/i.test(value?.value ?? "");
}
