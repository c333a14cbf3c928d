/**
 * Puts mutated and random inputs to every parser of the unit-file library; nothing may throw, and no input
 * may take long.
 */
import * as library from "../../src/unit-file.ts";
import { makeRandom, type Random } from "./random.ts";

/** What a run came to. slowest: of one parser on one input, in milliseconds. */
export type FuzzResult = {
  readonly inputs: number;
  readonly calls: number;
  readonly slowest: Slowest;
  readonly failures: readonly string[];
};
/** Where the time went. */
export type Slowest = { readonly milliseconds: number; readonly parser: string; readonly input: string };

/**
 * Runs so many inputs from a seed; now: a clock in milliseconds, best of processor time, which other programs
 * do not disturb.
 */
export function fuzz(count: number, seed: number, now: () => number): FuzzResult {
  const random = makeRandom(seed);
  const failures: string[] = [];
  let slowest: Slowest = { milliseconds: 0, parser: "none", input: "" };
  for (let index = 0; index < count; index++) {
    const input = makeInput(random);
    for (const [parser, parse] of PARSERS) {
      const start = now();
      const failure = attempt(parse, input);
      const milliseconds = now() - start;
      if (failure !== null && failures.length < 20)
        failures.push(`${parser} threw ${failure} on ${JSON.stringify(input)}`);
      if (milliseconds > slowest.milliseconds) slowest = { milliseconds, parser, input: input.slice(0, 200) };
    }
  }
  return { inputs: count, calls: count * PARSERS.length, slowest, failures };
}

function attempt(parse: (input: string) => unknown, input: string): string | null {
  try {
    parse(input);
    return null;
  } catch (error) {
    return String(error);
  }
}

const AFTER = Date.UTC(2026, 0, 1) * 1000;

const PARSERS: readonly (readonly [string, (input: string) => unknown])[] = [
  ["parseUnitFile", library.parseUnitFile],
  ["parseUnitFile of bytes", (input) => library.parseUnitFile(Buffer.from(input, "latin1"))],
  ["printUnitFile", (input) => library.printUnitFile(library.parseUnitFile(input))],
  ["editUnitFile", (input) => library.editUnitFile(input, EDITS)],
  [
    "effectiveUnit",
    (input) =>
      library.effectiveUnit(
        "web.service",
        HOST.map((path) => ({ path, content: input })),
      ),
  ],
  [
    "effectiveUnit of a name",
    (input) => library.effectiveUnit(input, [{ path: `/etc/systemd/system/${input}`, link: input }]),
  ],
  ["parseCalendarSpec", nextOf],
  ["parseTimeSpan", (input) => library.formatTimeSpan(library.parseTimeSpanMicroseconds(input) ?? 0n)],
  ["parseSize", library.parseSize],
  ["parsePercent", library.parsePercent],
  ["parseInteger", library.parseInteger],
  ["signalNumber", library.signalNumber],
  ["parseExitStatusSet", library.parseExitStatusSet],
  ["capabilitySet", (input) => library.capabilitySet("all", [input])],
  ["parseUnitName", library.parseUnitName],
  ["mangleUnitName", library.mangleUnitName],
  ["instantiate", (input) => library.instanceOf(library.instantiate("a@.service", input) ?? input)],
  ["escapePath", library.escapePath],
  ["unescapePath", library.unescapePath],
  ["unescapeUnitName", library.unescapeUnitName],
  [
    "readExecLine",
    (input) =>
      library
        .readExecLine(input)
        .commands.map(({ argv }) => library.expandArguments(argv, new Map([["A", input]]))),
  ],
  ["readEnvironmentFile", (input) => library.readEnvironmentFile(input, "fuzz")],
  ["expandSpecifiers", (input) => library.expandSpecifiers(input, { unit: input })],
  ["splitWords", library.splitWords],
  ["badValue", (input) => library.badValue("Service", "MemoryMax", input)],
  ["formatUnitValue", library.formatUnitValue],
  ["formatExecArgument", library.formatExecArgument],
];

const HOST = [
  "/etc/systemd/system/web.service",
  "/etc/systemd/system/web.service.d/a.conf",
  "/usr/lib/systemd/system/service.d/b.conf",
];
const EDITS: readonly library.UnitEdit[] = [
  { kind: "set", section: "Service", name: "ExecStart", value: "/bin/true" },
  { kind: "reset", section: "Service", name: "Environment" },
  { kind: "rename", section: "Unit", name: "After", to: "Wants" },
];

function nextOf(input: string): unknown {
  const spec = library.parseCalendarSpec(input);
  return spec === null ? null : [library.printCalendarSpec(spec), library.nextElapse(spec, AFTER)];
}

const SEEDS: readonly string[] = [
  '[Unit]\nDescription=Web\nAfter=network.target\n\n[Service]\nType=notify\nEnvironment=A=1 "B=x y"\nExecStart=/usr/bin/web --port $PORT \\\n  # note\n  -v\nMemoryMax=1.5G\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n',
  "[Timer]\nOnCalendar=Mon..Fri *-*-* 02:30:00 Europe/Berlin\nRandomizedDelaySec=5min 30s\n",
  "[Socket]\nListenStream=127.0.0.1:80\nListenStream=\n",
  ...[
    "Mon..Fri,Sun 2026..2030/2-1..12/3~1..28/7 0/2:*:0..59/1.5 UTC",
    "*-*~1 23:59 America/New_York",
    "quarterly",
    "@1800000000",
  ],
  ...[
    "1y 2month 3w 4d 5h 6min 7.5s 8ms 9us",
    "infinity",
    "1G 512M",
    "12.5%",
    "RTMIN+3 TEMPFAIL 255",
    "~CAP_CHOWN CAP_KILL",
  ],
  ...[
    "web-api@a\\x2db.service",
    "/mnt//go-cache/.",
    "-@/bin/sh sh -c \"echo $A $B $$\" \\; ; /bin/true 'x\\x41\\u00e9'",
    "A=\"x\ny\" \\\nB='z' # c\nexport C=1\n",
    "%n %I %H %% %Z",
  ],
];
const PIECES = [
  ..."\\\"'$%;#=[]@:!+-~*/., \t\n\r\0\ufeff\u00e9\ud800\ufdd0",
  "\\\n",
  "${",
  "..",
  "UTC",
  "1e9",
  "99999999999999999999",
  "\\x",
  "[Service]\n",
  "ExecStart=",
];

function makeInput(random: Random): string {
  const kind = random(10);
  if (kind === 0)
    return Array.from({ length: random(60) }, () =>
      String.fromCharCode(random(random(2) === 0 ? 128 : 65_536)),
    ).join("");
  if (kind === 1)
    return (PIECES[random(PIECES.length)] ?? "").repeat(1 + random(random(1000) === 0 ? 20_000 : 60));
  let text = SEEDS[random(SEEDS.length)] ?? "";
  for (let turns = 1 + random(4); turns > 0; turns--) text = mutate(text, random);
  return text;
}

function mutate(text: string, random: Random): string {
  const [at, length] = [random(text.length + 1), random(8)];
  const piece = random(3) === 0 ? (SEEDS[random(SEEDS.length)] ?? "") : (PIECES[random(PIECES.length)] ?? "");
  switch (random(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + piece + text.slice(at);
    case 2:
      return text.slice(0, at) + piece + text.slice(at + length);
    default:
      return text.slice(0, at) + text.slice(at, at + length).repeat(1 + random(20)) + text.slice(at + length);
  }
}
