/**
 * `svcdeploy install-timer`: drift by itself, as a systemd timer here or on a host of the inventory, or as a
 * crontab line.
 */
import { createHash } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { SvcdeployError, UsageError } from "../../core/errors.ts";
import type { Project } from "../../core/model/declared.ts";
import { limitHosts } from "../../core/target/select.ts";
import { crontabLine } from "../../core/timer/crontab.ts";
import { type Every, parseEvery } from "../../core/timer/every.ts";
import {
  makeTimerUnits,
  TIMER_STATE,
  type TimerScope,
  type TimerUnits,
  timerName,
} from "../../core/timer/timer-units.ts";
import { installTimerOn, removeTimerOn } from "../../deploy/install-timer.ts";
import { installTimerHere, removeTimerHere } from "../../deploy/install-timer-here.ts";
import { loadProject } from "../../project/load.ts";
import { checkReportFile } from "../../project/write-report.ts";
import { writeUnits } from "../../project/write-units.ts";
import { crontabText, installedText, removedText, unitsText } from "../../report/timer-text.ts";
import { stateBase } from "../../store/told-state.ts";
import { healOrder } from "../drift/heal-options.ts";
import { listenForInterrupts } from "../interrupts.ts";
import {
  connectionOf,
  isGiven,
  optionalText,
  type RawArguments,
  type Selection,
  selectionOf,
} from "../options.ts";
import { makeId } from "../run-identity.ts";
import type { Surroundings } from "../surroundings.ts";
import { makeContext } from "../workspace.ts";
import { pathHere, pathOnHost, timeoutSeconds, timerCommand } from "./timer-command.ts";
import { checkTimerSecrets } from "./timer-secrets.ts";

const HINTS: Readonly<Record<TimerScope, string>> = {
  system: "Everything is as it was. --print shows the files, --crontab does without systemd.",
  user: "Everything is as it was. It needs a systemd of your own, which runs while you are logged in, or always after `loginctl enable-linger`; --crontab does without.",
};
const SYSTEM_FOLDER = "/etc/systemd/system";
const SYSTEM_STATE = `/var/lib/${TIMER_STATE}`;

/** What every way of installing is given. */
type Order = {
  readonly raw: RawArguments;
  readonly surroundings: Surroundings;
  readonly selection: Selection;
  readonly project: Project;
  readonly every: Every;
  readonly about: string;
  readonly name: string;
};

/**
 * Does what the options say, in one way; exit 0 when it stands. Throws UsageError, ConfigError, and
 * SvcdeployError when systemd would not.
 */
export async function installTimer(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const way = wayOf(raw);
  const selection = selectionOf(raw);
  connectionOf(raw);
  healOrder(raw);
  const every = everyOf(raw);
  const root = resolve(surroundings.workingDirectory, selection.project);
  const valuesFiles = selection.valuesFiles.map((file) => resolve(surroundings.workingDirectory, file));
  const project = await loadProject(
    root,
    selection.environment,
    optionalText(raw, "on") === null ? { set: selection.set, valuesFiles } : NO_VALUES,
  );
  limitHosts(project, selection.limit);
  const order: Order = {
    ...{ raw, surroundings, selection, project, every },
    about: `svcdeploy drift of ${project.name}, ${project.environment}`,
    name: timerName(project.name, project.environment),
  };
  if (way === "remove") return await remove(order);
  await checkHere(raw, project, surroundings);
  if (optionalText(raw, "on") !== null) return await installOn(order);
  if (way === "crontab") return await printCrontab(order);
  return await installHere(order, way);
}

/** What the first run would trip over, as far as it can be seen from here. */
async function checkHere(raw: RawArguments, project: Project, surroundings: Surroundings): Promise<void> {
  await checkTimerSecrets(raw, project, surroundings);
  if (optionalText(raw, "on") !== null) return;
  const prometheus = optionalText(raw, "prometheus");
  if (prometheus !== null) await checkReportFile(resolve(surroundings.workingDirectory, prometheus));
  if (surroundings.program.main.includes("/_npx/"))
    throw new UsageError(
      `${surroundings.program.main} is in the cache of npx, which may be emptied`,
      "Install it to stay: npm install --global ./svcdeploy-VERSION.tgz",
    );
}

