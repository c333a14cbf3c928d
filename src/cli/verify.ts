/** `svcdeploy verify`: whether every unit runs and every check is healthy, now. */
import { exitCodeOf } from "../core/exit-code.ts";
import { byHost, targetsOf } from "../core/target/play-targets.ts";
import { verifyHosts } from "../deploy/verify.ts";
import { verifyJson, verifyText } from "../report/run/verify-text.ts";
import { artifactsToCompare } from "./artifacts-to-send.ts";
import type { Arguments } from "./options/arguments.ts";
import type { VERIFY } from "./options/by-command.ts";
import { connectionOf, selectionOf } from "./options/selection.ts";
import { asJson, asLines, print } from "./print.ts";
import type { Surroundings } from "./surroundings.ts";
import { lookAtHosts } from "./with-hosts.ts";
import { openWorkspace } from "./workspace.ts";

/** Prints what was found; the exit code is that of the reports. */
export async function verify(
  { options }: Arguments<typeof VERIFY>,
  surroundings: Surroundings,
): Promise<number> {
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  const use = artifactsToCompare(surroundings);
  const { project, plays } = await openWorkspace(selection, surroundings, null, use);
  const targets = targetsOf(plays);
  const wanted = { project, connection, looking: byHost(targets).length };
  const reports = await lookAtHosts(wanted, surroundings, (context) =>
    verifyHosts(targets, context, { health: options["no-health"] ? "without" : "with" }),
  );
  const exitCode = exitCodeOf(reports);
  const writers = {
    text: asLines(verifyText),
    json: asJson((found: typeof reports) => verifyJson(project.environment, found, exitCode)),
  };
  await print(reports, writers, options.output, surroundings);
  return exitCode;
}
