/**
 * What each key of a project's files is for, in a sentence: the text of docs/configuration.md and of the JSON
 * Schemas. Not loaded by any command but `schemas`.
 */

import { blockNotes } from "./blocks/blocks.ts";
import type { KeyNote } from "./key-note.ts";

/** The kinds of files that a project is written in, apart from values, which are free. */
export type ProjectFileKind = "service" | "inventory" | "playbook" | "project";

/**
 * Kind → path of a key → its note. `[]` stands for an item of a list, `*` for a name that the user chooses.
 */
export const keyNotes: Readonly<Record<ProjectFileKind, Readonly<Record<string, KeyNote>>>> = {
  service: {
    name: {
      says:
        "The service's name: it names its unit, its files and its folders on the hosts. Known before any " +
        "host is, so no template.",
      example: "name: web",
    },
    artifact: {
      says: "The program: what the project brings to the host. Without it the program is taken to be there.",
      example: 'artifact: { source: artifacts/web, version: "2.3.1", keep: 5 }',
    },
    "artifact.source": {
      says:
        "Where it is, from the project folder or from https:// (which needs its sha256): one executable, " +
        "a folder (a slash at its end), or a `.tar`, `.tar.gz`, `.tgz` or `.tar.zst`; see artifacts.md.",
    },
    "artifact.version": {
      says: "What it is called in folder names, in `status` and in `why`; text, so in quotes.",
      otherwise: "its sha256 alone",
    },
    "artifact.strip": { says: "How many leading parts the names in an archive lose.", otherwise: "0" },
    "artifact.sha256": {
      says:
        "What it must be (of a folder its tree's digest); another file is refused before any host is " +
        "asked.",
      otherwise: "computed and shown",
    },
    "artifact.signature": {
      says:
        "Whose signature it needs, checked before anything of it is sent: exactly one of minisign, ssh, " +
        "gpg and cosign.",
      example:
        "artifact:\n  source: artifacts/web\n" +
        "  signature: { minisign: RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3 }",
      otherwise: "none is asked for",
    },
    "artifact.signature.minisign": { says: "The public key: the second line of minisign.pub." },
    "artifact.signature.ssh": { says: "The public key: a line of id_ed25519.pub or its kin." },
    "artifact.signature.gpg": {
      says: "A file of the project with the public key, as `gpg --export` writes it, armored or not.",
    },
    "artifact.signature.cosign": {
      says: "A file of the project with the public key, as cosign writes cosign.pub.",
    },
    "artifact.signature.namespace": {
      says: "What an ssh signature was made for: the word behind `ssh-keygen -Y sign -n`.",
      otherwise: "file",
    },
    "artifact.signature.file": {
      says: "Where the signature is: a path from the project folder, or an https:// URL.",
      otherwise:
        "beside the artifact: .minisig, .sig (ssh), .asc or .sig (gpg), .sig or .sigstore.json (cosign)",
    },
    "artifact.keep": { says: "How many releases stay on the host.", otherwise: "5" },
    account: {
      says:
        "A system user with its group, created when missing, never changed or removed. Sets User= and " +
        "Group=.",
      example: "account: { user: web, groups: [adm] }",
    },
    "account.user": { says: "Its name." },
    "account.group": { says: "Its primary group.", otherwise: "the user's name" },
    "account.groups": { says: "Further groups, which must exist; none is ever taken away." },
    "account.home": { says: "Its home in passwd(5); the folder is not made.", otherwise: "/nonexistent" },
    unit: {
      says: 'Directives of [Unit] by their own names; a list repeats the directive, "" resets it.',
      example: "unit: { Description: Web, After: [network-online.target], Wants: network-online.target }",
    },
    service: {
      says: "Directives of [Service].",
      example:
        "service:\n  Type: notify\n  ExecStart: /opt/web/current/web --config /etc/web/config.yaml\n" +
        "  Restart: on-failure\n  RestartSec: 10s",
    },
    install: {
      says:
        "Directives of [Install]; the links they mean are made without `systemctl enable`. Also= may name " +
        "units of the same service.",
      otherwise: "WantedBy: multi-user.target",
      example: "install: { WantedBy: multi-user.target }",
    },
    instances: {
      says:
        "What runs from one template unit <service>@.service, by name; in directives %I is the name, and " +
        "the first is the canary of a change. docs/instances.md.",
      otherwise: "the service runs once",
      example: "instances: [blue, green]",
    },
    hardening: {
      says: "A set of sandboxing directives; a directive of your own wins over it. They are listed below.",
      otherwise: "off",
      example: "hardening: standard",
    },
    runtime: {
      says: "go: GOMAXPROCS and GOMEMLIMIT follow from CPUQuota= and MemoryMax= unless set.",
      example: "runtime: go",
    },
    timers: {
      says:
        "Jobs beside the service, each with its timer: directives of [Timer], and of the job's [Service] " +
        "and [Unit].",
      example: "timers: [{ name: rollup, OnCalendar: hourly, ExecStart: /opt/web/current/rollup }]",
    },
    "timers[].name": { says: "Names the units: <service>-<name>.timer and .service." },
    sockets: {
      says: "Sockets that systemd holds for the service: directives of [Socket], and of its [Unit].",
      example: "sockets: [{ ListenStream: 127.0.0.1:6060, FileDescriptorName: debug }]",
    },
    "sockets[].name": { says: "Names the unit <service>-<name>.socket.", otherwise: "<service>.socket" },
    paths: {
      says:
        "Paths that systemd watches: directives of [Path], and of the [Service] and [Unit] of the job " +
        "that is started. Without ExecStart= it starts the service itself.",
      example:
        "paths: [{ name: incoming, PathExistsGlob: /var/spool/web/*.job, ExecStart: " +
        "/opt/web/current/take-in }]",
    },
    "paths[].name": { says: "Names the units: <service>-<name>.path and .service." },
    dropins: {
      says:
        "Drop-ins for units that are not the project's: [Unit] and the section of the unit's type, as " +
        "systemd has them; an empty value resets a list.",
      example: "dropins: [{ unit: nginx.service, name: limits, Service: { LimitNOFILE: 65536 } }]",
    },
    "dropins[].unit": { says: "The full name of one unit; no template and no other name of it." },
    "dropins[].name": {
      says: "Names the file: svcdeploy-<service>-<name>.conf in the unit's folder of drop-ins.",
    },
    "dropins[].onChange": {
      says: "What a service that runs does when a directive changes that only a restart brings to it.",
      otherwise: "restart",
    },
    "dropins[].Unit": { says: "Directives of [Unit]." },
    "dropins[].Service": { says: "Directives of [Service]." },
    "dropins[].Socket": { says: "Directives of [Socket]." },
    "dropins[].Timer": { says: "Directives of [Timer]." },
    "dropins[].Path": { says: "Directives of [Path]." },
    "dropins[].Slice": { says: "Directives of [Slice]." },
    "dropins[].Mount": { says: "Directives of [Mount]." },
    "dropins[].Automount": { says: "Directives of [Automount]." },
    "dropins[].Swap": { says: "Directives of [Swap]." },
    environment: {
      says: "Variables, in a file that only root reads; quoted for systemd, no shell and no specifiers.",
      example: 'environment: { APP_ENV: "{{env}}" }',
    },
    secrets: {
      says: "Secret values by name, from one provider each. They are shown nowhere.",
      example: "secrets: { DB_PASSWORD: { env: DB_PASSWORD } }",
    },
    "secrets.*.env": { says: "A variable of the controller's environment." },
    "secrets.*.file": { says: "A file of the project that is not in Git." },
    "secrets.*.exec": { says: "A program and its arguments; what it prints. Run without a shell." },
    "secrets.*.deliver": {
      says:
        "How the process gets it: a variable, or a file below $CREDENTIALS_DIRECTORY, on the host " +
        "encrypted where systemd is 252 or later. docs/secrets.md.",
      otherwise: "environment",
    },
    files: {
      says: "Configuration files: exactly one of template, content and source each.",
      example:
        'files:\n  - path: /etc/web/config.yaml\n    template: web/config.yaml.hbs\n    mode: "0640"\n' +
        "    onChange: reload",
    },
    "files[].path": { says: "Its path on the host." },
    "files[].template": { says: "A Handlebars file below templates/." },
    "files[].content": { says: "Its text, itself a template." },
    "files[].source": { says: "A file of the project, copied as it is." },
    "files[].mode": {
      says: 'Its mode, as text; "0640" at most for a file that holds a secret.',
      otherwise: '"0644"',
    },
    "files[].owner": { says: "Whose it is.", otherwise: "root" },
    "files[].group": { says: "Its group.", otherwise: "root" },
    "files[].onChange": { says: "What the service does when it changes.", otherwise: "restart" },
    slice: {
      says:
        "A slice with directives of [Slice]: shared by the services that name it, nested by dashes in its " +
        "name. Limits apply without a restart.",
      example: "slice: { name: payments, MemoryMax: 2G, CPUQuota: 75% }",
    },
    "slice.name": { says: "Its name without .slice." },
    cache: {
      says:
        "A tmpfs at a path, as a mount unit that the service requires. A new size or option is a remount; " +
        "the rest needs a new mount, which empties it.",
      example: "cache: { path: /var/cache/web, size: 512M, owner: web, options: [noatime] }",
    },
    "cache.path": { says: "Where it is mounted." },
    "cache.size": { says: "Its size: 512M, 4G, or a share of the memory such as 10%." },
    "cache.mode": { says: "The mode of its root folder.", otherwise: '"0755"' },
    "cache.owner": { says: "Who owns it.", otherwise: "the account, else root" },
    "cache.group": { says: "Its group.", otherwise: "the account's, else root" },
    "cache.options": { says: "More options of mount(8), e.g. noatime." },
    "cache.Unit": { says: "More directives of the mount unit's [Unit]." },
    "cache.Mount": {
      says:
        "More directives of [Mount], without What, Where, Type and Options. They take effect at the next " +
        "mount or unmount.",
      example: "cache: { path: /var/cache/web, size: 512M, Mount: { TimeoutSec: 10s } }",
    },
    "cache.persist": {
      says:
        "Keeps its contents over unmounts and reboots: saved by a timer and at stop, restored at start. " +
        "docs/caches.md.",
      example:
        "cache: { path: /var/cache/web, size: 512M, owner: web, persist: { to: /var/lib/web/cache, " +
        "every: 15min } }",
    },
    "cache.persist.to": {
      says: "A folder below /var/lib, which systemd makes for the owner; it holds <service>.saved/cache.tar.",
    },
    "cache.persist.every": { says: "How often the timer saves it, 10s to 30d." },
    logrotate: {
      says:
        "A file in /etc/logrotate.d: options of logrotate(8) by their own names, `true` for those without " +
        "a value.",
      example:
        "logrotate: { paths: [/var/log/web/*.log], daily: true, rotate: 7, maxsize: 100M, compress: " +
        "true, copytruncate: true }",
    },
    "logrotate.paths": { says: "What is rotated." },
    "logrotate.su": { says: "As whom.", otherwise: "the service's user, unless the folder is root's" },
    "logrotate.su.user": { says: "The user." },
    "logrotate.su.group": { says: "The group." },
    "logrotate.postrotate": {
      says: "What the service does after a rotation: `reload`, or `{ signal: USR1 }` to its main process.",
      otherwise: "nothing",
    },
    "logrotate.postrotate.signal": { says: "HUP, USR1, USR2 or WINCH." },
    directories: {
      says: "Folders to create. They are never removed.",
      example: 'directories: [{ path: /var/lib/web, mode: "0750", owner: web, group: web }]',
    },
    "directories[].path": { says: "Where it is." },
    "directories[].mode": { says: "Its mode, as text.", otherwise: '"0755"' },
    "directories[].owner": { says: "Whose it is.", otherwise: "the account, else root" },
    "directories[].group": { says: "Its group.", otherwise: "the account's, else root" },
    health: {
      says:
        "Checks that must pass before a transaction is confirmed: exactly one of http, tcp and command " +
        "each.",
      example:
        "health: [{ http: http://127.0.0.1:8080/readyz, expect: { status: 200, json: { status: ok }, " +
        "within: 500ms } }]",
    },
    "health[].http": {
      says: "A URL, asked from the host through the SSH connection, so that the port may stay private.",
    },
    "health[].tcp": { says: "ADDRESS:PORT that accepts a connection." },
    "health[].command": {
      says: "A program and its arguments, run on the host without a shell; exit 0 is healthy.",
    },
    "health[].role": {
      says: "ready decides whether an apply is confirmed; live is asked by drift as well.",
      otherwise: "ready",
    },
    "health[].via": {
      says: "forward: through the SSH connection; host: curl on the host.",
      otherwise: "forward, and curl where that is refused",
    },
    "health[].expect": { says: "What the answer must be." },
    "health[].expect.status": { says: "The HTTP status.", otherwise: "200" },
    "health[].expect.json": { says: "Fields that the body must have." },
    "health[].expect.within": { says: "How long an answer may take.", otherwise: "5s" },
    settle: {
      says: "How long the process must stay the same before it counts as up.",
      otherwise: "10s",
      example: "settle: 10s",
    },
    lint: {
      says: "Lint rules to ignore for this service.",
      example: "lint: { ignore: [{ rule: SD060, because: the port is behind a firewall }] }",
    },
    "lint.ignore": { says: "Rules that are accepted." },
    "lint.ignore[].rule": { says: "Its name." },
    "lint.ignore[].because": { says: "Why." },
    ...blockNotes,
  },
  inventory: {
    protected: {
      says: "A production environment: apply asks for its name and works in batches.",
      otherwise: "false",
      example: "protected: true",
    },
    defaults: {
      says: "Any key of a host, for every host that does not say otherwise.",
      example: "defaults: { user: deploy, systemd: 252 }",
    },
    hosts: {
      says: "Name → host. A range in a name makes several hosts; ranges in its values advance with it.",
      example:
        'hosts:\n  "web[1:3]": { address: "10.0.0.1[1:3]" }\n' +
        "  db1: { address: 10.0.0.21, port: 2222, required: true }",
    },
    groups: {
      says: "Name → group.",
      example: 'groups:\n  web: { hosts: ["web*"], vars: { port: 8080 } }\n  all-of-it: { children: [web] }',
    },
    "groups.*.hosts": { says: "Hosts, or patterns of their names." },
    "groups.*.children": { says: "Other groups." },
    "groups.*.vars": { says: "Variables of its hosts; a host's own win." },
    ...hostNotes("defaults"),
  },
  playbook: {
    "[].play": {
      says: "Its name in plans and reports.",
      example:
        "- play: gateways\n  hosts: web:&prod:!web9\n  services: [web]\n" +
        "  rollout: { batches: [1, 25%, 100%], pause: 30s, maxUnreachable: 1 }",
    },
    "[].hosts": { says: "Which hosts, in Ansible's pattern grammar: web:&prod:!web9." },
    "[].services": { says: "Which services, by name." },
    "[].rollout": { says: "How the play reaches its hosts." },
    "[].rollout.batches": {
      says: "How many hosts at a time: counts and shares.",
      otherwise: "all at once; in a protected environment [1, 25%, 100%]",
    },
    "[].rollout.maxFailed": { says: "How many hosts may fail before the play ends.", otherwise: "0" },
    "[].rollout.maxUnreachable": { says: "How many hosts may be unreachable.", otherwise: "0" },
    "[].rollout.pause": { says: "How long to wait between batches.", otherwise: "0" },
    "[].rollout.healthyDeadline": {
      says: "How long a host's health checks may take to pass.",
      otherwise: "5min",
    },
  },
  project: {
    name: {
      says: "Names the ownership manifests on the hosts, so that two projects never fight over one service.",
      example: "name: shop",
    },
    drift: {
      says: "What `drift` does not report.",
      example:
        'drift: { ignore: [{ path: /etc/web/local.conf, because: tuned by hand, until: "2026-12-31" }] }',
    },
    "drift.ignore": { says: "Rules, each with exactly one of path, directive and unit." },
    "drift.ignore[].path": { says: "A path; * and ? match characters within one folder's name." },
    "drift.ignore[].directive": { says: "A directive, e.g. LimitNOFILE, in drop-ins that are not ours." },
    "drift.ignore[].unit": { says: "A unit in full, e.g. web.service." },
    "drift.ignore[].host": { says: "A host pattern.", otherwise: "every host" },
    "drift.ignore[].because": { says: "Why; every report shows it." },
    "drift.ignore[].until": { says: "The last day on which it holds, in UTC." },
  },
};

/** The keys of a host. */
function hostNotes(path: string): Readonly<Record<string, KeyNote>> {
  const notes: Readonly<Record<string, KeyNote>> = {
    address: { says: "Name or address.", otherwise: "the host's name" },
    port: { says: "SSH port.", otherwise: "22" },
    user: { says: "Who logs in.", otherwise: "root" },
    become: { says: "How it becomes root.", otherwise: "sudo, unless the user is root" },
    identity: { says: "A private key.", otherwise: "the agent, then the usual files" },
    knownHosts: { says: "A known_hosts file.", otherwise: "the user's and the system's" },
    labels: { says: "Free texts, for templates." },
    vars: { says: "Variables, for templates." },
    required: {
      says: "When it is unreachable, the run fails, whatever maxUnreachable says.",
      otherwise: "false",
    },
    systemd: { says: "The systemd version that units are written and checked for.", otherwise: "247" },
  };
  return Object.fromEntries(Object.entries(notes).map(([name, note]) => [`${path}.${name}`, note]));
}
