/** A project in which every kind of line has an origin of its own, in a folder of the test's own. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** The secret that must be shown nowhere; its program would give it, were it asked. */
export const SECRET = "never-shown-7f1d2";

const FILES: Readonly<Record<string, string>> = {
  "svcdeploy.yaml": "name: seen\n",
  "inventory/prod.yaml": `defaults:
  user: deploy
  vars: { zone: default, rack: default }
hosts:
  web[1:2]: { vars: { rack: own }, systemd: 257 }
  db1: {}
groups:
  web: { hosts: ["web*"], vars: { zone: web, rack: web } }
  inner: { hosts: [web1], vars: { zone: inner } }
  outer: { children: [inner], vars: { zone: outer } }
`,
  "values/base.yaml": `port: 80
quota: 150%
name: base
limits: { files: 10, open: 20 }
list: [a, b]
`,
  "values/prod.yaml": "port: 443\nlimits: { files: 11 }\n",
  "templates/app.conf.hbs": `# {{service.name}} in {{host.vars.zone}}
{{#if values.list}}
port = {{values.port}}
{{#each values.limits}}
{{@key}} = {{this}}
{{/each}}
{{/if}}
last
`,
  "files/plain.txt": "one\n\ntwo\n",
  "services/app.yaml": `name: app
artifact: { source: artifacts/app, version: "1" }
account: { user: app, home: "/srv/{{host.name}}" }
unit:
  Description: The app
  After: [db.service, network-online.target]
service:
  ExecStart:
    - >-
      /opt/app/current/app
      --port {{values.port}}
  CPUQuota: "{{values.quota}}"
  Environment: A=1
slice: { name: "apps-{{values.name}}", MemoryMax: 1G }
cache: { path: /var/cache/app, size: "{{values.limits.open}}M" }
hardening: standard
runtime: go
environment:
  ZONE: "{{host.vars.zone}}/{{host.vars.rack}}/{{env}}"
  TEXT: "two
    words"
secrets: { TOKEN: { exec: [printf, ${SECRET}] } }
files:
  - { path: /etc/app/app.conf, template: app.conf.hbs }
  - { path: /etc/app/plain.txt, source: files/plain.txt }
  - path: /etc/app/token.conf
    mode: "0640"
    content: |
      zone={{host.vars.zone}}

      token={{secrets.TOKEN}}
  - { path: /etc/app/quoted, content: "a={{env}}\\nb=2\\n" }
sockets: [{ ListenStream: "127.0.0.1:{{values.port}}" }]
timers: [{ name: job, OnCalendar: daily, ExecStart: /bin/true }]
logrotate: { paths: ["/var/log/app/{{values.name}}.log"], daily: true, rotate: 7 }
directories: [{ path: /var/log/app, owner: app }]
`,
  "services/db.yaml":
    "name: db\nunit: { Before: app.service }\nservice: { ExecStart: /usr/bin/db }\ninstall: { WantedBy: [a.target, b.target] }\n",
  "playbooks/site.yaml":
    "- { play: web, hosts: web, services: [app, db] }\n- { play: db, hosts: db1, services: [db] }\n",
};

/** Writes the project, with changes, and removes it after the test. */
export async function seeingProject(changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "svcdeploy-seeing-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ ...FILES, ...changes })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}
