/** `svcdeploy verify`: whether every unit runs and every check is healthy, now. */
import { exitCodeOf } from "../core/exit-code.ts";
import { targetsOf } from "../core/target/play-targets.ts";
import { verifyHosts } from "../deploy/verify.ts";
import { formatJson } from "../report/lines/json.ts";
import { verifyJson, verifyText } from "../report/run/verify-text.ts";
import { artifactsToCompare } from "./artifacts-to-send.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { connectionOf, isGiven, optionalText, type RawArguments, selectionOf } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";
import { announce, makeContext, openWorkspace } from "./workspace.ts";

/** Prints what was found; the exit code is that of the reports. */
export async function verify(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const [selection, connection] = [selectionOf(raw), connectionOf(raw)];
  const { project, plays } = await openWorkspace(
    selection,
    surroundings,
    null,
    artifactsToCompare(surroundings),
  );
  const interrupts = listenForInterrupts(surroundings, () => {});
  const context = await makeContext(project, connection, { surroundings, interrupts, emit: () => {} });
  announce(plays, surroundings);
  const reports = await interrupts.abandonable(
    verifyHosts(targetsOf(plays), context, { health: isGiven(raw, "no-health") ? "without" : "with" }),
  );
  interrupts.stop();
  const exitCode = exitCodeOf(reports);
  const { stdout } = surroundings;
  if (optionalText(raw, "output") === "json")
    stdout.write(formatJson(verifyJson(project.environment, reports, exitCode)));
  else stdout.print(verifyText(reports, stdout.columns));
  return exitCode;
}
