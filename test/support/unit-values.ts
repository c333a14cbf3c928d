/**
 * Generators of values for unit files, mostly such as systemd takes: for properties, and for the comparison
 * with the real tools.
 */
import fc from "fast-check";

const number = (min: number, max: number): fc.Arbitrary<string> => {
  const digits = fc.integer({ min, max });
  return fc
    .tuple(digits, fc.boolean())
    .map(([value, padded]) => (padded ? String(value).padStart(2, "0") : String(value)));
};

function range(min: number, max: number): fc.Arbitrary<string> {
  const [low, high, step] = [
    number(min, Math.ceil((min + max) / 2)),
    number(Math.floor((min + max) / 2), max),
    number(1, Math.ceil((max - min) / 3)),
  ];
  return fc.oneof(
    { weight: 5, arbitrary: number(min, max) },
    fc.tuple(low, high).map(([from, to]) => `${from}..${to}`),
    fc.tuple(low, step).map(([from, every]) => `${from}/${every}`),
    fc.tuple(low, high, step).map(([from, to, every]) => `${from}..${to}/${every}`),
  );
}

function field(min: number, max: number): fc.Arbitrary<string> {
  const list = fc.array(range(min, max), { minLength: 1, maxLength: 3 }).map((ranges) => ranges.join(","));
  return fc.oneof(fc.constant("*"), range(min, max), range(min, max), list);
}

const weekday = fc.constantFrom("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Monday", "sunday", "WED");
const weekdays = fc.oneof(
  weekday,
  fc.tuple(weekday, fc.constantFrom("..", "-", ","), weekday).map((parts) => parts.join("")),
);
const year = fc.constantFrom(
  "*",
  "*",
  "*",
  "2026",
  "2027",
  "2026..2030",
  "2024/4",
  "26",
  "2099",
  "2000..2100/7",
);
const monthEnd = fc.tuple(field(1, 12), field(1, 28)).map((parts) => parts.join("~"));
const monthDay = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(field(1, 12), field(1, 31)).map((parts) => parts.join("-")) },
  { weight: 1, arbitrary: monthEnd },
);
const date = fc.oneof(
  monthDay,
  fc.tuple(year, monthDay).map((parts) => parts.join("-")),
);
const fraction = fc.integer({ min: 0, max: 999_999 });
const second = fc.oneof(
  { weight: 3, arbitrary: field(0, 59) },
  fc.tuple(number(0, 59), fraction).map((parts) => parts.join(".")),
  fc.tuple(number(1, 20), number(0, 9)).map(([whole, tenth]) => `0/${whole}.${tenth}`),
);
const time = fc.oneof(
  fc.tuple(field(0, 23), field(0, 59)).map((parts) => parts.join(":")),
  fc.tuple(field(0, 23), field(0, 59), second).map((parts) => parts.join(":")),
);
const shorthand = fc.constantFrom(
  ...[
    "minutely",
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "yearly",
    "annually",
    "semiannually",
    "biannually",
    "Daily",
    "@1800000000",
    "@1",
  ],
);
/**
 * Zones whose rules have not changed for long, so that every version's zone data agrees; Dublin's winter time
 * is what glibc calls daylight saving.
 */
const zone = fc.constantFrom(
  ...[
    "UTC",
    "utc",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Chatham",
    "Europe/berlin",
  ],
);
const sometimes = (part: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(""), part);

/** A calendar expression; about one in ten is one that systemd refuses. */
export const calendarExpression = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.tuple(sometimes(weekdays), sometimes(date), sometimes(time)) },
      { weight: 1, arbitrary: fc.tuple(shorthand) },
    ),
    sometimes(zone),
  )
  .map(([parts, place]) => [...parts, place].filter((part) => part !== "").join(" "))
  .filter((text) => text !== "");

