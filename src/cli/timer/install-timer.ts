/**
 * `svcdeploy install-timer`: drift by itself, as a systemd timer here or on a host of the inventory, or as a
 * crontab line.
 */
import { resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import type { Project } from "../../core/model/declared.ts";
import { limitHosts } from "../../core/target/select.ts";
import { type Every, parseEvery } from "../../core/timer/every.ts";
import { timerName } from "../../core/timer/timer-units.ts";
import { checkReportFile } from "../../project/write-report.ts";
import { healOrder } from "../drift/heal-options.ts";
import type { Arguments, OptionValues } from "../options/arguments.ts";
import type { INSTALL_TIMER } from "../options/by-command.ts";
import { connectionOf, selectionOf } from "../options/selection.ts";
import type { Surroundings } from "../surroundings.ts";
import { loadSelected } from "../workspace.ts";
import { installHere, printCrontab, printHere, removeHere, writeHere } from "./install-here.ts";
import { installOn, removeOn } from "./install-on.ts";
import type { InstallOrder } from "./timer-order.ts";
import { checkTimerSecrets } from "./timer-secrets.ts";

type Options = OptionValues<typeof INSTALL_TIMER>;

/**
 * Does what the options say, in one way; exit 0 when it is done. Throws UsageError, ConfigError, and
 * SvcdeployError when systemd would not.
 */
export async function installTimer(
  { options }: Arguments<typeof INSTALL_TIMER>,
  surroundings: Surroundings,
): Promise<number> {
  const way = wayOf(options);
  const selection = selectionOf(options);
  connectionOf(options);
  healOrder(options);
  const every = everyOf(options.every);
  const laidOver = options.on === null ? {} : NO_VALUES;
  const project = await loadSelected({ ...selection, ...laidOver }, surroundings);
  limitHosts(project, selection.limit);
  await carryOut(way, {
    ...{ options, surroundings, project, every },
    about: `svcdeploy drift of ${project.name}, ${project.environment}`,
    name: timerName(project.name, project.environment),
  });
  return 0;
}

/** With --on the files that are laid over the values are that host's. */
const NO_VALUES = { set: [], valuesFiles: [] };

/** on: a host; without it this machine. */
type TimerWay =
  | { readonly kind: "install" | "crontab" | "print" | "remove" }
  | { readonly kind: "write"; readonly out: string }
  | { readonly kind: "install-on"; readonly on: string; readonly folder: string }
  | { readonly kind: "remove-on"; readonly on: string };

async function carryOut(way: TimerWay, order: InstallOrder): Promise<void> {
  if (way.kind === "remove") return await removeHere(order);
  if (way.kind === "remove-on") return await removeOn(order, way.on);
  await checkHere(order.options, order.project, order.surroundings);
  switch (way.kind) {
    case "install-on":
      return await installOn(order, way.on, way.folder);
    case "crontab":
      return await printCrontab(order);
    case "print":
      return await printHere(order);
    case "write":
      return await writeHere(order, way.out);
    case "install":
      return await installHere(order);
  }
}

/** What the first run would trip over, as far as it can be seen from here. */
async function checkHere(options: Options, project: Project, surroundings: Surroundings): Promise<void> {
  await checkTimerSecrets(options, project, surroundings);
  const { on, prometheus } = options;
  if (on !== null) return;
  if (prometheus !== null) await checkReportFile(resolve(surroundings.workingDirectory, prometheus));
  if (surroundings.program.main.includes("/_npx/"))
    throw new UsageError(
      `${surroundings.program.main} is in the cache of npx, which may be cleared`,
      "Install it permanently: npm install --global ./svcdeploy-VERSION.tgz",
    );
}

function wayOf(options: Options): TimerWay {
  const { on, out } = options;
  // A crontab line is printed anyway.
  const ways = (["crontab", "print", "remove"] as const).filter(
    (way) => options[way] && !(way === "print" && options.crontab),
  );
  const given = out === null ? ways : [...ways, "out"];
  if (given.length > 1) throw new UsageError(`--${given.join(" and --")} exclude each other`);
  if (on !== null) return wayOn(on, options, given[0] ?? "install");
  const lone = (["project-on", "identity-on", "known-hosts-on"] as const).find(
    (name) => options[name] !== null && options[name].length > 0,
  );
  if (lone !== undefined) throw new UsageError(`--${lone} works with --on HOST only`);
  return out === null ? { kind: ways[0] ?? "install" } : { kind: "write", out };
}

function wayOn(on: string, { "project-on": folder }: Options, way: string): TimerWay {
  if (way === "remove") return { kind: "remove-on", on };
  if (way !== "install")
    throw new UsageError(`--on ${on} installs or removes; --${way} works on this machine only`);
  if (folder === null)
    throw new UsageError("--on needs --project-on PATH: the folder of the project on that host");
  return { kind: "install-on", on, folder };
}

function everyOf(text: string): Every {
  const every = parseEvery(text);
  if ("problem" in every) throw new UsageError(`--every: ${every.problem}`);
  return every;
}
