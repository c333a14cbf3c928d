/**
 * `svcdeploy adopt HOST UNIT…`: the service files of units that a host already has. Reads the host, writes
 * only into the project.
 */
import { adopt as adoptUnits } from "../../core/adopt/adopt.ts";
import type { AdoptFacts, LiveUnit } from "../../core/adopt/host-facts.ts";
import { refuseUnit } from "../../core/adopt/refuse-unit.ts";
import { UsageError } from "../../core/errors.ts";
import { EXIT } from "../../core/exit-code.ts";
import type { Host, Project } from "../../core/model/declared.ts";
import { sanitizeLine } from "../../core/sanitize.ts";
import { readUnits } from "../../deploy/adopt.ts";
import { writeService } from "../../project/write-service.ts";
import { type AdoptOutcome, type AdoptResult, adoptText } from "../../report/adopt-text.ts";
import type { Arguments, OptionValues } from "../options/arguments.ts";
import type { ADOPT } from "../options/by-command.ts";
import { selectionOf } from "../options/selection.ts";
import type { Surroundings } from "../surroundings.ts";
import { loadSelected } from "../workspace.ts";
import { askHost, hostOf } from "./ask-host.ts";

/**
 * Writes the files and tells what to do next; 1 when a unit was not adopted. Throws UsageError, ConfigError,
 * and what kept the host from answering.
 */
export async function adopt(
  { options, operands }: Arguments<typeof ADOPT>,
  surroundings: Surroundings,
): Promise<number> {
  const selection = selectionOf(options);
  const { supervisord, into } = options;
  if (supervisord !== null) {
    const { adoptSupervisord } = await import("./adopt-supervisord.ts");
    return await adoptSupervisord({ options, operands }, supervisord, surroundings);
  }
  const { hostName, units } = questionOf(operands, options);
  const project = await loadSelected(selection, surroundings);
  const host = hostOf(project, hostName);
  const facts = await askHost(project, options, surroundings, (context) => readUnits(host, units, context));
  const outcomes: AdoptOutcome[] = [];
  const insert = into === null ? null : (await import("./adopt-into.ts")).insertUnits;
  if (into !== null && insert !== null) outcomes.push(...(await insert(into, facts, host, project, options)));
  else
    for (const group of groupUnits(facts))
      outcomes.push(await adoptOne(group, { facts, host, project, options }, surroundings));
  const printed = outcomes.flatMap((outcome) => (outcome.kind === "printed" ? [outcome.result.text] : []));
  if (printed.length > 0) surroundings.stdout.write(printed.join("\n"));
  const told = options.stdout ? surroundings.stderr : surroundings.stdout;
  told.print(adoptText(outcomes, host.name, project.environment, surroundings.stdout.columns));
  return outcomes.some((outcome) => outcome.kind === "refused" || !isSame(outcome.result))
    ? EXIT.failed
    : EXIT.done;
}

type AdoptQuestion = { readonly hostName: string; readonly units: readonly string[] };

function questionOf(
  [hostName, ...words]: readonly string[],
  { name, into }: OptionValues<typeof ADOPT>,
): AdoptQuestion {
  const example = "svcdeploy adopt web1 billing --env prod";
  if (hostName === undefined || words.length === 0)
    throw new UsageError("Which units of which host? Name them as HOST UNIT…", example);
  const beside = words.find((word) => COMPANION.test(word));
  if (beside !== undefined && into === null)
    throw new UsageError(
      `${sanitizeLine(beside)} is adopted together with its service`,
      "Name the service that it starts: its sockets, timers and paths become part of its file. For " +
        "drop-ins of a package's unit: --into SERVICE.",
    );
  const units = [
    ...new Set(
      words.map((word) => (word.endsWith(".service") || COMPANION.test(word) ? word : `${word}.service`)),
    ),
  ];
  const bad = units.find(
    (unit) =>
      !/^[A-Za-z0-9:_][A-Za-z0-9:_.\\@-]{0,200}\.(?:service|socket|timer|path)$/.test(unit) ||
      /^[^@]*@\.[a-z]+$/.test(unit),
  );
  if (bad !== undefined)
    throw new UsageError(
      `${JSON.stringify(bad)} is not a service that can be adopted`,
      `Name a service; of a template, name the instances: ${example}`,
    );
  if (name !== null && units.length > 1) throw new UsageError("--name works with one UNIT only", example);
  if (name !== null && into !== null)
    throw new UsageError(
      "--name writes a new service file and --into adds to an existing one: use " + "one of them",
    );
  return { hostName, units };
}

/** What is beside a service. */
const COMPANION = /\.(?:socket|timer|path)$/;

type Group = readonly [LiveUnit, ...LiveUnit[]];

/** Instances of one template are one service. */
function groupUnits({ units }: AdoptFacts): readonly Group[] {
  const groups = Map.groupBy(units, ({ unit }) =>
    unit.includes("@") ? unit.slice(0, unit.indexOf("@")) : unit,
  );
  return [...groups.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [[first, ...more] as const],
  );
}

type Order = {
  readonly facts: AdoptFacts;
  readonly host: Host;
  readonly project: Project;
  readonly options: OptionValues<typeof ADOPT>;
};

async function adoptOne(
  group: Group,
  { facts, host, project, options }: Order,
  { stdout, stderr }: Surroundings,
): Promise<AdoptOutcome> {
  for (const live of group) {
    const reason = refuseUnit(live, facts);
    if (reason !== null) return { kind: "refused", unit: live.unit, reason };
  }
  const result = {
    ...adoptUnits(group, facts, options.name, { host, env: project.environment, values: project.values }),
    key: null,
  };
  const secrets = [...result.adopted.secrets.values()].map(({ value }) => value);
  stdout.protect(secrets);
  stderr.protect(secrets);
  if (options.stdout) return { kind: "printed", result };
  const known = project.services.find(({ name }) => name === result.adopted.name);
  if (known !== undefined)
    return {
      kind: "refused",
      unit: result.adopted.unit,
      reason: `${known.file} already declares ${known.name}; choose another name with --name`,
    };
  if (!isSame(result) && !options.force) return { kind: "withheld", result };
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(result.adopted.name)) return { kind: "withheld", result };
  await writeService(project.root, result.file, result.text);
  return { kind: "written", result };
}

function isSame({ adopted, gaps }: AdoptResult): boolean {
  return gaps.length === 0 && adopted.obstacles.length === 0;
}
