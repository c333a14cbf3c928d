/**
 * explain and env on whole projects: what they show is what render writes, every line has an origin, and at
 * the origin stands what it says.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { look as lookAtEnvironment } from "../../src/cli/env.ts";
import { type LookedAtService, lookAtService } from "../../src/cli/look-at-service.ts";
import { argumentsOf } from "../../src/cli/options/arguments.ts";
import { LOOKING } from "../../src/cli/options/groups.ts";
import { UsageError } from "../../src/core/errors.ts";
import { explainFiles } from "../../src/core/explain/explain.ts";
import type { ExplainedFile, ExplainedLine } from "../../src/core/explain/line-origin.ts";
import { explainJson, explainText } from "../../src/report/explain-text.ts";
import { plainText } from "../../src/report/lines/text.ts";
import { SECRET, seeingProject } from "../support/seeing-project.ts";
import { runCli } from "./run-cli.ts";

const DEMO = fileURLToPath(new URL("../../playbooks/demo", import.meta.url));

async function look(
  root: string,
  service: string,
  host: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<LookedAtService> {
  return await lookAtService(
    argumentsOf(LOOKING, { _: ["explain", service, host], env: "prod", project: root, ...more }),
    { workingDirectory: root, environment: {} },
  );
}

async function explained(looked: LookedAtService): Promise<readonly ExplainedFile[]> {
  return explainFiles({ ...looked, host: looked.target.host });
}

const demo = readdirSync(join(DEMO, "services")).map((name) => name.replace(".yaml", ""));
const CASES = [
  ...demo.map((service) => [service, DEMO, "demo2"] as const),
  ["app", null, "web1"] as const,
  ["app", null, "web2"] as const,
  ["db", null, "db1"] as const,
];

describe.each(CASES)("%s of %s on %s", (service, project, host) => {
  const all = async () => {
    const root = project ?? (await seeingProject());
    const looked = await look(root, service, host);
    return { root, looked, files: await explained(looked) };
  };

  test("the lines are those of the rendered files", async () => {
    const { looked, files } = await all();
    expect(files.map(({ path }) => path)).toEqual(looked.files.map(({ path }) => path));
    for (const [index, { lines }] of files.entries())
      expect(lines?.map(({ text }) => text).join("\n")).toBe(
        new TextDecoder().decode(looked.files[index]?.content).replace(/\n$/, ""),
      );
  });

  test("every line has an origin, and there stands what was written", async () => {
    const { root, files } = await all();
    for (const { path, lines } of files) for (const line of lines ?? []) check(root, path, line);
  });
});

/** What the lines without a place of their own may be. */
const PLACELESS: Readonly<Record<string, RegExp>> = {
  layout: /^$|^\[[A-Z][\w-]+\]$|^\}$/,
  svcdeploy: /^# Managed/,
  default: /^WantedBy=multi-user\.target$/,
};

/** Follows an origin to its file and line. */
function check(root: string, path: string, { text, origin }: ExplainedLine): void {
  const { kind, place, inputs } = origin;
  const where = `${path}: ${text} ← ${JSON.stringify(origin)}`;
  const lineAt = (file: string, line: number): string =>
    readFileSync(join(root, file), "utf8").split("\n")[line - 1] ?? "no such line";
  for (const { name, from, over } of inputs) {
    const last = name.split(/[.=]/).at(name.includes("=") ? 0 : -1);
    for (const spot of [...from, ...over]) {
      if (spot.place === null) expect(spot.text, where).toMatch(/^--(?:env|set) |^default$/);
      else
        expect(lineAt(spot.place.file, spot.place.line), where).toMatch(
          new RegExp(`${last}|^ {2}(?:web|db|demo).*:`),
        );
    }
  }
  if (place === null) {
    expect(text, where).toMatch(PLACELESS[kind] ?? /^no kind without a place$/);
    return;
  }
  const there = lineAt(place.file, place.line);
  const value = text.replace(/^ *[A-Za-z_]+[= ]/, "").replaceAll('"', "");
  if (kind === "template" || kind === "source") {
    if (inputs.length > 0) expect(there, where).toContain("{{");
    else expect(there, where).toBe(text);
  }
  // A switch of logrotate says true in the service file; of a text over several lines the first word is
  // enough, or that it is a template.
  if (kind === "written" && !(inputs.length > 0 && there.includes("{{")))
    expect(`${there} true`, where).toContain(value.split(" ")[0]);
}

/** The lines as they are shown, for a wide screen. */
async function shown(
  root: string,
  what: RegExp,
  more: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  const looked = await look(root, "app", "web1", more);
  const text = plainText(
    explainText({ environment: "prod", host: "web1", service: "app", files: await explained(looked) }, 160),
  );
  return text
    .split("\n")
    .filter((line) => what.test(line))
    .map((line) => line.trim().replace(/ {2,}/g, "  "));
}

test("a template's values are followed through the layers", async () => {
  const root = await seeingProject();
  expect(await shown(root, /values\.port/)).toContain(
    "values.port: values/prod.yaml:1, over values/base.yaml:1",
  );
  expect(await shown(root, /values\.port/, { set: ["port=8080"] })).toContain(
    "values.port: --set port=8080, over values/prod.yaml:1 and values/base.yaml:1",
  );
  expect(await shown(root, /values\.limits/)).toContain(
    "values.limits: values/base.yaml:4 and values/prod.yaml:2",
  );
  expect(await shown(root, /host\.vars/)).toEqual(
    expect.arrayContaining([
      "host.vars.zone: inventory/prod.yaml:9, over inventory/prod.yaml:8 and inventory/prod.yaml:10 and inventory/prod.yaml:3",
      "host.vars.rack: inventory/prod.yaml:5, over inventory/prod.yaml:8 and inventory/prod.yaml:3",
    ]),
  );
});

