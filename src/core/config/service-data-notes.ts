/** Notes on the keys of a service file that make its files and folders, and that check it. */
import type { KeyNote } from "./key-note.ts";

/** Path of a key → its note, as in key-notes.ts. */
export const serviceDataNotes: Readonly<Record<string, KeyNote>> = {
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
  "health[].owner": {
    says:
      "any: it does not matter which process answers on a port of the host itself. Otherwise one that no " +
      "unit owns makes the check fail, and of another unit's there is a note.",
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
};
