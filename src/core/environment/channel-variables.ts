/**
 * Variables by which a service finds its manager, its watchdog, its sockets and what started it
 * (systemd.exec(5); execute.c).
 */
import type { EffectiveSection, EffectiveValue } from "../unit-file/effective-unit.ts";
import { parseTimeSpan } from "../unit-file/time-span.ts";
import { type Assignment, known, unknown } from "./environment-layer.ts";
import { expanded, implied, lastValue, type ServiceUnit } from "./implied-assignment.ts";

/** How it tells that it is ready and alive, its process's number, and where its programs are. */
export function channelVariables({ service, specifiers, systemd }: ServiceUnit): readonly Assignment[] {
  const pidFile = lastValue(service, "PIDFile");
  const pidPath = pidFile?.value.replace(/^(?!\/)/, "/run/") ?? "";
  const search = systemd >= 250 ? service.get("ExecSearchPath") : undefined;
  const programs = search?.map(({ value }) => value).join(":") ?? "";
  return [
    ...notifyVariables(service),
    ...(pidFile === undefined
      ? []
      : [implied("PIDFILE", expanded(pidPath, specifiers), "PIDFile=", pidFile)]),
    ...(search === undefined
      ? []
      : [implied("PATH", expanded(programs, specifiers), "ExecSearchPath=", search.at(-1))]),
  ];
}

function notifyVariables(service: EffectiveSection): readonly Assignment[] {
  const watchdog = lastValue(service, "WatchdogSec");
  const span = parseTimeSpan(watchdog?.value ?? "0") ?? 0;
  const watched =
    watchdog !== undefined && span > 0 && span < Number.POSITIVE_INFINITY ? watchdog : undefined;
  const notify = notifySource(service, watched);
  return [
    ...(notify === undefined
      ? []
      : [implied("NOTIFY_SOCKET", known("/run/systemd/notify"), notify.directive, notify.from)]),
    ...(watched === undefined
      ? []
      : [
          implied("WATCHDOG_USEC", known(String(Math.round(span * 1_000_000))), "WatchdogSec=", watched),
          implied("WATCHDOG_PID", unknown("the main process's number"), "WatchdogSec=", watched),
        ]),
  ];
}

/** What gives it a socket for notifications. */
function notifySource(
  service: EffectiveSection,
  watched: EffectiveValue | undefined,
): { readonly directive: string; readonly from: EffectiveValue } | undefined {
  const access = lastValue(service, "NotifyAccess");
  if (access !== undefined && access.value !== "none") return { directive: "NotifyAccess=", from: access };
  const type = lastValue(service, "Type");
  if (type !== undefined && /^notify/.test(type.value)) return { directive: "Type=", from: type };
  return watched === undefined ? undefined : { directive: "WatchdogSec=", from: watched };
}

/** What starts it is named; sockets are handed over whatever starts it. */
export function triggerVariables({ triggers, systemd }: ServiceUnit): readonly Assignment[] {
  const sockets = triggers.filter((unit) => unit.endsWith(".socket"));
  const listen =
    sockets.length === 0
      ? []
      : ["LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID"].map((name) =>
          implied(name, unknown("the sockets that it is given"), sockets.join(", ")),
        );
  const others = systemd >= 251 ? triggers.filter((unit) => /\.(?:timer|path)$/.test(unit)) : [];
  const told = others.flatMap((unit) => {
    const more = unit.endsWith(".path")
      ? ["TRIGGER_PATH"]
      : ["TRIGGER_TIMER_REALTIME_USEC", "TRIGGER_TIMER_MONOTONIC_USEC"];
    const all = [
      implied("TRIGGER_UNIT", known(unit), ""),
      ...more.map((name) => implied(name, unknown("what made it start"), "")),
    ];
    return all.map((each) => ({ ...each, when: `only when ${unit} starts it` }));
  });
  return [...listen, ...told];
}
