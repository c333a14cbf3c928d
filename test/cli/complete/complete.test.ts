/** What completion offers, by the real table of commands; and bash's lines, read and written. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { quoteForBash, readBashLine } from "../../../src/cli/complete/bash-line.ts";
import { complete } from "../../../src/cli/complete/complete.ts";
import type { ProjectNames } from "../../../src/project/names.ts";

const BREAKS = " \t\n\"'><=;|&(:";

const names = (folder: string): ProjectNames => ({
  environments: async () => ["prod", "staging"],
  hosts: async (environment) =>
    environment === null ? ["web1", "web2", "db1"] : [`${environment}1`, "bad\nname", `${folder}-host`],
  groups: async () => ["webs"],
  services: async () => ["api", "etcd"],
  instances: async (service) => ["blue", "green"].map((name) => `${service}@${name}`),
  valueKeys: async () => ["etcd.quota"],
});

async function offered(line: string): Promise<readonly string[]> {
  const completion = await complete(COMMANDS, readBashLine(`svcdeploy ${line}`, BREAKS), names);
  return completion.kind === "words"
    ? completion.candidates.map(({ text }) => text)
    : [`${completion.kind}:${completion.prefix}`];
}

test.each([
  ["pl", ["plan"]],
  ["--v", ["--version"]],
  ["plan --ou", ["--output", "--out"]],
  ["plan --env prod --en", []],
  ["plan --service api --serv", ["--service"]],
  ["plan --service api e", ["etcd"]],
  ["plan --env prod ", []],
  ["plan --no-such-option ", []],
  ["plan --no-such-option=", []],
  ["plan --detailed-exitcode=", []],
  ["plan -- --en", []],
  ["nonsense --en", []],
  ["plan --output ", ["text", "json", "markdown"]],
  ["plan --env=prod --limit ", ["all", "webs", "prod1", ".-host"]],
  ["plan --env prod --project there --limit th", ["there-host"]],
  ["plan --limit 'web[1:3]:&we", ["web[1:3]:&webs", "web[1:3]:&web1", "web[1:3]:&web2"]],
  ["plan --limit web1,!d", ["web1,!db1"]],
  ["plan --report json=a j", ["junit=", "json="]],
  ["plan --values ", ["files:"]],
  ["plan --project=", ["folders:--project="]],
  ["plan --report=junit=", ["files:--report=junit="]],
  ["apply ", ["files:"]],
  ["apply saved.plan ", []],
  ["rollback ", ["api", "etcd"]],
  ["rollback api ", []],
  ["rollback --env prod api ", []],
  ["logs api ", ["etcd"]],
  ["logs api@", ["api@blue", "api@green"]],
  ["logs --env prod api@g", ["api@green"]],
  ["why api@w", ["api@web1", "api@web2"]],
  ["explain ", ["api", "etcd"]],
  ["explain api w", ["web1", "web2"]],
  ["env --env prod api pr", ["prod1"]],
  ["explain api web1 ", []],
  ["graph --format ", ["text", "mermaid", "dot", "svg", "json"]],
  ["lint ", ["files:"]],
  ["lint --systemd 25", ["252", "257"]],
  ["completion z", ["zsh"]],
])("svcdeploy %s", async (line, expected) => {
  expect(await offered(line)).toEqual(expected);
});

test.each(COMMANDS.map((command) => [command] as const))(
  "$name is offered with every option that it has",
  async (command) => {
    expect(await offered("")).toContain(command.name);
    expect(await offered(`${command.name} --`)).toEqual([
      ...Object.keys(command.options).map((name) => `--${name}`),
      "--help",
    ]);
  },
);

test.each([
  ["svcdeploy plan a:b", { current: "a:b", kept: 2, quote: "" }],
  ["svcdeploy plan a\\:b", { current: "a:b", kept: 0, quote: "" }],
  ["svcdeploy plan --limit='a:b", { current: "--limit=a:b", kept: 8, quote: "'" }],
  ['svcdeploy plan "a b', { current: "a b", kept: 0, quote: '"' }],
  ["svcdeploy plan ", { current: "", kept: 0, quote: "" }],
])("%s", (line, expected) => {
  expect(readBashLine(line, BREAKS)).toMatchObject(expected);
});

test("what is written for bash, bash reads as the word", () => {
  const word = fc.string({
    unit: fc.constantFrom(..." '\"\\$`!*?[]{}()<>|&;#~ä€-=:@%aZ0"),
    minLength: 1,
    maxLength: 12,
  });
  const samples = fc.sample(fc.tuple(word, fc.constantFrom("" as const, "'" as const, '"' as const)), 300);
  const script = samples
    .map(([text, quote]) => `printf '%s\\n' x${quote}${quoteForBash(text, quote)}${quote}`)
    .join("\n");
  const read = execFileSync("bash", ["-c", script], { encoding: "utf8" }).split("\n");
  expect(read.slice(0, -1)).toEqual(samples.map(([text]) => `x${text}`));
});