/** With --on the files that are laid over the values are that host's. */
const NO_VALUES = { set: [], valuesFiles: [] };

type Way = "install" | "crontab" | "print" | "out" | "remove";

function wayOf(raw: RawArguments): Way {
  const ways = (["crontab", "print", "remove"] as const).filter((way) => isGiven(raw, way));
  const given: readonly Way[] = optionalText(raw, "out") === null ? ways : [...ways, "out"];
  if (given.length > 1) throw new UsageError(`--${given.join(" and --")} exclude each other`);
  const way = given[0] ?? "install";
  const host = optionalText(raw, "on");
  if (host !== null && way !== "install" && way !== "remove")
    throw new UsageError(`--on ${host} installs or removes; --${way} is for this machine`);
  if (host !== null && way === "install" && optionalText(raw, "project-on") === null)
    throw new UsageError("--on needs --project-on PATH: the folder of the project on that host");
  const lone = ["project-on", "identity-on", "known-hosts-on"].find(
    (name) => host === null && raw[name] !== undefined,
  );
  if (lone !== undefined) throw new UsageError(`--${lone} belongs to --on HOST`);
  return way;
}

function everyOf(raw: RawArguments): Every {
  const every = parseEvery(optionalText(raw, "every") ?? "15min");
  if ("problem" in every) throw new UsageError(`--every: ${every.problem}`);
  return every;
}

/** The machine's own service may write nowhere but into the folder that systemd makes for it. */
async function stateOf({ raw, surroundings }: Order, scope: TimerScope | "cron"): Promise<string> {
  const given = optionalText(raw, "state");
  if (scope !== "system")
    return given === null
      ? await stateBase(surroundings.environment)
      : resolve(surroundings.workingDirectory, given);
  if (given !== null)
    throw new UsageError(
      `--state ${given}: the machine's own timer keeps its state in ${SYSTEM_STATE}`,
      "Leave --state out.",
    );
  return SYSTEM_STATE;
}

async function printCrontab(order: Order): Promise<number> {
  const { raw, surroundings, project, every, about } = order;
  const { stdout, workingDirectory } = surroundings;
  const start = { ...surroundings.program, project: project.root, state: await stateOf(order, "cron") };
  const command = timerCommand(raw, start, pathHere(workingDirectory), every);
  const seed = createHash("sha256")
    .update(`${hostname()}\n${project.root}\n${project.environment}`)
    .digest()
    .readUInt32BE();
  const made = crontabLine({ every, seed, command });
  if ("problem" in made)
    throw new UsageError(`--crontab: ${made.problem}`, "A systemd timer can do more: leave --crontab out.");
  stdout.write(crontabText(about, made.line));
  return 0;
}

async function installHere(order: Order, way: Way): Promise<number> {
  const { raw, surroundings, name } = order;
  const { environment, workingDirectory, stdout } = surroundings;
  const scope: TimerScope = userInfo().uid === 0 ? "system" : "user";
  const state = await stateOf(order, scope);
  const start = { ...surroundings.program, project: order.project.root, state };
  const command = timerCommand(raw, start, pathHere(workingDirectory), order.every);
  const units = unitsOf(order, {
    command,
    scope,
    home: scope === "system" ? (environment.HOME ?? null) : null,
    path: pathHere(workingDirectory),
  });
  if (way === "print") stdout.write(unitsText(name, units));
  if (way === "print") return 0;
  const out = optionalText(raw, "out");
  if (out !== null) {
    const files = Object.entries(units).map(([suffix, text]) => ({ name: `${name}.${suffix}`, text }));
    stdout.write(
      (await writeUnits(resolve(workingDirectory, out), files)).map((path) => `wrote ${path}\n`).join(""),
    );
    return 0;
  }
  const outcome = await installTimerHere(
    { scope, folder: folderOf(scope, environment), name },
    units,
    makeId(),
  );
  if (!outcome.ok) throw refused(`The timer was not installed: ${outcome.reason}`, HINTS[scope]);
  stdout.print(
    installedText({
      lines: outcome.lines,
      about: order.about,
      every: order.every.text,
      name,
      scope,
      host: null,
    }),
  );
  return 0;
}

