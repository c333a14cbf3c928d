/**
 * `svcdeploy rollback`: brings a service, or what a run changed, back to what the hosts kept, by the same
 * plan, question, transaction and verification as apply.
 */
import { didYouMean, UsageError } from "../../core/errors.ts";
import { exitCodeOfObservation } from "../../core/exit-code.ts";
import type { Host, Project } from "../../core/model/declared.ts";
import type { KeptService } from "../../core/model/resource.ts";
import type { PlannedPlay, PlanView } from "../../core/plan/planned.ts";
import {
  type Choice,
  type Describe,
  type Kept,
  type Step,
  servicesAbout,
  stepBack,
  stepsBefore,
} from "../../core/rollback/generations.ts";
import { keptSecrets } from "../../core/rollback/kept-secrets.ts";
import { foundOfService, hostsToAsk, isBrought } from "../../core/rollback/rollback-hosts.ts";
import type { HostChoices } from "../../core/rollback/rollback-targets.ts";
import { limitHosts } from "../../core/target/select.ts";
import type { DeployContext } from "../../deploy/context.ts";
import type { UnfinishedPolicy } from "../../deploy/observe.ts";
import { planFailures } from "../../deploy/plan-hosts.ts";
import { planRollback } from "../../deploy/plan-rollback.ts";
import { type KeptOnHost, readKept } from "../../deploy/read-kept.ts";
import { reportsOf } from "../../report/files/run-log.ts";
import { type HostStep, rollbackClosing, rollbackPreface } from "../../report/plan/rollback-text.ts";
import type { Arguments, OptionValues } from "../options/arguments.ts";
import type { PLAN, ROLLBACK } from "../options/by-command.ts";
import { connectionOf, selectionOf } from "../options/selection.ts";
import { print, type Writer } from "../print.ts";
import { progressOf } from "../run-shown.ts";
import type { Surroundings } from "../surroundings.ts";
import { lookAtHosts } from "../with-hosts.ts";
import { loadSelected, protectProjectSecrets } from "../workspace.ts";
import { applyApproved } from "./approval.ts";
import { mustBeAskable } from "./confirm.ts";
import { endOf } from "./outputs.ts";
import { PLAN_WRITERS } from "./plan.ts";
import { type RollbackOrder, rollbackOrder } from "./rollback-order.ts";

/** Rolls back. The exit code is exitCodeOf's, 1 when the operator says no. Throws UsageError, ConfigError. */
export async function rollback(
  { options, operands }: Arguments<typeof ROLLBACK>,
  surroundings: Surroundings,
): Promise<number> {
  const order = rollbackOrder(options, operands[0] ?? null);
  const end = endOf(options);
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  const asks = options.yes ? "no" : "yes";
  if (end.kind === "run" && asks === "yes") mustBeAskable(surroundings, "rollback");
  const project = await loadSelected(selection, surroundings);
  const hosts = hostsOf(project, limitHosts(project, selection.limit), order);
  await protectProjectSecrets(project, surroundings);
  const wanted = { project, connection, looking: hosts.length };
  const unfinished = end.kind === "run" ? "settle" : "report";
  const find = (context: DeployContext): Promise<Way> =>
    findWay({ project, hosts, order, unfinished }, context, surroundings);
  if (end.kind === "dry-run")
    return await showOnly(await lookAtHosts(wanted, surroundings, find), project, end.output, surroundings);
  const approval = {
    ...wanted,
    output: end.output,
    asks,
    progress: progressOf(options),
    verb: "Roll back",
  } as const;
  return await applyApproved(approval, surroundings, async (context) => {
    const { steps, planned } = await find(context);
    return {
      preface: (columns) => rollbackPreface(steps, columns),
      planned,
      closing: (columns) => {
        const reports = reportsOf(surroundings.logbook.read());
        return rollbackClosing(steps, reports, project.environment, columns);
      },
    };
  });
}

function hostsOf(project: Project, hosts: readonly Host[], order: RollbackOrder): readonly Host[] {
  const selected = hostsToAsk(project, hosts, order.kind === "service" ? order.service : null);
  if (order.to !== null && selected.length > 1)
    throw new UsageError(
      "--to works with one host only: each host numbers its own generations",
      `Name the host: --limit ${selected[0]?.name ?? "HOST"}`,
    );
  return selected;
}

type Way = { readonly steps: readonly HostStep[]; readonly planned: readonly PlannedPlay[] };

type RollbackSearch = {
  readonly project: Project;
  readonly hosts: readonly Host[];
  readonly order: RollbackOrder;
  readonly unfinished: UnfinishedPolicy;
};

