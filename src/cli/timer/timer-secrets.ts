/**
 * Whether a run without a user's environment will have the secrets that it needs; found out now, not at the
 * first run.
 */
import { resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import type { Project } from "../../core/model/declared.ts";
import { parseNotifyTarget } from "../../core/notify/target.ts";
import { readPrivateFile } from "../../project/private-file.ts";
import { buildTargets, STAND_INS } from "../../project/targets.ts";
import { line, styled } from "../../report/lines/text.ts";
import { NOTIFY_KEY_VARIABLE, needsKey, readKey, readTargets } from "../drift/notify-options.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { INSTALL_TIMER } from "../options/by-command.ts";
import type { Surroundings } from "../surroundings.ts";

/**
 * Warns of secrets that come from variables. Throws UsageError where nothing could be signed, and for a file
 * of this machine that cannot be used.
 */
export async function checkTimerSecrets(
  options: OptionValues<typeof INSTALL_TIMER>,
  project: Project,
  { workingDirectory, stderr }: Surroundings,
): Promise<void> {
  const { "env-file": environmentFile, on } = options;
  await checkNotify(options, workingDirectory);
  if (environmentFile !== null && on === null)
    await readPrivateFile(resolve(workingDirectory, environmentFile), "--env-file");
  if (environmentFile !== null || on !== null) return;
  const variables = await variablesOf(options, project);
  if (variables.length === 0) return;
  const text =
    `${variables.join(", ")}: a scheduled run has no such variable; put NAME=VALUE lines into a file ` +
    "and give it with --env-file FILE";
  stderr.print([line(styled("warn", "warning: "), text)]);
}

/** The variables that the selected services take secrets from. */
async function variablesOf(
  options: OptionValues<typeof INSTALL_TIMER>,
  project: Project,
): Promise<readonly string[]> {
  const { services } = await buildTargets(
    project,
    { limit: options.limit, services: options.service },
    STAND_INS,
  );
  const sources = [...services.values()]
    .flat()
    .flatMap((service) => service.secrets.map(({ source }) => source));
  return [...new Set(sources.flatMap((source) => (source.provider === "env" ? [source.variable] : [])))];
}

/** Files of another host cannot be read here; the first run there says what is wrong with them. */
async function checkNotify(
  options: OptionValues<typeof INSTALL_TIMER>,
  workingDirectory: string,
): Promise<void> {
  const { notify: words, "notify-key": keyFile } = options;
  const isHere = options.on === null;
  const targets = isHere
    ? await readTargets(words, workingDirectory)
    : words.flatMap((word) => {
        const target = word.startsWith("@") ? null : parseNotifyTarget(word);
        return target === null || "problem" in target ? [] : [target];
      });
  if (!needsKey(targets)) return;
  if (keyFile !== null && isHere) await readKey(keyFile, workingDirectory, undefined);
  if (keyFile === null && options["env-file"] === null)
    throw new UsageError(
      "--notify needs a signing key, and a scheduled run has no variables",
      `Give --notify-key FILE, or --env-file FILE with a line ${NOTIFY_KEY_VARIABLE}=…; make a key ` +
        "with: openssl rand -hex 32",
    );
}
