/** Rules over everything on a host: what two units cannot both have. */
import type { LintHost } from "./lint-host.ts";
import { wordsOf } from "./lint-unit.ts";
import type { HostRule, RuleFinding } from "./rule.ts";

/** SD100 and SD101. */
export const HOST_RULES: readonly HostRule[] = [
  {
    id: "SD100",
    severity: "warn",
    over: "host",
    title: "Two units on one port",
    explain:
      "Only one process can listen on an address and port: the second one fails with EADDRINUSE, or the " +
      "other service answers its health check, and a service that is down looks healthy.",
    bad: "# a.socket\n[Socket]\nListenStream=8080\n# b.socket\n[Socket]\nListenStream=8080\n",
    good: "# a.socket\n[Socket]\nListenStream=8080\n# b.socket\n[Socket]\nListenStream=8081\n",
    check: (host) => [...checkSockets(host), ...checkPorts(host)],
  },

  {
    id: "SD101",
    severity: "error",
    over: "host",
    title: "One log file in two logrotate files",
    explain:
      "logrotate reports `duplicate log entry` and skips the whole second file: none of its logs is rotated.",
    bad: "# a.logrotate\n/var/log/app.log {\n}\n# b.logrotate\n/var/log/app.log {\n}\n",
    good: "# a.logrotate\n/var/log/app.log {\n}\n# b.logrotate\n/var/log/other.log {\n}\n",
    check: checkLogs,
  },
];

function checkSockets(host: LintHost): readonly RuleFinding[] {
  const all = host.units
    .filter((unit) => unit.type === "socket" && !unit.name.includes("@"))
    .flatMap((unit) =>
      ["ListenStream", "ListenDatagram"].flatMap((key) =>
        wordsOf(unit, "Socket", key).map(({ word, entry }) => ({
          key: `${unit.neighbourhood}\0${key}\0${word}`,
          unit,
          entry,
        })),
      ),
    );
  return [...Map.groupBy(all, ({ key }) => key).values()].flatMap((same) => {
    const [first, second] = same;
    if (first === undefined || second === undefined || first.unit === second.unit) return [];
    return [
      {
        place: second.entry.place,
        happens:
          `${first.unit.name} listens on ${second.entry.value} as well: the second of the two cannot ` +
          "start.",
        fix: "Give one of them another address.",
        severity: "error" as const,
      },
    ];
  });
}

function checkPorts(host: LintHost): readonly RuleFinding[] {
  return [...Map.groupBy(host.ports, ({ port }) => port).values()].flatMap((same) => {
    const [first, ...rest] = same;
    const other = rest.find(
      ({ service, address }) => service !== first?.service && address === first?.address,
    );
    if (first === undefined || other === undefined) return [];
    return [
      {
        place: other.place,
        happens:
          `The health checks of ${first.service} and ${other.service} ask one port, ${first.port}: one of ` +
          "them gets the other's answer.",
        fix: "Give each service a port of its own.",
      },
    ];
  });
}

function checkLogs(host: LintHost): readonly RuleFinding[] {
  const all = host.logrotate.flatMap((block) => block.paths.map((path) => ({ path, block })));
  return [...Map.groupBy(all, ({ path }) => path).values()].flatMap((same) => {
    const [first, second] = same;
    if (first === undefined || second === undefined) return [];
    return [
      {
        place: second.block.place,
        happens: `logrotate skips the second file: that of ${first.block.service} has ${second.path} too.`,
        fix: "Name each log in one file.",
      },
    ];
  });
}