async function findWay(
  { project, hosts, order, unfinished }: RollbackSearch,
  context: DeployContext,
  surroundings: Surroundings,
): Promise<Way> {
  const read = await readKept(hosts, { project: project.name, unfinished, ...questionOf(order) }, context);
  const found = read.map(foundOn);
  const steps = read.flatMap(({ host, result }) =>
    result.ok
      ? result.chosen.flatMap((choice) => (choice.ok ? [{ host: host.name, step: choice.step }] : []))
      : [],
  );
  protectKept(read, surroundings);
  mustBeKnown(project, order, found);
  const meant = order.kind === "service" ? foundOfService(project, found, order.service) : found;
  const planned = await planRollback(
    project,
    meant,
    order.kind === "service" ? order.service : null,
    context,
    unfinished,
  );
  const going = new Set(
    planned
      .flatMap(({ hosts: all }) => all)
      .flatMap(({ target, plan }) =>
        plan === null ? [] : target.services.map((each) => `${each.name}@${target.host.name}`),
      ),
  );
  return { steps: steps.filter(({ host, step }) => going.has(`${step.service}@${host}`)), planned };
}

function questionOf(order: RollbackOrder) {
  const made = ({ generations }: Kept) =>
    generations.filter(({ madeBy }) => order.kind === "run" && madeBy.run.startsWith(order.run));
  const choose = (kept: Kept, describe: Describe): readonly Choice[] =>
    order.kind === "run"
      ? stepsBefore(kept, order.run, order.to, describe)
      : [stepBack(kept, order.service, order.to, describe)];
  return {
    servicesOf: (kept: Kept) =>
      order.kind === "service" ? [order.service] : made(kept).flatMap((each) => servicesAbout(kept, each)),
    choose: (kept: Kept, describe: Describe) => {
      const chosen = choose(kept, describe);
      return {
        chosen,
        wanted: chosen.flatMap((choice) => (choice.ok ? descriptionsOf(choice.step) : [])),
      };
    },
  };
}

function descriptionsOf({ from, to }: Step): readonly KeptService[] {
  return from === null ? [to] : [from, to];
}

type Chosen = KeptOnHost<readonly Choice[]>;

function foundOn({ host, result }: Chosen): HostChoices {
  return {
    host,
    result: result.ok
      ? { ok: true, choices: result.chosen, contents: result.contents, held: result.held }
      : result,
  };
}

/** The values of earlier generations stand nowhere but in the hosts' files, and a journal may show them. */
function protectKept(read: readonly Chosen[], { stdout, stderr }: Surroundings): void {
  const secrets = read.flatMap(({ result }) => {
    if (!result.ok) return [];
    const steps = result.chosen.flatMap((choice) => (choice.ok ? [choice.step] : []));
    return steps.flatMap(descriptionsOf).flatMap((kept) => keptSecrets(kept, result.contents, result.held));
  });
  const distinct = [
    ...new Map(secrets.map((secret) => [`${secret.name} ${secret.reveal()}`, secret])).values(),
  ];
  stdout.protect(distinct);
  stderr.protect(distinct);
}

/**
 * Where every host was asked and none has any of it, nothing was meant to happen: that is no run that failed.
 */
function mustBeKnown(project: Project, order: RollbackOrder, found: readonly HostChoices[]): void {
  if (
    found.some(
      ({ result }) => !result.ok || result.choices.some((choice) => choice.ok || choice.isUnknown !== true),
    )
  )
    return;
  if (order.kind === "service") {
    const names = project.services.map(({ name }) => name);
    const isElsewhere =
      names.includes(order.service) &&
      !found.some(({ host }) => isBrought(project, host.name, order.service));
    if (isElsewhere)
      throw new UsageError(
        `No selected host has ${order.service}, and none keeps an earlier generation of it`,
        ELSEWHERE,
      );
    const hint = names.includes(order.service)
      ? "svcdeploy apply deploys it."
      : didYouMean(order.service, names);
    throw new UsageError(
      `svcdeploy has never deployed ${order.service} to a selected host`,
      hint ?? "svcdeploy history lists what was deployed.",
    );
  }
  throw new UsageError(
    `Run ${order.run} changed nothing that the selected hosts still keep`,
    "svcdeploy history lists the runs; a host keeps its last five transactions.",
  );
}

const ELSEWHERE =
  "Check playbooks/site.yaml and --limit; svcdeploy rollback --run RUN undoes what a run changed.";

async function showOnly(
  { steps, planned }: Way,
  project: Project,
  output: OptionValues<typeof PLAN>["output"],
  surroundings: Surroundings,
): Promise<number> {
  const view = { environment: project.environment, plays: planned };
  surroundings.logbook.note({ plan: view });
  const text: Writer<PlanView> = async (plan, around) => {
    around.stdout.print(rollbackPreface(steps, around.stdout.columns));
    await PLAN_WRITERS.text(plan, around);
  };
  await print(view, { ...PLAN_WRITERS, text }, output, surroundings);
  const total = new Set(planned.flatMap(({ hosts }) => hosts).map(({ target }) => target.host.name)).size;
  return exitCodeOfObservation({ changes: "none", detailed: "off", failures: planFailures(planned), total });
}
