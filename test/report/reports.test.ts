/**
 * The report files: each format of each way in which a command may end, what hostile words may not do in
 * them, and their caps.
 */
import { expect, test } from "vitest";
import type { Problem } from "../../src/core/errors.ts";
import { makeRedactor } from "../../src/core/redact.ts";
import { Secret } from "../../src/core/secret.ts";
import { annotations } from "../../src/report/files/annotations.ts";
import { REPORT_FORMATS } from "../../src/report/files/report-formats.ts";
import { REPORT_KINDS, type ReportKind } from "../../src/report/files/report-kinds.ts";
import type { RunLog } from "../../src/report/files/run-log.ts";
import { COMMIT, LOGS } from "./sample-logs.ts";
import { CANARY, sampleFailure, sampleReport } from "./samples.ts";

const EXTENSIONS: Readonly<Record<ReportKind, string>> = {
  junit: "xml",
  markdown: "md",
  json: "json",
  ndjson: "ndjson",
  github: "md",
  gitlab: "json",
  prometheus: "prom",
};
const plain = (text: string): string => text;
const all = Object.entries(LOGS).flatMap(([name, log]) =>
  REPORT_KINDS.map((kind) => [name, kind, log] as const),
);

/**
 * Elements that are open at the end, or the first end tag that fits nothing: enough of XML to see a broken
 * escape.
 */
