/** One question to one host of an environment, for commands that only read. */
import { didYouMean, UsageError } from "../../core/errors.ts";
import type { Host, Project } from "../../core/model/declared.ts";
import type { DeployContext } from "../../deploy/context.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { ADOPT } from "../options/by-command.ts";
import { connectionOf } from "../options/selection.ts";
import type { Surroundings } from "../surroundings.ts";
import { lookAtHosts } from "../with-hosts.ts";

/** The host of this name. Throws UsageError. */
export function hostOf(project: Project, name: string): Host {
  const host = project.hosts.find((each) => each.name === name);
  if (host !== undefined) return host;
  const names = project.hosts.map((each) => each.name);
  throw new UsageError(
    `${project.environment} has no host ${name}`,
    didYouMean(name, names) ?? `hosts: ${names.slice(0, 20).join(", ")}`,
  );
}

/** What the question gives; an interrupt ends the waiting. Throws what the question throws. */
export async function askHost<Answer>(
  project: Project,
  options: OptionValues<typeof ADOPT>,
  surroundings: Surroundings,
  question: (context: DeployContext) => Promise<Answer>,
): Promise<Answer> {
  const connection = connectionOf(options);
  return await lookAtHosts({ project, connection, looking: 1 }, surroundings, question);
}
