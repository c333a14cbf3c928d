/** Ctrl-C while an artifact is fetched: the command ends in order, and half a file stays nowhere. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeCertificates, startHttps } from "../support/https-server.ts";
import { makeProject, startCli } from "./run-cli.ts";

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s during a download: exit 130, and the part that came is removed",
  { timeout: 60_000 },
  async (signal) => {
    const certificates = makeCertificates();
    const server = await startHttps(certificates, (_request, response) => {
      response.writeHead(200, { "content-length": "1000000" }).write(Buffer.alloc(100_000));
    });
    const service = `name: hello\nartifact: { source: "${server.origin}/hello", sha256: ${"a".repeat(64)} }\nservice: { ExecStart: /opt/hello/current/hello }\n`;
    const project = await makeProject(1, { "services/hello.yaml": service });
    try {
      const cache = join(project.folder, "cache/svcdeploy/artifacts");
      const more = {
        XDG_CACHE_HOME: join(project.folder, "cache"),
        NODE_EXTRA_CA_CERTS: certificates.caFile,
      };
      const { child, end } = startCli(project.folder, ["plan", "--env", "prod"], more);
      const parts = (): readonly string[] =>
        readdirSync(cache, { withFileTypes: true }).map(({ name }) => name);
      await expect.poll(() => parts(), { timeout: 30_000 }).toEqual([expect.stringMatching(/^\.part-/)]);
      child.kill(signal);
      expect(await end).toMatchObject({
        code: 130,
        stderr: expect.stringContaining("Interrupted: nothing was changed."),
      });
      expect(parts()).toEqual([]);
    } finally {
      server.close();
      certificates.remove();
      await project.remove();
    }
  },
);
