/**
 * What every part of a deployment is given: connections, who runs it, where events go, and the two ways of
 * being interrupted.
 */
import type { SvcdeployError } from "../core/errors.ts";
import type { ArtifactSource } from "../core/model/artifact.ts";
import type { Host } from "../core/model/declared.ts";
import type { Observation } from "../core/model/observation.ts";
import type { HostTarget } from "../core/model/resource.ts";
import type { HostStage, RunEvent } from "../core/model/run.ts";
import type { Connector } from "../remote/remote.ts";

/** Who runs this, for the host's journal and record. Every field fits `[A-Za-z0-9._-]`. */
export type RunIdentity = {
  /** 32 hex digits. */
  readonly id: string;
  readonly user: string;
  readonly controller: string;
  /** Commit of the project's Git tree, or `none`. */
  readonly commit: string;
  readonly dirty: "clean" | "dirty" | "unknown";
  readonly environment: string;
  /** The command's name, e.g. apply; heal for drift --heal. */
  readonly command: string;
};

/** The surroundings of a deployment. */
export type DeployContext = {
  readonly connector: Connector;
  readonly run: RunIdentity;
  /** How many hosts are worked on at once. */
  readonly forks: number;
  readonly emit: (event: RunEvent) => void;
  /** Aborted by the first Ctrl-C, and by SIGTERM: no new host starts. */
  readonly signal: AbortSignal;
  /** Aborted by the second, and by SIGTERM: the hosts decide alone. */
  readonly detach: AbortSignal;
  /** Takes the run's secrets out of what a host said, before anything of it is cut or laid out. */
  readonly redact: (text: string) => string;
  /** 32 new hex digits at each call. */
  readonly newId: () => string;
  /** Milliseconds of a clock that never runs backwards. */
  readonly now: () => number;
  /** Streams what is sent of an artifact of the project. */
  readonly readArtifact: (source: ArtifactSource) => AsyncIterable<Uint8Array>;
};

/** What one host turned out to be, or why that is unknown. */
export type Observed = {
  readonly host: Host;
  readonly targets: readonly HostTarget[];
  readonly result:
    | { readonly ok: true; readonly observation: Observation }
    | { readonly ok: false; readonly error: SvcdeployError };
};

/** Emits where a host's story is. */
export function tell(
  context: DeployContext,
  play: string,
  host: string,
  stage: HostStage,
  detail = "",
): void {
  context.emit({ type: "host-stage", play, host, stage, detail });
}
