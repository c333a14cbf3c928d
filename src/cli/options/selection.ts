/** Which part of which project a command is for, and how its hosts are reached. */
import { UsageError } from "../../core/errors.ts";
import type { TargetSelection } from "../../core/target/select.ts";
import type { OptionValues } from "./arguments.ts";
import { CONNECTION, type PRUNE, type SELECTION, type TAKE_OVER } from "./groups.ts";

/** Which part of which project. Paths are as typed. */
export type ProjectSelection = TargetSelection & {
  readonly project: string;
  readonly environment: string;
  readonly set: readonly string[];
  readonly valuesFiles: readonly string[];
};

/** How hosts are reached. */
export type HostAccess = {
  readonly identity: string | null;
  readonly knownHosts: readonly string[];
  readonly forks: number;
};

type Selecting = OptionValues<typeof SELECTION>;
type Connecting = OptionValues<typeof CONNECTION>;

/** The selection, of the options of it that the command has. Throws UsageError without --env. */
export function selectionOf(
  options: Pick<Selecting, "project" | "env"> & Partial<Selecting> & Partial<OptionValues<typeof PRUNE>>,
): ProjectSelection {
  const { project, env, limit = null, service = [], set = [], values = [], prune = null } = options;
  if (env === null)
    throw new UsageError(
      "--env is required, e.g. --env prod for inventory/prod.yaml",
      "Or set SVCDEPLOY_ENV.",
    );
  return {
    ...{ project, environment: env, limit, services: service, set, valuesFiles: values },
    hosts: prune === null ? "of-plays" : "all",
  };
}

/** Whether a machine of another environment may change hands. */
export function belongingOf(options: OptionValues<typeof TAKE_OVER>): "guard" | "take-over" {
  return options["take-over"] ? "take-over" : "guard";
}

/** The connection options. Throws UsageError for a --forks that is no count. */
export function connectionOf({
  identity,
  "known-hosts": knownHosts,
  forks = CONNECTION.forks.default,
}: Omit<Connecting, "forks"> & Partial<Connecting>): HostAccess {
  if (!/^[1-9][0-9]{0,3}$/.test(forks))
    throw new UsageError(`--forks takes a number from 1 to 9999, not ${JSON.stringify(forks)}`);
  return { identity, knownHosts, forks: Number(forks) };
}
