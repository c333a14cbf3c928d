/** The logrotate file of a service (logrotate(8)). */

import type { Problem } from "../errors.ts";
import type { FileResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { folderOf } from "../unit-file/path-name.ts";
import { formatLogrotatePath } from "../unit-file/quote.ts";
import { makeFile } from "./make-file.ts";
import { effectiveValues, MANAGED, makeProblem } from "./unit-text.ts";

/**
 * /etc/logrotate.d/<service>, or nothing. Its `su` line is there unless the logs lie in a directory of
 * root's: root's logrotate must not work in a directory that the service can write to.
 */
export function renderLogrotateFile(service: Service, problems: Problem[]): readonly FileResource[] {
  const logrotate = service.logrotate;
  if (logrotate === null) return [];
  const refuse: Refuse = (message, hint = null) =>
    void problems.push(makeProblem(logrotate.place, message, hint));
  const paths = logrotate.paths.map((path) => {
    const quoted = formatLogrotatePath(path);
    if (!quoted.ok) refuse(`The log path ${JSON.stringify(path)} cannot be written: ${quoted.reason}`);
    return quoted.ok ? quoted.text : "";
  });
  if (paths.length === 0) refuse("logrotate needs at least one path");
  for (const option of logrotate.options) reportOption(option, refuse);
  reportCreate(service, refuse);
  const options = logrotate.options.map(({ name, value }) => (value === null ? name : `${name} ${value}`));
  const su = findSu(service);
  if (su !== null && ![su.user, su.group].every((name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)))
    refuse(`logrotate cannot run as ${su.user}:${su.group}`);
  const body = [
    ...options,
    ...(su === null ? [] : [`su ${su.user} ${su.group}`]),
    ...postrotateOf(service, refuse),
  ].map((line) => `    ${line}`);
  const text = [MANAGED, `${paths.join(" ")} {`, ...body, "}", ""].join("\n");
  return [makeFile(service.name, "logrotate", `/etc/logrotate.d/${service.name}`, text)];
}

type Refuse = (message: string, hint?: string | null) => void;
type Su = { readonly user: string; readonly group: string };

/** Options that run programs or read other files: they would make text of the project a root shell script. */
const REFUSED = new Set(
  "prerotate postrotate firstaction lastaction preremove endscript include su tabooext taboopat".split(" "),
);

function reportOption(
  option: { readonly name: string; readonly value: string | null },
  refuse: Refuse,
): void {
  if (REFUSED.has(option.name))
    refuse(
      `The logrotate option ${option.name} is not supported yet`,
      option.name === "su" ? "Write su: with user and group." : null,
    );
  else if (!/^[a-z]+$/.test(option.name))
    refuse(`${JSON.stringify(option.name)} cannot be a logrotate option`, null);
  if (
    ["compresscmd", "uncompresscmd"].includes(option.name) &&
    !/^(?:\/[A-Za-z0-9._+-]+)+$/.test(option.value ?? "")
  )
    refuse(`${option.name} takes the path of a program`, "Its options go to compressoptions.");
  if (!/^[A-Za-z0-9 ./%:_+-]*$/.test(option.value ?? "")) {
    refuse(
      `The value of the logrotate option ${option.name} cannot be written: ${JSON.stringify(option.value)}`,
      "Use letters, digits, blanks and . / % : _ + -",
    );
  }
}

/**
 * The lines that tell the service of a rotation. The script is ours; of the project only a service's name and
 * a signal of four are in it. logrotate runs it as root, also under su. A service that does not run has
 * nothing to reopen. --kill-who is understood by systemd 247 to 257.
 */
function postrotateOf(service: Service, refuse: Refuse): readonly string[] {
  const logrotate = service.logrotate;
  if (logrotate === null || logrotate.postrotate === null) return [];
  const { postrotate, options } = logrotate;
  const canReload =
    effectiveValues(service.service, "ExecReload").length > 0 ||
    effectiveValues(service.service, "Type").at(-1) === "notify-reload";
  if (postrotate.do === "reload" && !canReload)
    refuse(
      `postrotate: reload needs ExecReload= in ${service.name}`,
      "Or write postrotate: { signal: USR1 }.",
    );
  const act = postrotate.do === "reload" ? "reload" : `kill --kill-who=main --signal=${postrotate.signal}`;
  const isChosen = options.some(({ name }) => name === "sharedscripts" || name === "nosharedscripts");
  return [
    ...(isChosen ? [] : ["sharedscripts"]),
    "postrotate",
    ...toldUnits(service, act).map((line) => `    ${line}`),
    "endscript",
  ];
}

/**
 * Instances that do not run are left out: a pattern alone would meet one that failed, and the whole rotation
 * would count as failed.
 */
function toldUnits({ name, instances }: Service, act: string): readonly string[] {
  if (instances.length === 0)
    return [`if systemctl --quiet is-active ${name}.service; then systemctl ${act} ${name}.service; fi`];
  return [
    `set -- $(systemctl list-units --full --plain --no-legend --state=active '${name}@*.service' | cut ` +
      "-d ' ' -f 1)",
    `if [ $# -gt 0 ]; then systemctl ${act} -- "$@"; fi`,
  ];
}

/**
 * logrotate creates the new log as the user of su, so that the directory's owner gains nothing by a link
 * in it. As root it must do so only where root alone can write.
 */
function reportCreate(service: Service, refuse: Refuse): void {
  const logrotate = service.logrotate;
  const create = logrotate?.options.find(({ name }) => name === "create");
  if (logrotate === null || create === undefined) return;
  const match = /^(?:0?[0-7]{3}(?: ([a-z_][a-z0-9_-]*) ([a-z_][a-z0-9_-]*))?)?$/.exec(create.value ?? "");
  const su = findSu(service);
  const [, owner = su?.user, group = su?.group] = match ?? [];
  const foreign = logrotate.paths
    .map((path) => ownerOfLogs(service, folderOf(path)))
    .find((each) => each !== null && each.user !== su?.user);
  if (match === null)
    refuse(
      `create takes a mode, or a mode, a user and a group, not ${JSON.stringify(create.value)}`,
      "create: 0640 app app",
    );
  else if (su?.user === "root" && foreign)
    refuse(
      `create as root in a directory of ${foreign.user}'s would let ${foreign.user} choose what root creates`,
      "Leave su: out, or name that user.",
    );
  else if (su !== null && su.user !== "root" && (owner !== su.user || group !== su.group))
    refuse(
      `create for ${owner}:${group} fails: logrotate works there as ${su.user}:${su.group}`,
      `create: 0640 ${su.user} ${su.group}`,
    );
}

function findSu(service: Service): Su | null {
  const logrotate = service.logrotate;
  if (logrotate === null || logrotate.su !== null) return logrotate?.su ?? null;
  const owners = logrotate.paths.map((path) => ownerOfLogs(service, folderOf(path)));
  return owners.find((owner) => owner !== null) ?? null;
}

/**
 * Who owns a log directory: as declared; systemd's LogsDirectory= and anything unknown belong to the service;
 * /var/log itself is root's.
 */
function ownerOfLogs(service: Service, directory: string): Su | null {
  const declared = service.directories.find((candidate) => candidate.path === directory);
  if (declared !== undefined)
    return declared.owner === "root" ? null : { user: declared.owner, group: declared.group };
  if (directory === "/var/log") return null;
  const user = effectiveValues(service.service, "User").at(-1) ?? service.account?.user ?? "root";
  const group = effectiveValues(service.service, "Group").at(-1) ?? service.account?.group ?? user;
  return user === "root" ? null : { user, group };
}
