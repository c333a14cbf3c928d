/**
 * JUnit XML: one suite a play, one case a host; mistakes in the project's files are cases of a suite of their
 * own.
 */
import type { IgnoreRule } from "../../core/model/declared.ts";
import { sayExpired } from "../drift/drift-rules.ts";
import { type HostEnd, hostEnds } from "./host-ends.ts";
import { originText, pathOf, type ReportFormat, type RunLog } from "./run-log.ts";

/**
 * Characters of one case's text; what a terminal shows is rarely more, and servers refuse files of many
 * megabytes.
 */
const MAX_TEXT = 16_000;
/** Characters of all texts together. */
const MAX_ALL_TEXTS = 8_000_000;

type Case = {
  readonly name: string;
  readonly file: string | null;
  readonly milliseconds: number;
  readonly result: Result;
};
type Result = {
  readonly kind: "passed" | "failure" | "error" | "skipped";
  readonly message: string;
  readonly text: string;
};
type Suite = { readonly name: string; readonly cases: readonly Case[] };

/** The log as JUnit XML. Commit, tree, run and exit code stand in each suite's properties. */
export const junitReport: ReportFormat = (log, redact) => {
  const attribute = (text: string): string => escapeXml(redact(text).replace(/\s+/g, " "));
  const suites = suitesOf(log);
  const room = Math.min(
    MAX_TEXT,
    Math.floor(MAX_ALL_TEXTS / Math.max(1, suites.flatMap((suite) => suite.cases).length)),
  );
  const write = { attribute, text: (text: string) => escapeXml(cut(redact(text), room)) };
  const body = suites.map((suite) => suiteXml(suite, log, write)).join("");
  const name = attribute(`svcdeploy ${log.command} ${log.environment ?? ""}`.trim());
  const sums = counts(suites.flatMap((suite) => suite.cases));
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<testsuites name="${name}" ${sums} time="${seconds(log.durationMilliseconds)}">\n${body}</testsuites>\n`
  );
};

type XmlWriter = { readonly attribute: (text: string) => string; readonly text: (text: string) => string };

function suitesOf(log: RunLog): readonly Suite[] {
  const plays = new Map<string, Case[]>();
  for (const end of hostEnds(log)) plays.set(end.play, [...(plays.get(end.play) ?? []), caseOf(end)]);
  const rules = (log.drift?.rules.expired ?? []).map((rule): Case => expiredCase(rule, log));
  const suites = [
    ...[...plays].map(([name, cases]): Suite => ({ name, cases })),
    ...(rules.length === 0 ? [] : [{ name: "ignore rules", cases: rules }]),
  ];
  return log.error === null ? suites : [{ name: "project", cases: errorCases(log) }, ...suites];
}

function caseOf(end: HostEnd): Case {
  const kind = { well: "passed", "not-well": "failure", lost: "error", skipped: "skipped" } as const;
  const message = end.title === "" ? end.status : `${end.status}: ${end.title}`;
  return {
    name: end.host,
    file: null,
    milliseconds: end.milliseconds,
    result: { kind: kind[end.end], message, text: end.text() },
  };
}

/** A skipped case: it is to be seen, and what it no longer ignores is a failure of its host anyway. */
function expiredCase(rule: IgnoreRule, log: RunLog): Case {
  const file = pathOf(log, rule.place);
  return {
    name: `${file}:${rule.place.line}`,
    file,
    milliseconds: 0,
    result: { kind: "skipped", message: sayExpired(rule), text: "" },
  };
}

function errorCases(log: RunLog): readonly Case[] {
  const { error } = log;
  if (error === null) return [];
  const text = `${error.message}${error.hint === null ? "" : `\nhint: ${error.hint}`}`;
  if (error.problems.length === 0)
    return [
      {
        name: error.code,
        file: null,
        milliseconds: 0,
        result: { kind: "error", message: error.message, text },
      },
    ];
  return error.problems.map(({ place, message, hint, excerpt }) => {
    const detail = [message, excerpt, hint === null ? "" : `hint: ${hint}`]
      .filter((part) => part !== "")
      .join("\n");
    const file = pathOf(log, place);
    return {
      name: `${file}:${place.line}:${place.column}`,
      file,
      milliseconds: 0,
      result: { kind: "failure", message, text: detail },
    };
  });
}

function suiteXml(suite: Suite, log: RunLog, write: XmlWriter): string {
  const properties = {
    commit: log.origin.commit,
    tree: log.origin.tree,
    run: log.origin.run,
    exitCode: String(log.exitCode),
    about: originText(log),
  };
  const lines = Object.entries(properties).map(
    ([name, value]) => `      <property name="${name}" value="${write.attribute(value)}"/>\n`,
  );
  const time = suite.cases.reduce((sum, each) => sum + each.milliseconds, 0);
  const head =
    `  <testsuite name="${write.attribute(suite.name)}" ${counts(suite.cases)} ` +
    `time="${seconds(time)}" timestamp="${new Date(log.startedAt).toISOString()}">\n`;
  const className = write.attribute(
    ["svcdeploy", log.command, log.environment ?? "", suite.name].filter((part) => part !== "").join("."),
  );
  const cases = suite.cases.map((each) => caseXml(each, className, write)).join("");
  return `${head}    <properties>\n${lines.join("")}    </properties>\n${cases}  </testsuite>\n`;
}

function caseXml(each: Case, className: string, write: XmlWriter): string {
  const file = each.file === null ? "" : ` file="${write.attribute(each.file)}"`;
  const head =
    `    <testcase name="${write.attribute(each.name)}" classname="${className}"${file} ` +
    `time="${seconds(each.milliseconds)}"`;
  const { kind, message, text } = each.result;
  if (kind === "passed" && text === "") return `${head}/>\n`;
  if (kind === "passed")
    return `${head}>\n      <system-out>${write.text(text)}</system-out>\n    </testcase>\n`;
  const result = `<${kind} message="${write.attribute(message)}">${write.text(text)}</${kind}>`;
  return `${head}>\n      ${result}\n    </testcase>\n`;
}

function counts(cases: readonly Case[]): string {
  const of = (kind: Result["kind"]): number => cases.filter((each) => each.result.kind === kind).length;
  const bad = `failures="${of("failure")}" errors="${of("error")}"`;
  return `tests="${cases.length}" ${bad} skipped="${of("skipped")}"`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room)}\n… (cut)`;
}

/**
 * XML 1.0 knows no control characters, no lone surrogates and neither U+FFFE nor U+FFFF, not even escaped.
 */
function escapeXml(text: string): string {
  const legal = text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
  return legal
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
