/**
 * env on a whole project, as it is shown: values, who set them, what that overrides, and what only the host
 * knows.
 */
import { expect, test } from "vitest";
import { look } from "../../src/cli/env.ts";
import { lookAtService } from "../../src/cli/look-at-service.ts";
import { argumentsOf } from "../../src/cli/options/arguments.ts";
import { LOOKING } from "../../src/cli/options/groups.ts";
import { envText } from "../../src/report/env-text.ts";
import { plainText } from "../../src/report/lines/text.ts";
import { seeingProject } from "../support/seeing-project.ts";

const SERVICE = `name: app
account: { user: app }
service:
  ExecStart: /opt/app
  Environment: [LEVEL=debug, "GONE=1"]
  EnvironmentFile: -/etc/default/app
  UnsetEnvironment: GONE LANG
  StateDirectory: app
environment: { LEVEL: "{{values.name}}", LINES: "a\\nb" }
secrets: { TOKEN: { env: TOKEN } }
sockets: [{ ListenStream: "80" }]
timers: [{ name: job, OnCalendar: daily, ExecStart: /bin/true }]
`;

async function shown(columns: number, ...words: readonly string[]): Promise<string> {
  const root = await seeingProject({ "services/app.yaml": SERVICE });
  const looked = await lookAtService(
    argumentsOf(LOOKING, { _: ["env", "app", "web1", ...words], env: "prod", project: root }),
    { workingDirectory: root, environment: {} },
  );
  return plainText(envText(await look(looked), columns));
}

test("the service's own processes", async () => {
  const text = await shown(100);
  expect(text).toMatchInlineSnapshot(`
    "app.service on web1 (systemd 257)
      LEVEL=base            EnvironmentFile=, services/app.yaml:9 (values.name at values/base.yaml:3)
                              overrides Environment=, services/app.yaml:5: debug
      LINES=a\\nb            EnvironmentFile=, services/app.yaml:9
      TOKEN=<secret TOKEN>  EnvironmentFile=, services/app.yaml:10 (secret, from the environment
                              variable TOKEN)

    Set by systemd itself
      HOME=/nonexistent                                       User=, services/app.yaml:2 (account.user)
      INVOCATION_ID=(another one at each start)               systemd
      JOURNAL_STREAM=(device and inode of the connection to the journal)
                                                              systemd
      LISTEN_FDNAMES=(the sockets that it is given)           app.socket
      LISTEN_FDS=(the sockets that it is given)               app.socket
      LISTEN_PID=(the sockets that it is given)               app.socket
      LOGNAME=app                                             User=, services/app.yaml:2 (account.user)
      MEMORY_PRESSURE_WATCH=(how the kernel reports that memory runs short)
                                                              systemd, on hosts with cgroup v2
      MEMORY_PRESSURE_WRITE=(how the kernel reports that memory runs short)
                                                              systemd, on hosts with cgroup v2
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin  the manager
      STATE_DIRECTORY=/var/lib/app                            StateDirectory=, services/app.yaml:8
      SYSTEMD_EXEC_PID=(the process's number)                 systemd
      USER=app                                                User=, services/app.yaml:2 (account.user)

    Removed
      GONE              UnsetEnvironment=, services/app.yaml:7
                          overrides Environment=, services/app.yaml:5: 1
      LANG              UnsetEnvironment=, services/app.yaml:7
                          overrides the manager: (the host's locale)

    Not from this project: this file may set anything, which wins over Environment= and over the files
    before
      /etc/default/app  EnvironmentFile=, services/app.yaml:6
                          it may be missing

    Every service also gets PID 1's environment on the host: DefaultEnvironment= and systemctl
    set-environment. The variables above win over it, except over the manager's own LANG and PATH.
    1 secret not shown.
    Other units of the service: app-job.service.
    "
  `);
  expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
});

test("another unit of the service, with or without its type", async () => {
  const job = await shown(100, "app-job");
  expect(job).toContain("app-job.service on web1 (systemd 257)");
  expect(job).toMatch(/TRIGGER_UNIT=app-job\.timer +systemd, only when app-job\.timer starts/);
  expect(job).not.toContain("LISTEN_FDS");
  expect(await shown(100, "app-job.service")).toBe(job);
  await expect(shown(100, "app-jop")).rejects.toMatchObject({ hint: "Did you mean app-job?" });
});

test("of a service with instances the first, whatever units sort before it", async () => {
  const service = `name: app
account: { user: app }
instances: ["9100", "9101"]
service: { ExecStart: /opt/app %i }
cache: { path: /var/cache/app, size: 1M, persist: { to: /var/lib/app, every: 1h } }
`;
  const root = await seeingProject({ "services/app.yaml": service });
  const viewOf = async (...words: readonly string[]) =>
    look(
      await lookAtService(
        argumentsOf(LOOKING, { _: ["env", "app", "web1", ...words], env: "prod", project: root }),
        { workingDirectory: root, environment: {} },
      ),
    );
  expect((await viewOf()).unit).toBe("app@9100.service");
  expect((await viewOf("app@9101")).unit).toBe("app@9101.service");
});
