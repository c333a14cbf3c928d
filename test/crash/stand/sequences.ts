/** Calls of systemctl that the stand-in must answer as systemd does: those that the host scripts of the suite make. */

import { UNIT_VERBS } from "../../../src/core/model/verb.ts";
import { scripts, transactionFiles } from "../../../src/host/scripts.ts";

/** write: a file below /etc/systemd/system, null: none any more; ask: words of systemctl behind --system. */
export type Step = { readonly write: string; readonly text: string | null } | { readonly ask: string };
/** Steps from a host that knows none of the units. */
export type Sequence = { readonly name: string; readonly steps: readonly Step[] };

const service = (more = ""): string => `[Service]\n${more}ExecStart=/bin/sleep 1000\n`;
const write = (name: string, text: string | null): Step => ({ write: name, text });
const ask = (...asked: readonly string[]): readonly Step[] => asked.map((each) => ({ ask: each }));

const SHOWN =
  "Id,LoadState,ActiveState,SubState,Result,Type,NRestarts,MainPID,ExecMainCode,ExecMainStatus,InvocationID," +
  "StatusText,ReloadResult,ConditionResult";
const show = (unit: string, properties = SHOWN): string => `show -p ${properties} -- ${unit}`;
const state = (unit: string): string =>
  `show -p ActiveState -p InvocationID -p MainPID -p NRestarts -- ${unit}`;
const act = (verb: string, unit: string): string => `${verb} --job-mode=replace -- ${unit}`;
const all = (unit: string): readonly string[] =>
  ["start", "stop", "restart", "reload"].map((verb) => act(verb, unit)).concat(`reset-failed -- ${unit}`);

