/**
 * What the project's ignore rules did, in the words of every drift report: nothing is ignored silently, and
 * no rule dies unnoticed.
 */
import type { IgnoreRule } from "../../core/model/declared.ts";
import { hang, type Line, line, plural, styled } from "../lines/text.ts";
import type { DriftView } from "./drift-view.ts";

/** A rule with what it ignored, past its date, or without any effect: an entry each. */
export function ruleLines({ hosts, rules }: DriftView, columns: number): readonly Line[] {
  const counts = new Map<IgnoreRule, number>();
  for (const { rules: together } of hosts.flatMap(({ ignored }) => ignored)) {
    for (const rule of together) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  return [
    ...[...counts].flatMap(([rule, count]) =>
      hang(line(styled("dim", "ignored")), ` ${plural(count, "finding")} by ${sayRule(rule)}`, columns, 4),
    ),
    ...rules.expired.flatMap((rule) =>
      hang(line(styled("warn", "expired")), ` ${sayExpired(rule)}`, columns, 4),
    ),
    ...rules.unmatched.flatMap(({ rule, why }) =>
      hang(
        line(styled("dim", "unused")),
        ` ${sayRule(rule)} matched nothing${why === null ? "" : `: ${why}`}`,
        columns,
        4,
      ),
    ),
  ];
}

/** Why a rule past its date is something to fix. */
export function sayExpired(rule: IgnoreRule): string {
  return `${sayRule(rule)} is past its date and no longer applied: renew it, or remove it`;
}

/** Where it is, what it is for, why and until when. */
function sayRule({ place, what, host, because, until }: IgnoreRule): string {
  const where = host === null ? "" : ` on ${host}`;
  return `${place.file}:${place.line} (${what.kind} ${what.pattern}${where}, until ${until}: ${because})`;
}
