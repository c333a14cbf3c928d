/** The table of commands: what each is for, takes, and where it is done. */
import { type Command, command } from "./command.ts";
import {
  ADOPT,
  APPLY,
  CHECK,
  DRIFT,
  FOLDER,
  GRAPH,
  HISTORY,
  INSTALL_TIMER,
  LINT,
  LOGS,
  LOOK,
  PLAN,
  RENDER,
  ROLLBACK,
  SHOW,
  STATUS,
  VERIFY,
  WHY,
} from "./options/by-command.ts";

/** Every command, in the order in which the help shows them. */
export const COMMANDS: readonly Command[] = [
  command({
    name: "init",
    operands: { show: "[USER@HOST]", most: 1 },
    describe: "Write a small working project into an empty folder",
    more: "The host that is named is not asked yet: `svcdeploy check` does that.",
    example: "svcdeploy init deploy@web1.example.com:2222",
    options: FOLDER,
    load: async () => (await import("./init.ts")).init,
  }),
  command({
    name: "check",
    describe: "Check that the hosts are ready for a first apply",
    more:
      "Says of each host whether it can be reached, trusted and changed, and what to type about it " +
      "when not. Changes nothing and takes no lock.",
    example: "svcdeploy check --env prod --limit web1",
    options: CHECK,
    load: async () => (await import("./check.ts")).check,
  }),
  command({
    name: "adopt",
    operands: { show: "[HOST] UNIT…", most: 50 },
    describe: "Write the service files of units that a host already has",
    more:
      "Reads each unit with its drop-ins, variables, sockets, timers, paths, slice, tmpfs and log " +
      "rotation, and shows that what it writes renders to the same. Changes nothing on the host; " +
      "values of secrets are never written.",
    example: "svcdeploy adopt web1 billing worker@blue --env prod",
    options: ADOPT,
    load: async () => (await import("./adopt/adopt.ts")).adopt,
  }),
  command({
    name: "render",
    describe: "Print or write the files that apply would send",
    more: "Needs no host. Secrets are masked unless --out writes the files.",
    example: "svcdeploy render --env prod --host web1 --out /tmp/rendered",
    options: RENDER,
    load: async () => (await import("./render.ts")).render,
  }),
  command({
    name: "plan",
    describe: "Show what apply would change, without changing it",
    more:
      "One round trip a host; a second one where units or logrotate files change, which the host's own " +
      "systemd and logrotate then read in a folder in /run that is removed again. Files are shown as " +
      "diffs, every restart with its reason; exit 0 unless --detailed-exitcode is given.",
    example: "svcdeploy plan --env prod --limit 'web:!web3' --out plan.json",
    options: PLAN,
    load: async () => (await import("./apply/plan.ts")).plan,
  }),
  command({
    name: "apply",
    describe: "Make the hosts as declared, or leave them as they were",
    more:
      "Shows the plan, asks, and carries it out in one transaction a host. What is not well afterwards " +
      "is undone by the host itself; a saved PLAN is applied as it was reviewed, or refused.",
    example: "svcdeploy apply --env prod --set etcd.version=3.3.26 --yes",
    operands: { show: "[PLAN]", most: 1 },
    options: APPLY,
    load: async () => (await import("./apply/apply.ts")).apply,
  }),
  command({
    name: "rollback",
    operands: { show: "[SERVICE]", most: 1 },
    describe: "Bring back what a service, or all that a run changed, was before",
    example: "svcdeploy rollback web --env prod --limit web1",
    options: ROLLBACK,
    load: async () => (await import("./apply/rollback.ts")).rollback,
  }),
  command({
    name: "why",
    operands: { show: "SERVICE@HOST", most: 1 },
    describe: "Say which run made a service what it is, and what became of it",
    example: "svcdeploy why web@web1 --env prod",
    options: WHY,
    load: async () => (await import("./history/why.ts")).why,
  }),
  command({
    name: "explain",
    operands: { show: "SERVICE HOST [WHAT]", most: 3 },
    describe: "Say of each rendered line where it comes from",
    more:
      "Asks no host and reads no secret. WHAT is a directive or a part of a path: only these lines or " +
      "files.",
    example: "svcdeploy explain web web1 ExecStart --env prod",
    options: LOOK,
    load: async () => (await import("./explain.ts")).explain,
  }),
  command({
    name: "env",
    operands: { show: "SERVICE HOST [UNIT]", most: 3 },
    describe: "Show the environment of a service's processes, and who wins",
    more: "Asks no host and reads no secret. UNIT is another of the service's units, e.g. a timer's job.",
    example: "svcdeploy env web web1 --env prod",
    options: LOOK,
    load: async () => (await import("./env.ts")).env,
  }),
  command({
    name: "graph",
    describe: "Draw the units, and what orders or requires what",
    more:
      "Asks no host. Cycles, which keep a host from booting as declared, are marked; hosts that read " +
      "the same are one graph.",
    example: "svcdeploy graph --env prod --format svg >units.svg",
    options: GRAPH,
    load: async () => (await import("./graph.ts")).graph,
  }),
  command({
    name: "verify",
    describe: "Check that every unit runs and is healthy",
    more: "Looks for as long as a service's settle time and asks the health checks. Changes nothing.",
    example: "svcdeploy verify --env prod --service etcd",
    options: VERIFY,
    load: async () => (await import("./verify.ts")).verify,
  }),
  command({
    name: "drift",
    describe: "Show what on the hosts is not as declared; exit 2 if any",
    more: "Reads only and takes no lock, so it can run beside an apply.",
    example: "svcdeploy drift --env prod --output markdown",
    options: DRIFT,
    load: async () => (await import("./drift/drift.ts")).drift,
  }),
  command({
    name: "history",
    describe: "List the runs; with --env as the hosts recorded them",
    example: "svcdeploy history --env prod --service etcd --since 7d",
    options: HISTORY,
    load: async () => (await import("./history/history.ts")).history,
  }),
  command({
    name: "show",
    operands: { show: "RUN", most: 1 },
    describe: "Show one run: who, when, what changed, how it ended",
    example: "svcdeploy show 5f0c2a1b --env prod",
    options: SHOW,
    load: async () => (await import("./history/show.ts")).show,
  }),
  command({
    name: "status",
    describe: "Show what runs where, and how it is",
    example: "svcdeploy status --env prod --limit web --watch 5s",
    options: STATUS,
    load: async () => (await import("./status/status.ts")).status,
  }),
  command({
    name: "logs",
    operands: { show: "SERVICE[@INSTANCE]…", most: Number.POSITIVE_INFINITY },
    describe: "Show what services said, merged from all hosts",
    example: "svcdeploy logs web --env prod --limit h1 -f --priority warning",
    options: LOGS,
    load: async () => (await import("./logs/logs.ts")).logs,
  }),
  command({
    name: "install-timer",
    describe: "Run drift by itself: a systemd timer, or a crontab line",
    example: "svcdeploy install-timer --env prod --every 1h --notify @hooks",
    options: INSTALL_TIMER,
    load: async () => (await import("./timer/install-timer.ts")).installTimer,
  }),
  command({
    name: "lint",
    describe: "Say what systemd will make of the units; exit 1 on errors",
    more: "Asks no host. Without FILE it looks at the project: every environment, host and service.",
    example: "svcdeploy lint app.service /etc/systemd/system --systemd 257",
    operands: { show: "[FILE…]", most: Number.POSITIVE_INFINITY },
    options: LINT,
    load: async () => (await import("./lint/lint.ts")).lint,
  }),
  command({
    name: "schemas",
    describe: "Write JSON Schemas of the project's files, for editors",
    more:
      "They go to .svcdeploy/schemas, where the files that `init` writes tell an editor to look. They " +
      "give completion, also of systemd's directives.",
    example: "svcdeploy schemas --project deploy",
    options: FOLDER,
    load: async () => (await import("./schemas.ts")).schemas,
  }),
  command({
    name: "completion",
    describe: "Print what bash, zsh or fish loads to complete command lines",
    more:
      "Completes commands, options, environments, hosts, groups, services and files. Nothing of a " +
      "project is run and no host is asked.",
    example: "svcdeploy completion fish >~/.config/fish/completions/svcdeploy.fish",
    operands: { show: "bash|zsh|fish", most: 1 },
    options: {},
    load: async () => (await import("./completion.ts")).completion,
  }),
];
