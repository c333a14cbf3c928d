/** The rule of paths that no plan would write: what is known of their folders without a host. */
import type { LintHost } from "./lint-host.ts";
import type { ProjectRule, RuleFinding } from "./rule.ts";

/** SD104. */
export const PATH_RULE: ProjectRule = {
  id: "SD104",
  severity: "error",
  over: "project",
  title: "A declared path in a folder that is not root's alone",
  explain:
    "Who may write a folder can put a link in the place of what root is about to write there, so `plan` " +
    "refuses it. A folder of the service's user cannot hold declared files or folders: systemd makes those " +
    "that the service needs (`StateDirectory=app app/data`), or systemd-tmpfiles (`tmpfiles:`), and " +
    "declared files belong in a folder of root's. The same holds for /tmp and for a folder that is a link.",
  exampleFile: "services/app.yaml",
  bad:
    "name: app\nservice: { User: app, ExecStart: /usr/bin/app }\n" +
    "directories: [{ path: /srv/app, owner: app }]\nfiles: [{ path: /srv/app/app.conf, content: x }]\n",
  good:
    "name: app\nservice: { User: app, ExecStart: /usr/bin/app, StateDirectory: app }\n" +
    'files: [{ path: /etc/app/app.conf, content: x, group: app, mode: "0640" }]\n',
  check: checkPaths,
};

/** Folders of every host. The links are those of Debian since merged /usr, and of /run. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ...["/tmp", "/var/tmp", "/dev/shm", "/run/lock"].map((path) => [path, "writable by everyone"] as const),
  ["/var/run", "a link to /run"],
  ["/var/lock", "a link to /run/lock"],
]);

function checkPaths({ managed }: LintHost): readonly RuleFinding[] {
  return (managed?.written ?? []).flatMap(({ path, place }) => {
    const parts = path.split("/").slice(1, -1);
    const above = parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
    const folder = above.find((each) => managed?.unsafe.has(each) === true || KNOWN.has(each));
    if (folder === undefined) return [];
    const why = managed?.unsafe.get(folder) ?? KNOWN.get(folder) ?? "";
    return [
      {
        place,
        happens: `Plan refuses ${path}: ${folder} is ${why}, and root would write there.`,
        fix: fixOf(folder, why),
      },
    ];
  });
}

function fixOf(folder: string, why: string): string {
  if (why.includes("link")) return `Write the path that ${folder} leads to.`;
  if (KNOWN.has(folder)) return "Write it below /etc, /srv or /var/lib, in a folder of root's.";
  return (
    `Make ${folder} root's (owner: root) and give the service a folder of its own below it, or leave what ` +
    "is in it to systemd: StateDirectory=, RuntimeDirectory= or tmpfiles:."
  );
}
