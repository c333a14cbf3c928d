/**
 * The unit of a job that a timer or a path starts. It runs as the service does: account, environment, slice
 * and hardening; a oneshot unless it says otherwise.
 */
import type { Problem } from "../errors.ts";
import type { Place } from "../model/declared.ts";
import type { Directives, Service } from "../model/service.ts";
import { makeLoadedUnit } from "./loaded-unit.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import { followingDirectives, mountDirectives, type UnitParts } from "./service-unit.ts";
import { effectiveValues, makeDirectives, makeProblem, makeUnitFile } from "./unit-text.ts";

/** What a job is made of. */
export type Job = {
  readonly name: string;
  readonly unit: Directives;
  readonly service: Directives;
  readonly place: Place;
};

/** <service>-<name>.service: nothing of a plan starts it. */
export function renderJob(service: Service, job: Job, parts: UnitParts, problems: Problem[]): RenderedUnit {
  const unit = `${service.name}-${job.name}.service`;
  const described =
    effectiveValues(job.unit, "Description").length > 0
      ? []
      : [["Description", `Job ${job.name} of ${service.name}`] as const];
  const type = effectiveValues(job.service, "Type").at(-1);
  const oneshot: Directives = type === undefined ? makeDirectives(job.place, [["Type", "oneshot"]]) : [];
  const taken = inherited(service, job, problems);
  const sections = [
    {
      name: "Unit",
      directives: [...makeDirectives(job.place, described), ...job.unit, ...mountDirectives(service)],
    },
    {
      name: "Service",
      directives: [
        ...oneshot,
        ...job.service,
        ...taken,
        ...followingDirectives(service, [...job.service, ...taken], parts),
      ],
    },
  ];
  const file = makeUnitFile(service.name, unit, sections, problems);
  return {
    resources: [file, makeLoadedUnit(service.name, unit, file.path, type ?? "oneshot")],
    unit,
    install: [],
  };
}

/** Whom the service runs as, and where: a job without them would run as root. */
const SURROUNDINGS = new Set([
  "User",
  "Group",
  "SupplementaryGroups",
  "DynamicUser",
  "WorkingDirectory",
  "UMask",
  "EnvironmentFile",
  "Environment",
]);

/**
 * What the service may see and do: its paths, and a sandbox that is written by hand (systemd.exec(5),
 * "Sandboxing"), by how the directives begin. Folders that systemd makes are left out: a job's end would
 * remove them.
 */
const SANDBOX = (
  "Protect Private Restrict ReadWrite ReadOnly Inaccessible NoExecPaths ExecPaths Bind TemporaryFileSystem " +
  "SystemCall Capability Ambient NoNewPrivileges LockPersonality MemoryDenyWriteExecute IPAddress Device " +
  "SecureBits RootDirectory RootImage MountAPIVFS"
).split(" ");

type SaidDirective = Pick<Directives[number], "name" | "value">;

function takesAway({ name, value }: SaidDirective): boolean {
  if (name === "ProtectSystem") return value === "strict";
  return ["ReadOnlyPaths", "InaccessiblePaths", "TemporaryFileSystem"].includes(name);
}

/** ReadWritePaths= of folders that only a read-only file system would take away. */
function givesNothing({ name, value }: SaidDirective): boolean {
  return (
    name === "ReadWritePaths" &&
    value.split(/[ \t]+/).every((path) => /^[-+]{0,2}\/(?:var|srv|opt|run|tmp)(?:\/|$)/.test(path))
  );
}

/** The directives of a service's [Service] that its jobs go by, where they have none of their own. */
export function inheritedByJobs<Said extends SaidDirective>(
  service: readonly Said[],
  hardening: Service["hardening"],
): readonly Said[] {
  const sandbox = service.filter(
    ({ name }) => SURROUNDINGS.has(name) || SANDBOX.some((start) => name.startsWith(start)),
  );
  const isReadOnly = hardening === "strict" || sandbox.some(takesAway);
  return sandbox.filter((directive) => isReadOnly || !givesNothing(directive));
}

function inherited(service: Service, job: Job, problems: Problem[]): Directives {
  const own = new Set(job.service.map(({ name }) => name));
  const taken = inheritedByJobs(service.service, service.hardening).filter(({ name }) => !own.has(name));
  if (service.instances.length > 0) for (const directive of taken) reportInstance(directive, job, problems);
  return taken;
}

/** systemd.unit(5): in a unit that is no instance %i and %I are empty, so that /srv/%i would be /srv. */
function reportInstance({ name, value }: Directives[number], job: Job, problems: Problem[]): void {
  if (!/(?<!%)(?:%%)*%[iI]/.test(value)) return;
  const message =
    `The job ${job.name} runs once and not once an instance, so that %i in the service's ${name}= would ` +
    "be empty for it";
  problems.push(makeProblem(job.place, message, `Give the job a ${name} of its own.`));
}
