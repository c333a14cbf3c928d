/** Generators of values for unit files, mostly such as systemd takes: for properties, and for the comparison with the real tools. */
import fc from "fast-check";

const number = (min: number, max: number): fc.Arbitrary<string> => {
  const digits = fc.integer({ min, max });
  return fc.tuple(digits, fc.boolean()).map(([value, padded]) => (padded ? String(value).padStart(2, "0") : String(value)));
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
const year = fc.constantFrom("*", "*", "*", "2026", "2027", "2026..2030", "2024/4", "26", "2099", "2000..2100/7");
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
/** Zones whose rules have not changed for long, so that every version's zone data agrees; Dublin's winter time is what glibc calls daylight saving. */
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
