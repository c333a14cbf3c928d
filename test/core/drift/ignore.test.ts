/** Ignore rules: what they match, when they end, and that nothing they ignore is lost. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ignoreFindings, openRules, unmatchedRules } from "../../../src/core/drift/ignore.ts";
import type { Host, IgnoreRule } from "../../../src/core/model/declared.ts";
import type { Finding } from "../../../src/core/model/plan.ts";
import { findDrift } from "../../../src/core/plan/drift.ts";
import {
  type HostSpec,
  makeObservation,
  makeResource,
  makeTarget,
  withApplied,
} from "../plan/host-builder.ts";

const place = { file: "svcdeploy.yaml", line: 4, column: 7 };
const TODAY = "2026-11-21";
const UNIT = "/etc/systemd/system/app.service";

function rule(kind: IgnoreRule["what"]["kind"], pattern: string, more: Partial<IgnoreRule> = {}): IgnoreRule {
  return { what: { kind, pattern }, host: null, because: "known", until: TODAY, place, ...more };
}

const unitText = (...lines: readonly string[]): string =>
  ["[Service]", "ExecStart=/bin/app", ...lines, ""].join("\n");
const resources = [
  makeResource({ kind: "file", path: "/etc/app/a.conf", content: "a" }),
  makeResource({ kind: "file", role: "unit", path: UNIT, content: unitText("LimitNOFILE=1000") }),
  makeResource({ kind: "unit", unit: "app.service", path: UNIT }),
];
const target = makeTarget(resources);
const NAMED: readonly Host[] = [target.host];

const WELL: HostSpec = {
  paths: { "/etc/app/a.conf": { content: "a" }, [UNIT]: { content: unitText("LimitNOFILE=1000") } },
  units: { "app.service": { FragmentPath: UNIT } },
};
const merge = ({ paths, units, ...more }: HostSpec): HostSpec => ({
  ...more,
  paths: { ...WELL.paths, ...paths },
  units: { "app.service": { FragmentPath: UNIT, ...units?.["app.service"] } },
});

const EDITED: HostSpec = { paths: { "/etc/app/a.conf": { content: "x" } } };
const stopped: HostSpec = { units: { "app.service": { ActiveState: "inactive" } } };
const dropIn = (text: string | null): HostSpec => ({
  units: { "app.service": { DropInPaths: "/etc/systemd/system/app.service.d/x.conf" } },
  dropIns: { "/etc/systemd/system/app.service.d/x.conf": text },
});
const limits = (...lines: readonly string[]): HostSpec => ({
  paths: { [UNIT]: { content: unitText(...lines) } },
});

function split(
  host: HostSpec,
  rules: readonly IgnoreRule[],
  today = TODAY,
): { readonly kept: readonly string[]; readonly ignored: number } {
  const observation = withApplied(target, makeObservation(merge(host), resources));
  const { kept, ignored } = ignoreFindings(
    findDrift(target, observation),
    "web1",
    openRules(rules, NAMED, today),
    observation,
  );
  return { kept: kept.map(({ kind }) => kind), ignored: ignored.length };
}

describe("a rule", () => {
  test.each<[string, HostSpec, readonly IgnoreRule[], readonly string[]]>([
    ["for a path", EDITED, [rule("path", "/etc/app/a.conf")], []],
    ["for paths, within one folder", EDITED, [rule("path", "/etc/app/*.conf")], []],
    ["for paths, not across folders", EDITED, [rule("path", "/etc/*.conf")], ["content"]],
    ["for another host", EDITED, [rule("path", "/etc/app/a.conf", { host: "all:!web1" })], ["content"]],
    ["for this host", EDITED, [rule("path", "/etc/app/a.conf", { host: "web*" })], []],
    [
      "for a host that nobody knows",
      EDITED,
      [rule("path", "/etc/app/a.conf", { host: "all:!wbe2" })],
      ["content"],
    ],
    ["for a unit", stopped, [rule("unit", "app.service")], []],
    ["for another unit", stopped, [rule("unit", "pp.service")], ["not-running"]],
    ["for a unit and its file", limits("LimitNOFILE=9"), [rule("unit", "app.service")], []],
    ["for a directive", limits("LimitNOFILE=9"), [rule("directive", "LimitNOFILE")], []],
    [
      "for one of two directives",
      limits("LimitNOFILE=9", "Nice=3"),
      [rule("directive", "LimitNOFILE")],
      ["content"],
    ],
    [
      "for both directives",
      limits("LimitNOFILE=9", "Nice=3"),
      [rule("directive", "LimitNOFILE"), rule("directive", "Nice")],
      [],
    ],
    [
      "for a directive, not for mere layout",
      limits("LimitNOFILE=1000", "# by hand"),
      [rule("directive", "LimitNOFILE")],
      ["content"],
    ],
    [
      "for a directive, not for a missing file",
      { paths: { [UNIT]: null } },
      [rule("directive", "LimitNOFILE")],
      ["missing"],
    ],
    [
      "for a drop-in's path",
      dropIn("[Service]\nNice=1\n"),
      [rule("path", "/etc/systemd/system/app.service.d/*")],
      [],
    ],
    ["for a drop-in's directives", dropIn("[Service]\nNice=1\n"), [rule("directive", "Nice")], []],
    [
      "for a part of a drop-in",
      dropIn("[Service]\nNice=1\nUser=eve\n"),
      [rule("directive", "Nice")],
      ["foreign-drop-in"],
    ],
    ["for a drop-in that cannot be read", dropIn(null), [rule("directive", "Nice")], ["foreign-drop-in"]],
    [
      "for a drop-in that sets nothing",
      dropIn("# nothing\n"),
      [rule("directive", "Nice")],
      ["foreign-drop-in"],
    ],
  ])("%s", (_name, host, rules, expected) => {
    expect(split(host, rules).kept).toEqual(expected);
  });

  test("holds through its last day and not a day longer", () => {
    expect(split(EDITED, [rule("path", "/etc/app/a.conf")], "2026-11-21")).toEqual({ kept: [], ignored: 1 });
    expect(split(EDITED, [rule("path", "/etc/app/a.conf")], "2026-11-22")).toEqual({
      kept: ["content"],
      ignored: 0,
    });
    expect(openRules([rule("unit", "a.service")], NAMED, "2026-11-22").expired).toHaveLength(1);
  });

  test("that ignored nothing is told, with the reason where there is one", () => {
    const rules = openRules(
      [rule("path", "/nothing"), rule("path", "/x", { host: "wbe1" }), rule("unit", "app.service")],
      NAMED,
      TODAY,
    );
    const observation = withApplied(target, makeObservation(merge(stopped), resources));
    const { ignored } = ignoreFindings(findDrift(target, observation), "web1", rules, observation);
    expect(unmatchedRules(rules, ignored).map(({ rule: { what }, why }) => [what.pattern, why])).toEqual([
      ["/nothing", null],
      ["/x", 'there is no host or group "wbe1"'],
    ]);
  });

  test("never accepts what our own runs left open", () => {
    const transactions = [{ id: "a".repeat(32), state: "AWAIT" }];
    expect(split({ transactions }, [rule("unit", "a".repeat(32)), rule("path", "/*")])).toEqual({
      kept: ["unfinished-transaction"],
      ignored: 0,
    });
  });
});

test("every finding is either kept or ignored by rules that hold", () => {
  const anyRule = fc.record({
    kind: fc.constantFrom("path" as const, "directive" as const, "unit" as const),
    pattern: fc.constantFrom("/etc/app/*", "/*/*/a.????", "LimitNOFILE", "Nice", "app.service", "*"),
    until: fc.constantFrom("2026-11-20", "2026-11-21", "2027-01-01"),
  });
  const anyHost = fc.constantFrom(EDITED, stopped, dropIn("[Service]\nNice=1\n"), limits("Nice=3"), {});
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 5 }), anyHost, (written, host) => {
      const rules = openRules(
        written.map(({ kind, pattern, until }) => rule(kind, pattern, { until })),
        NAMED,
        TODAY,
      );
      const observation = withApplied(target, makeObservation(merge(host), resources));
      const found: readonly Finding[] = findDrift(target, observation);
      const { kept, ignored } = ignoreFindings(found, "web1", rules, observation);
      expect(new Set([...kept, ...ignored.map(({ finding }) => finding)])).toEqual(new Set(found));
      expect(kept.length + ignored.length).toBe(found.length);
      for (const each of ignored) expect(each.rules.every(({ until }) => until >= TODAY)).toBe(true);
    }),
  );
});
