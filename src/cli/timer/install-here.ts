/** The timer of this machine: installed, removed, printed, or as a crontab line. */

import { createHash } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { crontabLine } from "../../core/timer/crontab.ts";
import type { TimerScope, TimerUnits } from "../../core/timer/timer-units.ts";
import { UNIT_FOLDER } from "../../core/unit-file/unit-search.ts";
import { installTimerHere, removeTimerHere } from "../../deploy/install-timer-here.ts";
import { writeUnits } from "../../project/write-units.ts";
import { crontabText, installedText, removedText, unitsText } from "../../report/timer-text.ts";
import { makeId } from "../run-identity.ts";
import type { Surroundings } from "../surroundings.ts";
import { pathHere, timerCommand } from "./timer-command.ts";
import { type InstallOrder, refused, stateOf, unitsOf } from "./timer-order.ts";

const HINTS: Readonly<Record<TimerScope, string>> = {
  system: "Nothing was changed. --print shows the files; --crontab needs no systemd.",
  user:
    "Nothing was changed. Your timers need your user's systemd, which runs while you are logged in, " +
    "or always after `loginctl enable-linger`; --crontab needs none.",
};

/** Prints the line. Throws UsageError for a period that cron does not know. */
export async function printCrontab(order: InstallOrder): Promise<void> {
  const { options, surroundings, project, every, about } = order;
  const { stdout, workingDirectory } = surroundings;
  const start = { ...surroundings.program, project: project.root, state: await stateOf(order, "cron") };
  const command = timerCommand(options, start, pathHere(workingDirectory), every);
  const seed = createHash("sha256")
    .update(`${hostname()}\n${project.root}\n${project.environment}`)
    .digest()
    .readUInt32BE();
  const made = crontabLine({ every, seed, command });
  if ("problem" in made)
    throw new UsageError(`--crontab: ${made.problem}`, "A systemd timer can do more: leave --crontab out.");
  stdout.write(crontabText(about, made.line));
}

/** Prints the two files. Throws UsageError. */
export async function printHere(order: InstallOrder): Promise<void> {
  order.surroundings.stdout.write(unitsText(order.name, await unitsHere(order)));
}

/** Writes the two files into a folder, as typed. Throws UsageError. */
export async function writeHere(order: InstallOrder, out: string): Promise<void> {
  const { stdout, workingDirectory } = order.surroundings;
  const units = Object.entries(await unitsHere(order));
  const files = units.map(([suffix, text]) => ({ name: `${order.name}.${suffix}`, text }));
  const written = await writeUnits(resolve(workingDirectory, out), files);
  stdout.write(written.map((path) => `wrote ${path}\n`).join(""));
}

/** Installs and starts the timer. Throws UsageError, and SvcdeployError when systemd would not. */
export async function installHere(order: InstallOrder): Promise<void> {
  const { surroundings, name, about, every } = order;
  const scope = scopeHere();
  const units = await unitsHere(order);
  const place = { scope, folder: folderOf(scope, surroundings.environment), name };
  const outcome = await installTimerHere(place, units, makeId());
  if (!outcome.ok) throw refused(`The timer was not installed: ${outcome.reason}`, HINTS[scope]);
  surroundings.stdout.print(
    installedText({ lines: outcome.lines, about, every: every.text, name, scope, host: null }),
  );
}

/** Removes the timer, or says that there is none. Throws UsageError, and SvcdeployError. */
export async function removeHere({ surroundings, name }: InstallOrder): Promise<void> {
  const scope = scopeHere();
  const place = { scope, folder: folderOf(scope, surroundings.environment), name };
  const outcome = await removeTimerHere(place, makeId());
  if (!outcome.ok)
    throw refused(
      `the timer was not removed: ${outcome.reason}`,
      "Check the file, and remove it by hand if you do not need it.",
    );
  const lines = outcome.found === "nothing" ? null : outcome.lines;
  surroundings.stdout.print(removedText(lines, `${place.folder}/${name}.timer`));
}

function scopeHere(): TimerScope {
  return userInfo().uid === 0 ? "system" : "user";
}

async function unitsHere(order: InstallOrder): Promise<TimerUnits> {
  const { environment, workingDirectory, program } = order.surroundings;
  const scope = scopeHere();
  const start = { ...program, project: order.project.root, state: await stateOf(order, scope) };
  const path = pathHere(workingDirectory);
  const command = timerCommand(order.options, start, path, order.every);
  const home = scope === "system" ? (environment.HOME ?? null) : null;
  return unitsOf(order, { command, scope, home, path });
}

function folderOf(
  scope: TimerScope,
  { XDG_CONFIG_HOME: config, HOME: home }: Surroundings["environment"],
): string {
  if (scope === "system") return UNIT_FOLDER;
  if (config?.startsWith("/")) return join(config, "systemd/user");
  if (home?.startsWith("/")) return join(home, ".config/systemd/user");
  throw new UsageError(
    "There is no folder for a timer of your own: neither XDG_CONFIG_HOME nor HOME is set",
    "--print shows the files, --out DIR writes them.",
  );
}
