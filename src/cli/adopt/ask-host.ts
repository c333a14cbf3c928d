/** One question to one host of an environment, for commands that only read. */
import { didYouMean, UsageError } from "../../core/errors.ts";
import type { Host, Project } from "../../core/model/declared.ts";
import type { DeployContext } from "../../deploy/context.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { connectionOf, type RawArguments } from "../options.ts";
import type { Surroundings } from "../surroundings.ts";
import { announceHosts, makeContext } from "../workspace.ts";

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
  raw: RawArguments,
  surroundings: Surroundings,
  question: (context: DeployContext) => Promise<Answer>,
): Promise<Answer> {
  const interrupts = listenForInterrupts(surroundings, () => {});
  const context = await makeContext(project, connectionOf({ ...raw, forks: "1" }), {
    surroundings,
    interrupts,
    emit: () => {},
  });
  announceHosts(1, surroundings);
  const answer = await interrupts.abandonable(question(context));
  interrupts.stop();
  return answer;
}
