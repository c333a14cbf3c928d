/** Notes on the keys of a service file that make its program and its units. */
import type { KeyNote } from "./key-note.ts";

/** Path of a key → its note, as in key-notes.ts. */
export const serviceUnitNotes: Readonly<Record<string, KeyNote>> = {
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
  "artifact.version.command": {
    says:
      "Instead of a text: the program, a path in the release or an absolute one, and its arguments. It is " +
      "run in the release's folder, as the service's user and never as root. See artifacts.md.",
    example:
      "artifact:\n  source: artifacts/web\n" +
      '  version: { command: [web, --version], match: "version ([0-9.]+)" }',
  },
  "artifact.version.match": {
    says:
      "A pattern over what it prints: its first group, or all of it, is the version. A subset of regular " +
      "expressions.",
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
};
