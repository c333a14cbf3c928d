/** The logrotate file of a service (logrotate(8)). */
import type { Problem } from "../errors.ts";
import type { FileResource, Service } from "../model.ts";
import { formatLogrotatePath } from "../unit-file/quote.ts";
import { makeFile } from "./make-file.ts";
import { effectiveValues, MANAGED, makeProblem } from "./unit-text.ts";

/** /etc/logrotate.d/<service>, or nothing. Its `su` line is there unless the logs lie in a directory of root's: root's logrotate must not work in a directory that the service can write to. */
export function renderLogrotateFile(service: Service, problems: Problem[]): readonly FileResource[] {
  const logrotate = service.logrotate;
  if (logrotate === null) return [];
  const refuse = (message: string, hint: string | null = null) => void problems.push(makeProblem(logrotate.place, message, hint));
  const paths = logrotate.paths.map((path) => {
    const quoted = formatLogrotatePath(path);
    if (!quoted.ok) refuse(`The log path ${JSON.stringify(path)} cannot be written: ${quoted.reason}`);
    return quoted.ok ? quoted.text : "";
  });
  if (paths.length === 0) refuse("logrotate needs at least one path");
  for (const option of logrotate.options) reportOption(option, refuse);
  const options = logrotate.options.map(({ name, value }) => (value === null ? name : `${name} ${value}`));
  const su = findSu(service);
  if (su !== null && ![su.user, su.group].every((name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)))
    refuse(`logrotate cannot run as ${su.user}:${su.group}`);
  const body = [...options, ...(su === null ? [] : [`su ${su.user} ${su.group}`])].map((line) => `    ${line}`);
  const text = [MANAGED, `${paths.join(" ")} {`, ...body, "}", ""].join("\n");
  return [makeFile(service.name, "logrotate", `/etc/logrotate.d/${service.name}`, text)];
}

type Su = { readonly user: string; readonly group: string };

/** Options that run programs or read other files: they would make text of the project a root shell script. */
const REFUSED = new Set("prerotate postrotate firstaction lastaction preremove endscript include su tabooext taboopat".split(" "));

function reportOption(
  option: { readonly name: string; readonly value: string | null },
  refuse: (message: string, hint: string | null) => void,
): void {
  if (REFUSED.has(option.name))
    refuse(`The logrotate option ${option.name} is not supported yet`, option.name === "su" ? "Write su: with user and group." : null);
  else if (!/^[a-z]+$/.test(option.name)) refuse(`${JSON.stringify(option.name)} cannot be a logrotate option`, null);
  if (!/^[A-Za-z0-9 ./%:_+-]*$/.test(option.value ?? "")) {
    refuse(
      `The value of the logrotate option ${option.name} cannot be written: ${JSON.stringify(option.value)}`,
      "Use letters, digits, blanks and . / % : _ + -",
    );
  }
}

function findSu(service: Service): Su | null {
  const logrotate = service.logrotate;
  if (logrotate === null || logrotate.su !== null) return logrotate?.su ?? null;
  const owners = logrotate.paths.map((path) => ownerOfLogs(service, path.slice(0, path.lastIndexOf("/"))));
  return owners.find((owner) => owner !== null) ?? null;
}

/** Who owns a log directory: as declared; systemd's LogsDirectory= and anything unknown belong to the service; /var/log itself is root's. */
function ownerOfLogs(service: Service, directory: string): Su | null {
  const declared = service.directories.find((candidate) => candidate.path === directory);
  if (declared !== undefined) return declared.owner === "root" ? null : { user: declared.owner, group: declared.group };
  if (directory === "/var/log") return null;
  const user = effectiveValues(service.service, "User").at(-1) ?? service.account?.user ?? "root";
  const group = effectiveValues(service.service, "Group").at(-1) ?? service.account?.group ?? user;
  return user === "root" ? null : { user, group };
}
