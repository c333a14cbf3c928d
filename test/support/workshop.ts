/** A project folder of a test's own, and the command line as this run of the tests has built it. */
import { main } from "./dist.ts";
import type { TestHost } from "./hosts.ts";
import {
  type More,
  makeProjectFolder,
  type Run,
  type RunOptions,
  runProgram,
  type Workshop,
} from "./project-folder.ts";

export { type Run, type RunOptions, type Workshop, webService } from "./project-folder.ts";

/** A project with the web service on the given hosts. */
export function makeWorkshop(hosts: readonly TestHost[], more: More = {}): Workshop {
  return makeProjectFolder(main, hosts, more);
}

/** Runs the command line as a user's shell would, without a terminal and without an agent. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return runProgram(main, args, options);
}
