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
  INVENTORY,
  LINT,
  LOGS,
  LOOK,
  PLAN,
  REMOVE,
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
    more: "Does not contact the host that you name: `svcdeploy check` does.",
    example: "svcdeploy init deploy@web1.example.com:2222",
    options: FOLDER,
    load: async () => (await import("./init.ts")).init,
  }),
  command({
    name: "check",
    describe: "Check that the hosts are ready for a first apply",
    more:
      "Reports for each host whether it can be reached, trusted and changed, and which command fixes " +
      "what is not. Changes nothing and takes no lock.",
    example: "svcdeploy check --env prod --limit web1",
    options: CHECK,
    load: async () => (await import("./check.ts")).check,
  }),
  command({
    name: "adopt",
    operands: { show: "[HOST] UNIT…", most: 50 },
    describe: "Write service files for units that already run on a host",
    more:
      "Reads each unit with its drop-ins, variables, sockets, timers, paths, slice, tmpfs and log " +
      "rotation, and verifies that the file it writes renders to the same. Changes nothing on the " +
      "host; never writes the values of secrets.",
    example: "svcdeploy adopt web1 billing worker@blue --env prod",
    options: ADOPT,
    load: async () => (await import("./adopt/adopt.ts")).adopt,
  }),
  command({
    name: "render",
    describe: "Print or write the files that apply would send",
    more: "Contacts no host. Secrets are masked unless --out writes the files.",
    example: "svcdeploy render --env prod --host web1 --out /tmp/rendered",
    options: RENDER,
    load: async () => (await import("./render.ts")).render,
  }),
  command({
    name: "plan",
    describe: "Show what apply would change, without changing it",
    more:
      "Takes one round trip per host. Where units or logrotate files change it takes a second one: " +
      "the host's own systemd and logrotate check the new files in a temporary folder in /run. " +
      "Shows files as diffs, and every restart with its reason. Exits 1 where a host " +
      "will refuse the plan, 6 where another run is under way, else 0 unless " +
      "--detailed-exitcode is given.",
    example: "svcdeploy plan --env prod --limit 'web:!web3' --out plan.json",
    options: PLAN,
    load: async () => (await import("./apply/plan.ts")).plan,
  }),
  command({
    name: "apply",
    describe: "Make the hosts as declared, or leave them as they were",
    more:
      "Shows the plan, asks, and applies it in one transaction per host. The host itself undoes what " +
      "is unhealthy afterwards. A saved PLAN is applied exactly as it was reviewed, or refused.",
    example: "svcdeploy apply --env prod --set etcd.version=3.3.26 --yes",
    operands: { show: "[PLAN]", most: 1 },
    options: APPLY,
    load: async () => (await import("./apply/apply.ts")).apply,
  }),
  command({
    name: "rollback",
    operands: { show: "[SERVICE]", most: 1 },
    describe: "Restore a service, or all that a run changed, as it was before",
    example: "svcdeploy rollback web --env prod --limit web1",
    options: ROLLBACK,
    load: async () => (await import("./apply/rollback.ts")).rollback,
  }),
  command({
    name: "remove",
    operands: { show: "SERVICE", most: 1 },
    describe: "Remove a service from the hosts; users, folders and their contents stay",
    more: "Asks even where the environment is not protected. `svcdeploy rollback SERVICE` restores it.",
    example: "svcdeploy remove web --env prod --limit web1",
    options: REMOVE,
    load: async () => (await import("./apply/remove.ts")).remove,
  }),
  command({
    name: "why",
    operands: { show: "SERVICE@HOST", most: 1 },
    describe: "Show which run last changed a service, and how it fared since",
    example: "svcdeploy why web@web1 --env prod",
    options: WHY,
    load: async () => (await import("./history/why.ts")).why,
  }),
  command({
    name: "explain",
    operands: { show: "SERVICE HOST [WHAT]", most: 3 },
    describe: "Show where each rendered line comes from",
    more:
      "Contacts no host and reads no secret. WHAT is a directive or a part of a path: only these lines or " +
      "files.",
    example: "svcdeploy explain web web1 ExecStart --env prod",
    options: LOOK,
    load: async () => (await import("./explain.ts")).explain,
  }),
  command({
    name: "env",
    operands: { show: "SERVICE HOST [UNIT]", most: 3 },
    describe: "Show the environment of a service's processes, and which source wins",
    more: "Contacts no host and reads no secret. UNIT is another of the service's units, e.g. a timer's job.",
    example: "svcdeploy env web web1 --env prod",
    options: LOOK,
    load: async () => (await import("./env.ts")).env,
  }),
  command({
    name: "graph",
    describe: "Draw the units, and what orders or requires what",
    more:
      "Contacts no host. Marks cycles, which keep a host from booting as declared. Hosts with the " +
      "same units share one graph.",
    example: "svcdeploy graph --env prod --format svg >units.svg",
    options: GRAPH,
    load: async () => (await import("./graph.ts")).graph,
  }),
  command({
    name: "inventory",
    operands: { show: "list|graph|show|hosts [NAME]", most: 2 },
    describe: "Show the hosts, groups and variables of an inventory",
    more:
      "Contacts no host. list prints what `ansible-inventory --list` prints, graph the tree of groups, show HOST " +
      "each variable with its place, hosts PATTERN what a pattern selects, in its order.",
    example: "svcdeploy inventory show web1 -i hosts.ini",
    options: INVENTORY,
    load: async () => (await import("./inventory.ts")).inventory,
  }),
  command({
    name: "verify",
    describe: "Check that every unit runs and is healthy",
    more: "Watches each service for its settle time and runs its health checks. Changes nothing.",
    example: "svcdeploy verify --env prod --service etcd",
    options: VERIFY,
    load: async () => (await import("./verify.ts")).verify,
  }),
  command({
    name: "drift",
    describe: "Show what is not as declared on the hosts; exit 2 if anything is",
    more: "Only reads, and takes no lock, so it can run beside an apply.",
    example: "svcdeploy drift --env prod --output markdown",
    options: DRIFT,
    load: async () => (await import("./drift/drift.ts")).drift,
  }),
  command({
    name: "history",
    describe: "List the runs; with --env, as the hosts recorded them",
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
    describe: "Show what runs where, and how healthy it is",
    example: "svcdeploy status --env prod --limit web --watch 5s",
    options: STATUS,
    load: async () => (await import("./status/status.ts")).status,
  }),
  command({
    name: "logs",
    operands: { show: "SERVICE[@INSTANCE]…", most: Number.POSITIVE_INFINITY },
    describe: "Show the logs of services, merged from all hosts",
    example: "svcdeploy logs web --env prod --limit h1 -f --priority warning",
    options: LOGS,
    load: async () => (await import("./logs/logs.ts")).logs,
  }),
  command({
    name: "install-timer",
    describe: "Run drift on a schedule: a systemd timer, or a crontab line",
    example: "svcdeploy install-timer --env prod --every 1h --notify @hooks",
    options: INSTALL_TIMER,
    load: async () => (await import("./timer/install-timer.ts")).installTimer,
  }),
  command({
    name: "lint",
    describe: "Check what systemd will make of the units; exit 1 on errors",
    more: "Contacts no host. Without FILE it checks the project: every environment, host and service.",
    example: "svcdeploy lint app.service /etc/systemd/system --systemd 257",
    operands: { show: "[FILE…]", most: Number.POSITIVE_INFINITY },
    options: LINT,
    load: async () => (await import("./lint/lint.ts")).lint,
  }),
  command({
    name: "schemas",
    describe: "Write JSON Schemas of the project's files, for editors",
    more:
      "Writes them to .svcdeploy/schemas, where the files of `init` tell an editor to look. The " +
      "editor then completes keys and systemd's directives.",
    example: "svcdeploy schemas --project deploy",
    options: FOLDER,
    load: async () => (await import("./schemas.ts")).schemas,
  }),
  command({
    name: "completion",
    describe: "Print the completion script for bash, zsh or fish",
    more:
      "Completes commands, options, environments, hosts, groups, services and files. Runs nothing of " +
      "a project and contacts no host.",
    example: "svcdeploy completion fish >~/.config/fish/completions/svcdeploy.fish",
    operands: { show: "bash|zsh|fish", most: 1 },
    options: {},
    load: async () => (await import("./completion.ts")).completion,
  }),
];