/** Every sequence. */
export const sequences: readonly Sequence[] = [
  {
    name: "a unit that is not there",
    steps: ask("is-system-running", show("st.service"), "show -p Job -- st.service", ...all("st.service")),
  },
  {
    name: "a service from its start to its stop",
    steps: [
      write("st.service", service("ExecReload=/bin/true\n")),
      ...ask("daemon-reload", show("st.service"), act("start", "st.service"), show("st.service")),
      ...ask(
        act("start", "st.service"),
        state("st.service"),
        act("reload", "st.service"),
        state("st.service"),
      ),
      ...ask(act("restart", "st.service"), state("st.service"), "show -p Job -- st.service"),
      ...ask("reset-failed -- st.service", "stop -- st.service", show("st.service"), "stop -- st.service"),
      ...ask(act("reload", "st.service"), "reset-failed -- st.service", act("restart", "st.service")),
    ],
  },
  {
    name: "a service that cannot be reloaded",
    steps: [
      write("st.service", service()),
      ...ask("daemon-reload", act("start", "st.service"), act("reload", "st.service"), state("st.service")),
    ],
  },
  {
    name: "a service whose start fails",
    steps: [
      write("st.service", service("ExecStartPre=/bin/false\n")),
      ...ask("daemon-reload", act("start", "st.service"), show("st.service"), "is-system-running"),
      ...ask(act("restart", "st.service"), act("reload", "st.service"), "stop -- st.service"),
      ...ask(state("st.service"), "reset-failed -- st.service", show("st.service"), "is-system-running"),
    ],
  },
  {
    name: "a service whose file is replaced, and removed, while it runs",
    steps: [
      write("st.service", service()),
      ...ask("daemon-reload", act("start", "st.service"), state("st.service")),
      write("st.service", service("ExecStartPre=/bin/false\n")),
      ...ask("daemon-reload", state("st.service"), act("restart", "st.service"), state("st.service")),
      write("st.service", service()),
      ...ask("daemon-reload", act("restart", "st.service"), state("st.service")),
      write("st.service", null),
      ...ask(
        show("st.service", "LoadState,ActiveState"),
        "daemon-reload",
        show("st.service", "LoadState,ActiveState"),
      ),
      ...ask(act("restart", "st.service"), act("start", "st.service"), state("st.service")),
      ...ask("stop -- st.service", show("st.service"), "stop -- st.service", act("start", "st.service")),
    ],
  },
  {
    name: "a masked service",
    steps: [
      write("st.service", "-> /dev/null"),
      ...ask("daemon-reload", show("st.service", "LoadState,ActiveState"), ...all("st.service")),
    ],
  },
  {
    name: "units that restart and stop along",
    steps: [
      write("st.service", service()),
      write("st-part.service", `[Unit]\nPartOf=st.service\n${service()}`),
      write("st-needs.service", `[Unit]\nRequires=st.service\nAfter=st.service\n${service()}`),
      ...ask(
        "daemon-reload",
        ...["st", "st-part", "st-needs"].map((name) => act("start", `${name}.service`)),
      ),
      ...ask(state("st-part.service"), state("st-needs.service"), act("restart", "st.service")),
      ...ask(state("st.service"), state("st-part.service"), state("st-needs.service"), "stop -- st.service"),
      ...ask(state("st-part.service"), state("st-needs.service"), act("start", "st.service")),
      ...ask(state("st-part.service"), state("st-needs.service")),
    ],
  },
  {
    name: "units that stop along with one whose restart fails",
    steps: [
      write("st.service", service()),
      write("st-needs.service", `[Unit]\nRequires=st.service\nAfter=st.service\n${service()}`),
      ...ask("daemon-reload", act("start", "st.service"), act("start", "st-needs.service")),
      write("st.service", service("ExecStartPre=/bin/false\n")),
      ...ask("daemon-reload", act("restart", "st.service"), state("st.service"), state("st-needs.service")),
    ],
  },
  {
    name: "instances of a template",
    steps: [
      write("st@.service", service()),
      ...ask("daemon-reload", act("start", "st@a.service"), state("st@a.service"), state("st@b.service")),
      ...ask(act("restart", "st@a.service"), state("st@a.service"), "stop -- st@a.service"),
    ],
  },
  {
    name: "a slice",
    steps: [
      write("st.slice", "[Slice]\nCPUWeight=10\n"),
      ...ask("daemon-reload", "show -p ControlGroup -p ActiveState -- st.slice", act("start", "st.slice")),
      ...ask("show -p ControlGroup -p ActiveState -p SubState -- st.slice", act("reload", "st.slice")),
      ...ask(act("restart", "st.slice"), "stop -- st.slice", "show -p ControlGroup -- st.slice"),
    ],
  },
  {
    name: "a mount",
    steps: [
      write("srv-st.mount", "[Mount]\nWhat=tmpfs\nWhere=/srv/st\nType=tmpfs\n"),
      ...ask(
        "daemon-reload",
        act("start", "srv-st.mount"),
        show("srv-st.mount"),
        act("reload", "srv-st.mount"),
      ),
      ...ask(state("srv-st.mount"), act("restart", "srv-st.mount"), state("srv-st.mount")),
      ...ask("stop -- srv-st.mount", show("srv-st.mount", "ActiveState,SubState,InvocationID")),
    ],
  },
  {
    name: "a socket and its service",
    steps: [
      write("st.socket", "[Socket]\nListenStream=/run/st.sock\n"),
      write("st.service", service()),
      ...ask("daemon-reload", act("start", "st.socket"), "show -p Triggers -p SubState -- st.socket"),
      ...ask(act("start", "st.service"), "show -p SubState -- st.socket", "stop -- st.socket st.service"),
      ...ask(act("start", "st.service"), act("start", "st.socket"), "show -p ActiveState -- st.socket"),
    ],
  },
  { name: "a job that is not there", steps: ask("cancel 99999") },
];

/** What the scripts that the suite runs ask: verbs and properties. */
export function askedByScripts(): {
  readonly verbs: ReadonlySet<string>;
  readonly properties: ReadonlySet<string>;
} {
  const run = [...transactionFiles, scripts.deliver, scripts.decide, scripts.attend, scripts.takeover];
  const text = run.map((script) => script.text.replace(/^\s*#.*$/gm, "")).join("\n");
  const verbs = [...text.matchAll(/systemctl (?:"\$scope" )?([a-z-]+|"\$verb")/g)].flatMap(([, verb = ""]) =>
    verb === '"$verb"' ? UNIT_VERBS.filter((each) => each !== "settle") : [verb],
  );
  const lists = [...text.matchAll(/-p ([A-Z]\w+)|^evidence=(\S+)/gm)];
  const properties = lists.flatMap(([, one, list = ""]) => (one === undefined ? list.split(",") : [one]));
  return {
    verbs: new Set(verbs),
    // systemd-run has its own, which say what a unit is to be.
    properties: new Set(properties.filter((each) => !NOT_ASKED.includes(each))),
  };
}

const NOT_ASKED = [
  "Type",
  "RuntimeMaxSec",
  "TimeoutStopSec",
  "KillMode",
  "KillSignal",
  "SyslogIdentifier",
  "OnFailure",
];