const unit = fc.constantFrom(
  ..."s sec second seconds m min minutes h hr hour d days w week M month y years ms msec us usec µs".split(
    " ",
  ),
  "",
  "",
  "x",
);
const amount = fc.oneof(
  fc.nat(1000).map(String),
  fc.tuple(fc.nat(99), fc.nat(999_999)).map((parts) => parts.join(".")),
  fc.nat(99).map((digits) => `.${digits}`),
  fc.constantFrom("18446744073709551614", "9223372036854775807", "583000", "+1", "-1", "1.", "1.2.3"),
);
const term = fc
  .tuple(amount, fc.constantFrom("", " "), unit, fc.constantFrom("", " ", "\t"))
  .map((parts) => parts.join(""));

/** A time span; about one in three is one that systemd refuses. */
export const timeSpan = fc.array(term, { minLength: 1, maxLength: 3 }).map((terms) => terms.join(""));

const joined = (pieces: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength }).map((parts) => parts.join(""));

/** Text for the modes of systemd-escape: names, paths, and what is neither. */
export const nameText = joined(
  [
    "/",
    "/",
    "-",
    ".",
    "..",
    "a",
    "b",
    "@",
    "\\x2d",
    "\\",
    "x2",
    " ",
    "é",
    "*",
    ".service",
    ".mount",
    "dev",
    "/dev/",
    ":",
    "_",
  ],
  7,
);

/** The text of an environment file. */
export const environmentText = joined(
  [
    ...[
      "A=",
      "B=",
      "C=",
      "1",
      "x y",
      "'",
      '"',
      "\\",
      "\n",
      "\n",
      "\n",
      " ",
      "\t",
      "#",
      ";",
      "$",
      "`",
      "=",
      "export D=",
      "\r",
      "é",
      "\\\n",
      "#c\n",
    ],
    ...[
      '"a b"',
      "'c d'",
      '\\"',
      "  A = ",
      "B = x",
      "2=",
      "_x=3",
      "A-b=1",
      "\\n",
      "\f",
      "\u00a0",
      "\\ ",
      "'\\''",
      "\n;c \\\n",
    ],
  ],
  14,
);

const braced = (name: string): string => `\${${name}}`;

/** Arguments and more behind the program of an Exec line; `$` with an open brace or as the zeroth argument after `@` is left out. */
export const execArguments = joined(
  [
    ...[
      "a",
      "b c",
      " ",
      " ",
      " ",
      '"',
      '"',
      "'",
      "$ONE",
      braced("ONE"),
      "$TWO",
      braced("TWO"),
      "$EMPTY",
      "$NOPE",
      braced("NOPE"),
      "$$",
      "$",
      "{",
      "}",
      ";",
      " ; /root/args ",
    ],
    ...[
      " \\; ",
      "\\n",
      "\\x41",
      "\\xc3\\xa9",
      "\\101",
      "\\u00e9",
      "\\s",
      "\\q ",
      '\\"',
      "é",
      "%%",
      '"x y"',
      "'$ONE'",
      "-",
      "\\x00",
      "\\777",
      "$1",
      '""',
      "#",
    ],
  ],
  9,
);

/** The text of a unit file with Description= and Documentation=, and lines that are wrong. */
export const unitText = joined(
  [
    ...[
      "[Unit]\n",
      "[Unit]\n",
      "[Service]\n",
      "[X-Ours]\n",
      "Description=",
      "Description=one\n",
      "Documentation=http://a\n",
      "Documentation=http://b \\\n",
      "Documentation=\n",
    ],
    ...[
      "\\\n",
      "\n",
      "\n",
      "\r\n",
      "\r",
      "# note\n",
      "; note \\\n",
      "  ",
      "x",
      "\\",
      "=",
      "[",
      "]",
      "[Open\n",
      "é",
      "\u00a0",
      "\ufeff",
      "\ufdd0",
      "\0",
      "junk\n",
      " Description = two \\\n  more\n",
    ],
  ],
  12,
);
