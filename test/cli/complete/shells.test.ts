/**
 * Completion in the real shells, in a terminal: what is typed with Tabs, and the words that the command gets
 * when Enter is pressed.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCRIPTS, type Shell } from "../../../src/cli/complete/scripts.ts";
import { main } from "../../support/dist.ts";
import { runInPty } from "../../support/pty.ts";

const PROMPT = "ready> ";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-shells-"));
  const files = {
    // Completes as the real one; whatever else it is given, it writes down.
    "bin/svcdeploy": `#!/bin/sh\n[ "$1" != __complete ] || exec "${process.execPath}" "${main}" "$@"\nfor word in "$@"; do printf '%s\\n' "$word"; done >"${folder}/words"\n`,
    "scripts/bash": `PS1='${PROMPT}'\n${SCRIPTS.bash}`,
    "scripts/.zshrc": `PS1='${PROMPT}'\nfpath+=(${folder}/zsh)\nautoload -Uz compinit && compinit -u -d ${folder}/zcompdump\n`,
    "scripts/fish": `function fish_prompt; echo -n '${PROMPT}'; end\nset -g fish_greeting\n${SCRIPTS.fish}`,
    "zsh/_svcdeploy": SCRIPTS.zsh,
    "project/svcdeploy.yaml": "name: tried\n",
    "project/inventory/prod.yaml":
      'hosts:\n  web[1:3]: {}\n  "db one": {}\n  "x$(touch ran)y": {}\n  mail.example.net: {}\ngroups:\n  webs: { hosts: ["web[1:3]"] }\n',
    "project/inventory/dev.yaml": "hosts:\n  desk: {}\n",
    "project/inventory/broken.yaml": "hosts:\n  half: {}\n  bad: [\n",
    "project/services/api.yaml": "name: api\n",
    "project/services/etcd.yaml": "name: etcd\n",
    "project/services/torn.yaml": "name: [\n",
    "project/values/base.yaml": "etcd: { quota: 1 }\n",
    "project/a file.yaml": "",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(shell: Shell): readonly string[] {
  if (shell === "bash") return ["bash", "--noprofile", "--rcfile", join(folder, "scripts/bash"), "-i"];
  if (shell === "zsh") return ["zsh", "-i"];
  return ["fish", "--no-config", "--init-command", `source ${folder}/scripts/fish`];
}

/** The words that the command gets of this line; \t is the Tab key. */
async function typed(shell: Shell, line: string): Promise<readonly string[]> {
  const path = `${join(folder, "bin")}:${process.env.PATH ?? ""}`;
  const env = { PATH: path, HOME: folder, ZDOTDIR: join(folder, "scripts"), TERM: "xterm", LANG: "C.UTF-8" };
  rmSync(join(folder, "words"), { force: true });
  let isTyped = false;
  const { shown } = await runInPty(start(shell), {
    env,
    cwd: join(folder, "project"),
    watch: (text, type) => {
      if (isTyped || !text.includes(PROMPT)) return;
      isTyped = true;
      type(`${line}\rexit\r`);
    },
  });
  expect(shown).not.toMatch(/not found|rror:/);
  return readFileSync(join(folder, "words"), "utf8").trimEnd().split("\n");
}

describe.each(["bash", "zsh", "fish"] as const)("%s", (shell) => {
  test.each([
    ["a command", "pl\t", ["plan"]],
    ["an option", "plan --detai\t", ["plan", "--detailed-exitcode"]],
    [
      "an environment, and then a service",
      "plan --env pr\t --service ap\t",
      ["plan", "--env", "prod", "--service", "api"],
    ],
    [
      "behind an equals sign",
      "plan --env=pr\t --output mark\t",
      ["plan", "--env=prod", "--output", "markdown"],
    ],
    ["a host with a blank", "plan --env prod --limit db\t", ["plan", "--env", "prod", "--limit", "db one"]],
    [
      "the last term of a pattern in quotes",
      "plan --env prod --limit 'webs:!mai\t",
      ["plan", "--env", "prod", "--limit", "webs:!mail.example.net"],
    ],
    [
      "a group behind a colon",
      "plan --env prod --limit desk:web\ts",
      ["plan", "--env", "prod", "--limit", "desk:webs"],
    ],
    [
      "a name that is shell syntax",
      "plan --env prod --limit x\t",
      ["plan", "--env", "prod", "--limit", "x$(touch ran)y"],
    ],
    ["a broken inventory", "plan --env broken --limit ha\t", ["plan", "--env", "broken", "--limit", "half"]],
    ["a broken service", "verify --service to\t", ["verify", "--service", "torn"]],
    [
      "another folder",
      "plan --project ../project --env de\t",
      ["plan", "--project", "../project", "--env", "dev"],
    ],
    ["a key that goes on", "plan --set et\t2", ["plan", "--set", "etcd.quota=2"]],
    ["a file", "plan --values a\\ f\t", ["plan", "--values", "a file.yaml"]],
    ["a file behind an equals sign", "plan --values=a\\ f\t", ["plan", "--values=a file.yaml"]],
    ["a file of a report", "plan --report jun\ta\\ f\t", ["plan", "--report", "junit=a file.yaml"]],
    ["a folder", "plan --project inv\t", ["plan", "--project", "inventory"]], // zsh takes the slash off again
    ["a host behind a service", "why --env prod api@db\t", ["why", "--env", "prod", "api@db one"]],
    ["a host behind the @ alone", "why --env dev api@\t", ["why", "--env", "dev", "api@desk"]],
    ["nothing to complete", "plan --valid-for a\t", ["plan", "--valid-for", "a"]],
  ])("%s", async (_name, line, words) => {
    const got = await typed(shell, `svcdeploy ${line}`);
    expect(got.map((word) => word.replace(/\/$/, ""))).toEqual(words);
  });
});