test("each kind of line says why it is there", async () => {
  const root = await seeingProject();
  const told = await shown(
    root,
    /^ {2}(?:ZONE|TEXT|GOMAXPROCS|TOKEN|token|b|User|Slice|EnvironmentFile|NoNewPrivileges|WantedBy|Options|Service|RequiresMountsFor)=/,
  );
  expect([...new Set(told)]).toMatchInlineSnapshot(`
    [
      "b=2  services/app.yaml:32",
      "token=<secret TOKEN>  services/app.yaml:31",
      "ZONE="inner/own/prod"  services/app.yaml:19",
      "TEXT="two words"  services/app.yaml:20",
      "GOMAXPROCS="2"  services/app.yaml:17 (runtime: go)",
      "TOKEN="<secret TOKEN>"  services/app.yaml:22 (secret, printed by printf)",
      "RequiresMountsFor=/var/cache/app  services/app.yaml:15 (cache.path)",
      "User=app  services/app.yaml:3 (account.user)",
      "Slice=apps-base.slice  services/app.yaml:14 (slice.name)",
      "EnvironmentFile=/etc/svcdeploy/env/app.env  services/app.yaml:19 (environment)",
      "NoNewPrivileges=yes  services/app.yaml:16 (hardening: standard)",
      "WantedBy=timers.target  services/app.yaml:34 (timers[0])",
      "WantedBy=multi-user.target  svcdeploy (default without install:)",
      "Service=app.service  services/app.yaml:33 (sockets[0])",
      "WantedBy=sockets.target  services/app.yaml:33 (sockets[0])",
      "Options=size=20M,mode=0755,uid=app,gid=app  services/app.yaml:15 (cache)",
      "WantedBy=local-fs.target  services/app.yaml:15 (cache)",
    ]
  `);
});

test("nothing asks for a secret, and none is shown", async () => {
  const root = await seeingProject({
    "services/app.yaml": `name: app\nservice: { ExecStart: /bin/true }\nsecrets: { TOKEN: { exec: [sh, -c, "echo asked >asked; echo ${SECRET}"] } }\n`,
  });
  const looked = await look(root, "app", "web1");
  const text = JSON.stringify(
    explainJson({ environment: "prod", host: "web1", service: "app", files: await explained(looked) }),
  );
  expect(text).toContain("<secret TOKEN>");
  expect(readdirSync(root)).not.toContain("asked");
  expect(lookAtEnvironment(looked).found.variables.find(({ name }) => name === "TOKEN")?.value).toEqual({
    kind: "secret",
    text: "<secret TOKEN>",
  });
});

test("a file that is a secret leads to the secret, one that nothing is known of to svcdeploy", async () => {
  const looked = await look(await seeingProject(), "app", "web1");
  const [any] = looked.files;
  if (any === undefined) throw new Error("no file");
  const file = (path: string, text: string) => ({
    ...any,
    path,
    role: "unit" as const,
    content: new TextEncoder().encode(text),
  });
  const files = await explained({
    ...looked,
    files: [...looked.files, file("/etc/x/TOKEN", "<secret TOKEN>"), file("/etc/x/other", "a\nb\n")],
  });
  expect(
    files.slice(-2).map(({ lines }) => lines?.map(({ origin }) => [origin.kind, origin.place?.line])),
  ).toEqual([
    [["secret", 22]],
    [
      ["svcdeploy", undefined],
      ["svcdeploy", undefined],
    ],
  ]);
});

test.each([
  [["ap", "web1"], "Did you mean app?"],
  [["app", "web9"], "Did you mean web1?"],
  [["app", "db1"], "Plays deploy it to web1, web2."],
  [["app"], "Name them as SERVICE HOST, or SERVICE@HOST."],
  [[], "Name them as SERVICE HOST, or SERVICE@HOST."],
  [["app@web1", "x", "y"], "Name SERVICE HOST, and at most one more word."],
])("%j is refused with a hint", async (words, hint) => {
  const root = await seeingProject();
  const asked = lookAtService(
    argumentsOf(LOOKING, { _: ["explain", ...words], env: "prod", project: root }),
    { workingDirectory: root, environment: {} },
  );
  await expect(asked).rejects.toThrow(UsageError);
  await expect(asked).rejects.toMatchObject({ hint });
});

test("the command line: text, a directive alone, JSON, what is not there", async () => {
  const root = await seeingProject();
  const one = await runCli(root, ["explain", "app@web1", "ExecStart", "--env", "prod"], { COLUMNS: "80" });
  expect(one).toMatchObject({ code: 0, stderr: "" });
  expect(one.stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
  expect(one.stdout).toContain("ExecStart=/opt/app/current/app --port 443");
  expect(one.stdout).not.toContain("[Service]");
  const json = await runCli(root, ["env", "app", "web1", "--env", "prod", "--output", "json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: "svcdeploy.env/1",
    unit: "app.service",
    otherUnits: ["app-job.service"],
  });
  const missing = await runCli(root, ["explain", "app", "web1", "ExecStrat", "--env", "prod"]);
  expect(missing).toMatchObject({ code: 64 });
  expect(missing.stderr).toContain('did you mean "ExecStart"?');
});