function unbalanced(xml: string): readonly string[] {
  const open: string[] = [];
  const body = xml.replace(/^<\?xml[^>]*\?>\n/, "");
  for (const [, end, name, rest] of body.matchAll(
    /<(\/?)([a-z-]+)((?: [a-zA-Z]+="[^"<>&]*(?:&(?:amp|lt|gt|quot);[^"<>&]*)*")*\/?)>/g,
  )) {
    if (end === "/" && open.pop() !== name) return [name ?? ""];
    if (end === "" && !rest?.endsWith("/")) open.push(name ?? "");
  }
  const text = body.replace(/<[^<>]*>/g, "");
  return /[<>]|&(?!(?:amp|lt|gt|quot);)/.test(text) ? ["text"] : open;
}

test.each(all.filter(([, kind]) => kind !== "github" && kind !== "json" && kind !== "ndjson"))(
  "%s as %s",
  async (name, kind, log) => {
    await expect(REPORT_FORMATS[kind](log, plain)).toMatchFileSnapshot(
      `golden/reports/${name}-${kind}.${EXTENSIONS[kind]}`,
    );
  },
);

test.each(all)("%s as %s: names the commit, is well formed, and holds no secret", (name, kind, log) => {
  const redact = makeRedactor([new Secret("TOKEN", CANARY)]).redact;
  const text = REPORT_FORMATS[kind](log, redact);
  expect(text).not.toContain(CANARY);
  if (kind !== "gitlab" || name === "mistake") expect(text).toContain(COMMIT);
  if (kind !== "gitlab") expect(text).toContain("dirty");
  if (kind === "json" || kind === "gitlab") JSON.parse(text);
  if (kind === "ndjson") for (const line of text.trimEnd().split("\n")) JSON.parse(line);
  if (kind === "junit") expect(unbalanced(text)).toEqual([]);
  if (kind === "prometheus")
    expect(text).toMatch(
      /^(?:(?:# (?:HELP|TYPE) svcdeploy_.*|svcdeploy_[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\} [0-9.]+)\n)+$/i,
    );
});

const HOSTILE = `</failure>]]>&amp;"'<x a="b">\u0000\u001b[31m\ufffe\ud800 |@team \`\`\`\n::error::boo\n::set-output name=a::b %0A%3A "}\nsvcdeploy_x 1\\`;
const hostile: RunLog = {
  ...LOGS.apply,
  events: [
    {
      type: "run-finished",
      exitCode: 1,
      reports: [
        { ...sampleFailure("db2"), message: HOSTILE, journal: [{ unit: "etcd.service", lines: [HOSTILE] }] },
      ],
    },
  ],
};

test("a host's words break no format", () => {
  expect(unbalanced(REPORT_FORMATS.junit(hostile, plain))).toEqual([]);
  expect(REPORT_FORMATS.junit(hostile, plain)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/);
  JSON.parse(REPORT_FORMATS.json(hostile, plain));
  expect(REPORT_FORMATS.prometheus(hostile, plain)).not.toMatch(/^svcdeploy_x/m);
  const markdown = REPORT_FORMATS.markdown(hostile, plain);
  const outside = markdown.replace(/(`{3,})diff\n[\s\S]*?\n\1\n/g, "");
  expect(outside).not.toMatch(/@team|<x|::error/);
});

test("annotations: one command a line, nothing of a message can begin another", () => {
  const lines = annotations({ ...hostile, error: LOGS.mistake.error }, plain);
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toMatch(/^::error [^\n\r]*$/);
  expect(lines[0]).toBe(
    '::error file=deploy/services/etcd.yaml,line=7,col=3,title=svcdeploy::unknown key "sevice": 100%25 <wrong>, sorry%0Ahint: did you mean "service"?',
  );
  expect(lines[2]).toContain("file=deploy/playbooks/site.yaml,line=1,col=1,title=db2%3A rolled-back::");
  expect(annotations(LOGS.drift, plain).map((line) => line.slice(0, 20))).toEqual([
    "::warning file=deplo",
    "::warning title=db1%",
    "::error title=db3%3A",
  ]);
});

test("a secret with characters that a format escapes is found before it is escaped", () => {
  const value = 'a"b<c>&d_e*f\\g';
  const { redact } = makeRedactor([new Secret("TOKEN", value)]);
  const log: RunLog = {
    ...LOGS.apply,
    error: { code: "host-step", message: `said ${value}`, hint: `and ${value}`, problems: [] },
    events: [
      {
        type: "run-finished",
        exitCode: 1,
        reports: [sampleReport("db1", { status: "failed", message: `said ${value}` })],
      },
    ],
  };
  for (const kind of REPORT_KINDS) {
    const text = REPORT_FORMATS[kind](log, redact);
    expect(text).not.toContain("a&quot;b");
    expect(text).not.toMatch(/d(?:_|&#95;)e/);
  }
  expect(annotations(log, redact).join("\n")).not.toContain("d_e");
});

test("caps: 60 kB of Markdown, 8 MB of JUnit text, 41 annotations, whatever the fleet", () => {
  const long = sampleFailure("db").journal.map((part) => ({
    ...part,
    lines: Array.from({ length: 400 }, (_, index) => `line ${index} ${"x".repeat(80)}`),
  }));
  const reports = Array.from({ length: 600 }, (_, index) => ({
    ...sampleFailure(`db${index}`),
    message: `${index}`,
    journal: long,
  }));
  const log: RunLog = { ...LOGS.apply, events: [{ type: "run-finished", exitCode: 5, reports }] };
  const markdown = REPORT_FORMATS.markdown(log, plain);
  expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(60_000);
  expect(markdown).toMatch(/^<!-- svcdeploy:apply:prod:deploy -->\n/);
  expect(markdown).toContain("left out");
  expect(REPORT_FORMATS.junit(log, plain).length).toBeLessThanOrEqual(10_000_000);
  expect(annotations(log, plain)).toHaveLength(41);
  const problems = Array.from({ length: 5000 }, () => LOGS.mistake.error.problems[0]);
  expect(
    Buffer.byteLength(
      REPORT_FORMATS.markdown({ ...LOGS.mistake, error: { ...LOGS.mistake.error, problems } }, plain),
    ),
  ).toBeLessThanOrEqual(60_000);
});

test("a mistake keeps its fingerprint while lines move, two alike have two", () => {
  const [first] = LOGS.mistake.error.problems;
  const moved = { ...first, place: { ...first.place, line: 70 } };
  const prints = (problems: readonly Problem[]): readonly string[] =>
    (
      JSON.parse(
        REPORT_FORMATS.gitlab({ ...LOGS.mistake, error: { ...LOGS.mistake.error, problems } }, plain),
      ) as { fingerprint: string }[]
    ).map((issue) => issue.fingerprint);
  expect(prints([moved])).toEqual(prints([first]));
  expect(new Set(prints([first, moved])).size).toBe(2);
});
