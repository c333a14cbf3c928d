/** A run that its own plan knows to stop is not begun, and says what to type. */
import { expect, test } from "vitest";
import { ConnectError, HostError, type SvcdeployError } from "../../../src/core/errors.ts";
import type { Rollout } from "../../../src/core/model/declared.ts";
import { knownStop } from "../../../src/core/plan/known-stop.ts";
import { outlookOf } from "../../../src/core/plan/outlook.ts";
import type { PlannedHost, PlannedPlay } from "../../../src/core/plan/planned.ts";
import { emptyPlan, plannedHost, samplePlay } from "../../report/samples.ts";

const RECORDS = ["web.service"];
const busy = (name: string): PlannedHost => plannedHost(name, { ...emptyPlan(name), records: RECORDS });
const idle = (name: string): PlannedHost => plannedHost(name, emptyPlan(name));
const lost = (name: string, error: SvcdeployError): PlannedHost => ({ ...plannedHost(name, null), error });
const away = (name: string): PlannedHost => lost(name, new ConnectError("unreachable", name, "no answer"));
const refusing = (name: string, code = "masked"): PlannedHost =>
  plannedHost(name, {
    ...emptyPlan(name),
    records: RECORDS,
    notices: [{ severity: "error", code, text: "no" }],
  });
const required = ({ target, ...host }: PlannedHost): PlannedHost => ({
  ...host,
  target: { ...target, host: { ...target.host, required: true } },
});

const playOf = (hosts: readonly PlannedHost[], more: Partial<Rollout> = {}): PlannedPlay => {
  const play = samplePlay("site");
  return { play: { ...play, rollout: { ...play.rollout, batches: ["100%"], ...more } }, hosts };
};
const why = (...plays: readonly PlannedPlay[]): string | null =>
  knownStop({ environment: "prod", plays })?.why ?? null;

test.each<[string, readonly PlannedHost[], Partial<Rollout>, string | null]>([
  ["all can be reached", [busy("a"), busy("b")], {}, null],
  ["one is away", [busy("a"), away("b")], {}, "b unreachable (maxUnreachable 0)"],
  ["one may be away", [busy("a"), away("b")], { maxUnreachable: 1 }, null],
  ["a required one", [busy("a"), required(away("b"))], { maxUnreachable: 1 }, "b required and unreachable"],
  ["nothing would be left half done", [idle("a"), away("b")], {}, null],
  ["beside the one that fails all are begun", [busy("a"), refusing("b")], {}, null],
  ["hosts behind it", [busy("a"), refusing("b"), busy("c")], { batches: [1] }, "b will fail (maxFailed 0)"],
  ["it is the last", [busy("a"), busy("b"), refusing("c")], { batches: [1] }, null],
  ["one may fail", [refusing("a"), busy("b")], { batches: [1], maxFailed: 1 }, null],
])("%s", (_name, hosts, rollout, expected) => {
  expect(why(playOf(hosts, rollout))).toBe(expected);
});

test("a later play is not begun either", () => {
  expect(why(playOf([refusing("a")]), playOf([busy("b")]))).toBe("a will fail (maxFailed 0)");
  expect(why(playOf([busy("b")]), playOf([refusing("a")]))).toBe(null);
});

test("the advice leaves out every host that is in the way, within what was selected", () => {
  const plays = [playOf([busy("a"), away("b"), refusing("c")])];
  expect(knownStop({ environment: "prod", plays })?.advice).toBe(
    "Leave out what is in the way: --limit 'all:!c:!b'. Or tolerate it in the play site: rollout: { maxFailed: 1, maxUnreachable: 1 }.",
  );
  expect(knownStop({ environment: "prod", plays, limit: "web*" })?.advice).toContain("--limit 'web*:!c:!b'");
  const none = [playOf([busy("a"), required(away("b"))], { maxUnreachable: 1 })];
  expect(knownStop({ environment: "prod", plays: none })?.advice).toBe(
    "Leave out what is in the way: --limit 'all:!b'.",
  );
});

test.each([
  ["locked", "locked"],
  ["stale", "conflict"],
  ["masked", "host-step"],
])("a refusal for %s is an error %s", (notice, code) => {
  const outlook = outlookOf(refusing("a", notice));
  expect(outlook.kind === "lost" ? outlook.error : null).toBeInstanceOf(HostError);
  expect(outlook.kind === "lost" ? outlook.error.code : null).toBe(code);
});

test("a host that moved is left out where the operator wants that", () => {
  const skipping = { stale: "skip", movedSince: () => [] } as const;
  expect(outlookOf({ ...refusing("a", "stale"), review: skipping })).toEqual({ kind: "left-out", why: "no" });
});