async function installOn(order: Order): Promise<number> {
  const { raw, surroundings, project, name } = order;
  const host = hostOf(order);
  const folder = pathOnHost(optionalText(raw, "project-on") ?? "", "project-on");
  const state = await stateOf(order, "system");
  const outcome = await connected(order, (context) =>
    installTimerOn(
      {
        ...{ host, project: folder, environment: project.environment },
        place: { scope: "system", folder: SYSTEM_FOLDER, name },
        makeUnits: ({ node, program, home }) => {
          const command = timerCommand(
            raw,
            { node, main: program, project: folder, state },
            pathOnHost,
            order.every,
          );
          return unitsOf(order, { command, scope: "system", home, path: pathOnHost });
        },
      },
      context,
    ),
  );
  if (!outcome.ok)
    throw refused(
      `${host.name}: the timer was not installed: ${outcome.reason}`,
      "Everything there is as it was.",
    );
  const { every, about } = order;
  surroundings.stdout.print(
    installedText({ lines: outcome.lines, about, every: every.text, name, scope: "system", host: host.name }),
  );
  return 0;
}

async function remove(order: Order): Promise<number> {
  const { surroundings, name } = order;
  const on = optionalText(order.raw, "on");
  const scope: TimerScope = on !== null || userInfo().uid === 0 ? "system" : "user";
  const place = {
    scope,
    folder: on === null ? folderOf(scope, surroundings.environment) : SYSTEM_FOLDER,
    name,
  };
  const outcome =
    on === null
      ? await removeTimerHere(place, makeId())
      : await connected(order, (context) => removeTimerOn(hostOf(order), place, context));
  if (!outcome.ok)
    throw refused(
      `${on === null ? "" : `${on}: `}the timer was not removed: ${outcome.reason}`,
      "Look at the file, and remove it by hand if it may go.",
    );
  surroundings.stdout.print(
    removedText(outcome.found === "nothing" ? null : outcome.lines, `${place.folder}/${name}.timer`),
  );
  return 0;
}

async function connected<Result>(
  order: Order,
  work: (context: Awaited<ReturnType<typeof makeContext>>) => Promise<Result>,
): Promise<Result> {
  const { raw, surroundings, project } = order;
  const interrupts = listenForInterrupts(surroundings, () => {});
  const context = await makeContext(project, connectionOf(raw), { surroundings, interrupts, emit: () => {} });
  try {
    return await work(context);
  } finally {
    interrupts.stop();
  }
}

function hostOf({ raw, project }: Order): Project["hosts"][number] {
  const name = optionalText(raw, "on") ?? "";
  const host = project.hosts.find((each) => each.name === name);
  if (host !== undefined) return host;
  throw new UsageError(`--on ${name}: the inventory of ${project.environment} has no host of that name`);
}

type Runs = {
  readonly command: readonly string[];
  readonly scope: TimerScope;
  readonly home: string | null;
  readonly path: typeof pathOnHost;
};

function unitsOf({ raw, every, about }: Order, { command, scope, home, path }: Runs): TimerUnits {
  const prometheus = optionalText(raw, "prometheus");
  const writable = prometheus === null ? [] : [dirname(path(prometheus, "prometheus"))];
  const units = makeTimerUnits({
    scope,
    about,
    every,
    command,
    home,
    writable,
    timeoutSeconds: timeoutSeconds(raw, every),
  });
  if ("problem" in units) throw new UsageError(units.problem);
  return units;
}

function folderOf(
  scope: TimerScope,
  { XDG_CONFIG_HOME: config, HOME: home }: Surroundings["environment"],
): string {
  if (scope === "system") return SYSTEM_FOLDER;
  if (config?.startsWith("/")) return join(config, "systemd/user");
  if (home?.startsWith("/")) return join(home, ".config/systemd/user");
  throw new UsageError(
    "There is no place for a timer of your own: neither XDG_CONFIG_HOME nor HOME",
    "--print shows the files, --out DIR writes them.",
  );
}

function refused(message: string, hint: string): SvcdeployError {
  return new SvcdeployError("host-step", message, { hint });
}
