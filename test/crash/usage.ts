/** What `npm run crash` takes. */
import { parseArgs } from "node:util";
import { COUNTED_PARTS } from "./by-count.ts";

/** The whole of it, as --help prints it. */
export const USAGE = `npm run crash -- [OPTIONS]
Strikes transactions at the points at which they change something, and judges what is left.

  --world NAME      one world alone, or a version of systemd with its worlds: 247, 252, 257; an unknown one has
                    them all listed; without this, those with systemd are left out unless there is --full
  --full            every point in every mode, and pairs; goes on where test/crash/tally left off, and adds to it
  --turns N         of --full, single and recover: each point in so many of its modes, with systemd on so many of its
                    versions (in all)
  --limit N         ends after N cases
  --tally           prints what was run for the host scripts as they are; runs nothing
  --part NAME       slice, single, double, checks, recover (the recovery struck, power cuts, shutdowns) or deliver
                    (a delivery struck); or what is counted by itself: races (the confirmation against each undo),
                    deliveries (two at once), edits (by hand, and of folders above), controllers (two at once)
                    and links (cut at each stage and message, controller and host killed, decided in each state);
                    the last two need Docker, and a job of links is three hosts
  --races N         so many of a part that is counted by itself
  --number I        of such a part the one of this number alone, N times
  --case CASE       one case, whose logs are left in the folder for temporary files: APPLY/FINISH, faults as
                    "12:kill-before,40:EIO"; with systemd HOW NUMBER, as "undo fail 37": the line in commands.txt
  --first           ends at the first violation
  --seed N          which modes a slice takes, and which pairs (0)
  --jobs N          worlds at a time (2)
  --mutants         tries the patches of test/crash/mutants, each of which a test must notice
  --name TEXT       of the mutants those with this text in their names
  --help            prints this

Worlds without systemd need Linux, root and gcc; worlds with systemd need Docker.
`;

const PARTS = ["slice", "single", "double", "checks", "recover", "deliver"];

/** What was asked for. races, number: of a part that is counted by itself. */
export type Asked = {
  readonly world: string | undefined;
  readonly full: boolean;
  readonly turns: number;
  readonly limit: number;
  readonly tally: boolean;
  readonly part: string | undefined;
  readonly case: string | undefined;
  readonly races: number | undefined;
  readonly number: number | undefined;
  readonly first: boolean;
  readonly seed: string;
  readonly jobs: number;
  readonly mutants: boolean;
  readonly name: string;
  readonly help: boolean;
};

/** A command line that cannot be followed: exit 2, with the usage. */
export class BadUsage extends Error {}

/** Reads the command line. Throws BadUsage. */
export function readArguments(args: readonly string[]): Asked {
  const values = parse(args);
  const part = values.part;
  if (values.full === true && (part !== undefined || values.case !== undefined))
    throw new BadUsage("--full is every part: leave out --part and --case");
  if (part !== undefined && ![...PARTS, ...COUNTED_PARTS].includes(part))
    throw new BadUsage(`--part ${part}: there are ${[...PARTS, ...COUNTED_PARTS].join(", ")}`);
  return {
    world: values.world,
    full: values.full === true,
    turns: atMost("turns", values.turns),
    limit: atMost("limit", values.limit),
    tally: values.tally === true,
    part,
    case: values.case,
    races: values.races === undefined ? undefined : wholeNumber("races", values.races, 1),
    number: values.number === undefined ? undefined : wholeNumber("number", values.number, 0),
    first: values.first === true,
    seed: String(wholeNumber("seed", values.seed, 0)),
    jobs: wholeNumber("jobs", values.jobs, 1),
    mutants: values.mutants === true,
    name: values.name,
    help: values.help === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        world: { type: "string" },
        full: { type: "boolean" },
        turns: { type: "string" },
        limit: { type: "string" },
        tally: { type: "boolean" },
        part: { type: "string" },
        case: { type: "string" },
        races: { type: "string" },
        number: { type: "string" },
        first: { type: "boolean" },
        seed: { type: "string", default: "0" },
        jobs: { type: "string", default: "2" },
        mutants: { type: "boolean" },
        name: { type: "string", default: "" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new BadUsage(error instanceof Error ? error.message : String(error));
  }
}

const atMost = (name: string, text: string | undefined): number =>
  text === undefined ? Number.POSITIVE_INFINITY : wholeNumber(name, text, 1);

function wholeNumber(name: string, text: string, least: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (number < least) throw new BadUsage(`--${name} ${text}: it must be a whole number of at least ${least}`);
  return number;
}
