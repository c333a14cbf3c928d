/**
 * The files of a new project: small, complete, commented, and working as they stand on any host with systemd
 * and a shell.
 */
import { refuseName } from "../config/allow-lists.ts";
import type { Login } from "./login.ts";

/**
 * One file of the project: its path below the folder, what it is for in a few words, its text, and whether it
 * is a program.
 */
export type ProjectFile = {
  readonly path: string;
  readonly purpose: string;
  readonly text: string;
  readonly kind: "text" | "program";
};

/**
 * A new project's files in reading order. name: any text that the project may be called by, e.g. its
 * folder's; login null: an example host.
 */
export function makeProjectFiles(name: string, login: Login | null): readonly ProjectFile[] {
  const file = (path: string, purpose: string, text: string): ProjectFile => ({
    path,
    purpose,
    text,
    kind: "text",
  });
  return [
    file("svcdeploy.yaml", "the project's name", projectText(projectName(name))),
    file("inventory/prod.yaml", "the hosts of the environment prod", inventoryText(login)),
    file("values/base.yaml", "values for every environment", VALUES),
    file("services/heartbeat.yaml", "one service", SERVICE),
    file("templates/heartbeat/heartbeat.conf.hbs", "its configuration file", TEMPLATE),
    { path: "artifacts/heartbeat", purpose: "its program", text: PROGRAM, kind: "program" },
    file("playbooks/site.yaml", "which services go to which hosts", PLAYBOOK),
    file(".gitignore", "what stays out of Git", GITIGNORE),
  ];
}

/** Tells an editor with a YAML language server what may stand in the file. */
function schemaLine(kind: string, up: string): string {
  return `# yaml-language-server: $schema=${up}.svcdeploy/schemas/${kind}.schema.json\n`;
}

/** The nearest allowed name to a folder's name. */
function projectName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return refuseName(name) === null ? name : "my-project";
}

function projectText(name: string): string {
  return `${schemaLine("project", "")}# The project. Its name stands in the ownership manifest on every host, so that two projects never fight over one service.
name: ${name}
`;
}

function inventoryText(login: Login | null): string {
  const { name, address, user, port } = login ?? {
    name: "web1",
    address: "192.0.2.10",
    user: "deploy",
    port: null,
  };
  const more = `${user === null ? "" : `, user: ${scalar(user)}`}${port === null ? "" : `, port: ${port}`}`;
  const example = login === null ? "  # an example: put a host of your own here\n" : "";
  return `${schemaLine("inventory", "../")}# The production environment: \`--env prod\`. Another file here, inventory/staging.yaml, is another environment.

protected: true          # apply asks for the environment's name (or --yes), and goes host by host

defaults:                # for every host below; each may say otherwise
  systemd: 247           # the oldest systemd that units are written for; \`svcdeploy check\` says what the hosts have
  # user: deploy         # who logs in; root where nothing is said
  # become: sudo         # how it becomes root: sudo (without a password) for every user but root
  # identity: ~/.ssh/id_ed25519     # the private key; else the SSH agent and the usual files
  # knownHosts: known_hosts         # a known_hosts file of the project's own; else ~/.ssh/known_hosts

hosts:
${example}  ${scalar(name)}: { address: ${scalar(address)}${more} }
  # "web[2:9]": { address: "10.0.0.[2:9]" }   # a range: eight hosts in one line

# groups:
#   web: { hosts: [${name}] }
`;
}

/** A text as YAML: in quotes unless nothing could take it for anything else. */
function scalar(text: string): string {
  const plain =
    /^[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)*$/.test(text) &&
    !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

const VALUES = `# Values that every environment has. values/prod.yaml, where there is one, is laid over them; \`--set heartbeat.seconds=5\` over that.
# A service reads them as {{values.heartbeat.seconds}}; a missing one is an error, never an empty string.

heartbeat:
  version: "1"             # in quotes: a version is text
  seconds: 10
  message: still here
`;

const SERVICE = `${schemaLine("service", "../")}# A service that says every few seconds that it is there: \`journalctl -u heartbeat\` on the host shows it.
# It needs nothing but a shell. Change it, copy it, put your own program in its place.

name: heartbeat                        # → /etc/systemd/system/heartbeat.service

artifact:                              # the program; without this block it is taken to be on the host
  source: artifacts/heartbeat
  version: "{{values.heartbeat.version}}" # → /opt/heartbeat/releases/<version>-<sha12>/heartbeat; \`current\` points to it

unit:                                  # the [Unit] section, in systemd's own words
  Description: "Heartbeat of {{host.name}} ({{env}})"
  StartLimitIntervalSec: 60s           # given up after 5 starts in a minute; \`svcdeploy lint\` computes whether that can be

service:                               # the [Service] section: any directive that the host's systemd knows
  Type: exec                           # a program that is missing fails the start
  ExecStart: /opt/heartbeat/current/heartbeat /etc/heartbeat.conf
  Restart: on-failure
  RestartSec: 2s
  DynamicUser: yes                     # a user for as long as it runs; \`account: { user: heartbeat }\` makes one that stays
  RuntimeDirectory: heartbeat          # systemd makes /run/heartbeat for it

hardening: standard                    # off | standard | strict; a directive of your own above wins over it

files:
  - path: /etc/heartbeat.conf
    template: heartbeat/heartbeat.conf.hbs # in templates/
    mode: "0644"
    onChange: restart                  # restart | reload | none

health:                                # asked before an apply is confirmed; what is not well is put back as it was
  - command: [test, -s, /run/heartbeat/last] # it has beaten since it was started
    expect: { within: 2s }
settle: 3s                             # so long it has to run without a restart
`;

const TEMPLATE = `message={{values.heartbeat.message}}
seconds={{values.heartbeat.seconds}}
`;

const PROGRAM = `#!/bin/sh
# heartbeat CONFIG: prints a line every few seconds and writes the time of the last one to /run/heartbeat/last.
set -eu
message='' seconds=10
while IFS='=' read -r key value; do
  case $key in
    message) message=$value ;;
    seconds) seconds=$value ;;
  esac
done <"$1"
while :; do
  date >"\${RUNTIME_DIRECTORY:-/run/heartbeat}/last"
  printf '%s\\n' "$message"
  sleep "$seconds"
done
`;

const PLAYBOOK = `${schemaLine("playbook", "../")}# Which services go to which hosts, and how they roll out. Plays run in this order, each finished before the next.

- play: everything
  hosts: all               # a pattern as in Ansible: hosts and groups, \`web:&prod\` in both, \`all:!web1\` without, \`web*\`
  services: [heartbeat]    # on each host they change together or not at all: one transaction
  rollout:
    batches: [1, 25%, 100%] # one host, then a quarter, then the rest; after a failure nobody else is started
    healthyDeadline: 30s   # so long a host may take to become healthy before it is put back
`;

const GITIGNORE = `# Private keys and secrets never belong into Git; a service names them by \`secrets: { NAME: { file: secrets/name } }\`.
secrets/
*.key
id_*
# What \`svcdeploy render --out rendered\` writes: secrets are in it.
rendered/
# Schemas for the editor: \`svcdeploy schemas\` writes them.
.svcdeploy/
`;
