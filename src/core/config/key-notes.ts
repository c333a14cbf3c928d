/**
 * What each key of a project's files is for, in a sentence: the text of docs/configuration.md and of the JSON
 * Schemas. Not loaded by any command but `schemas`.
 */

import { blockNotes } from "./blocks/blocks.ts";
import type { KeyNote } from "./key-note.ts";
import { serviceDataNotes } from "./service-data-notes.ts";
import { serviceUnitNotes } from "./service-unit-notes.ts";

/** The kinds of files that a project is written in, apart from values, which are free. */
export type ProjectFileKind = "service" | "inventory" | "playbook" | "project";

/**
 * Kind → path of a key → its note. `[]` stands for an item of a list, `*` for a name that the user chooses.
 */
export const keyNotes: Readonly<Record<ProjectFileKind, Readonly<Record<string, KeyNote>>>> = {
  service: {
    ...serviceUnitNotes,
    ...serviceDataNotes,
    ...blockNotes,
  },
  inventory: {
    protected: {
      says: "A production environment: apply asks for its name and works in batches.",
      otherwise: "false",
      example: "protected: true",
    },
    ansible: {
      says:
        "Ansible's inventories, relative to this file: a file, a folder, a program, or a list of them. " +
        "What is written here is laid over them.",
      example: "ansible: ../hosts.ini",
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
      says:
        "How long a unit may take to start (in a restart the limit of its stop comes on top), and a host's " +
        "health checks to pass.",
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
    connectTimeout: { says: "How long connecting and logging in may take, 1s to 10m.", otherwise: "10s" },
    labels: { says: "Free texts, for templates." },
    vars: { says: "Variables, for templates." },
    required: {
      says: "When it is unreachable, the run fails, whatever maxUnreachable says.",
      otherwise: "false",
    },
    sharedHost: {
      says: "Several environments of this project use it, so none of them is refused.",
      otherwise: "false",
    },
    systemd: { says: "The systemd version that units are written and checked for.", otherwise: "247" },
  };
  return Object.fromEntries(Object.entries(notes).map(([name, note]) => [`${path}.${name}`, note]));
}
