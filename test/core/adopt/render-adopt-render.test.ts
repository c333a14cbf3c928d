/** What svcdeploy renders can be adopted again, and renders to the same files. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { adopt } from "../../../src/core/adopt/adopt.ts";
import { renderText } from "../../../src/core/adopt/render-text.ts";
import { factsOfFiles, type HostTexts, oldHost } from "../../support/live-host.ts";

const context = { host: oldHost, env: "prod", values: {} };
// A backslash right before {{ is what no template can say.
const value = fc
  .string({ unit: fc.constantFrom(..."aZ 0'\"\\$%{}#:-=;,é".split("")), minLength: 1, maxLength: 9 })
  .map((text) => `/x${text.trim().replaceAll(/\\+{/g, "{")}`);
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}[a-z0-9]$/);
const some = <T>(made: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(made, { nil: undefined });

const command = fc
  .array(fc.constantFrom("--a=b", "'two words'", '"$HOME"', "%%x", "{{a}}", "$X"), { maxLength: 3 })
  .map((words) => ["/usr/bin/web", ...words].join(" "));
const service = fc.record({
  ExecStart: command,
  Type: some(fc.constantFrom("exec", "notify", "simple")),
  ExecStartPre: some(fc.array(command, { minLength: 2, maxLength: 3 })),
  Environment: some(
    fc.array(fc.constantFrom('"A=1 2"', "B=x", "A=9", "LANG=%H"), { minLength: 1, maxLength: 3 }),
  ),
  Restart: some(fc.constantFrom("always", "on-failure")),
  WorkingDirectory: some(fc.constant("/srv/web")),
  UMask: some(fc.constantFrom("0027", "0077")),
  CapabilityBoundingSet: some(fc.constantFrom<string | string[]>("", "CAP_KILL", ["CAP_KILL", "CAP_CHOWN"])),
  TimeoutStopSec: some(fc.constantFrom("5s", "1min")),
  Nice: some(fc.integer({ min: -20, max: 19 })),
});
const job = {
  DynamicUser: some(fc.constant("yes")),
  ExecStart: command,
  Type: some(fc.constantFrom("oneshot", "exec")),
  User: some(fc.constantFrom("anna", "")),
  UMask: some(fc.constant("0007")),
  Description: some(fc.constant("A job")),
  StartLimitBurst: some(fc.constant(3)),
};
const named = <T extends { readonly name: string }>(
  item: fc.Arbitrary<T>,
): fc.Arbitrary<readonly T[] | undefined> =>
  some(fc.uniqueArray(item, { selector: ({ name: own }) => own, minLength: 1, maxLength: 3 }));
const beside = fc.record({
  timers: named(
    fc.record({
      name: name.map((own) => `t${own}`),
      OnCalendar: fc.constantFrom<string | string[]>("daily", ["Mon 03:00", "Tue 04:00"]),
      Persistent: some(fc.boolean()),
      ...job,
    }),
  ),
  paths: named(
    fc.oneof(
      fc.record({
        name: name.map((own) => `p${own}`),
        PathExists: fc.constantFrom("/run/a", "/run/b"),
        ...job,
      }),
      fc.record({ name: name.map((own) => `w${own}`), DirectoryNotEmpty: fc.constant("/run/c") }),
    ),
  ),
  sockets: named(
    fc.record({
      name: name.map((own) => `s${own}`),
      ListenStream: fc.constantFrom<string | string[]>("80", ["/run/a.sock", "127.0.0.1:81"]),
      SocketMode: some(fc.constant("0660")),
      After: some(fc.constantFrom<string | string[]>("a.service", ["a.service", "b.service"])),
      Description: some(fc.constant("A socket")),
    }),
  ),
});
const instances = fc.record({
  instances: fc.uniqueArray(fc.constantFrom("blue", "green", "a/b"), { minLength: 1 }),
});
const whole = fc.record({
  unit: some(
    fc.record({
      Description: fc.constantFrom("Web", "{{x}} 100%%"),
      After: some(fc.constantFrom<string | string[]>("a.service", ["a.service", "b.service c.service"])),
    }),
  ),
  service,
  install: some(fc.constant({ WantedBy: "graphical.target" })),
  account: some(fc.constantFrom({ user: "web" }, { user: "web", group: "anna" })),
  environment: some(fc.dictionary(fc.constantFrom("PORT", "GREETING", "PATHS"), value, { minKeys: 1 })),
  secrets: some(fc.constant({ DB_PASSWORD: { env: "DB_PASSWORD" } })),
  slice: some(fc.constant({ name: "money", MemoryMax: "1G" })),
  cache: some(
    fc.record({
      ...{
        path: fc.constant("/var/cache/web"),
        size: fc.constant("16M"),
        mode: fc.constant("0750"),
        owner: fc.constant("web"),
        group: fc.constant("web"),
      },
      options: some(fc.constant(["noatime"])),
      Unit: some(fc.constant({ After: ["a.target", "b.target"] })),
      Mount: some(fc.constant({ TimeoutSec: "10s" })),
    }),
  ),
  logrotate: some(fc.constant({ paths: ["/var/log/web/*.log"], daily: true, rotate: 7 })),
});

test("a service file, rendered, adopted and rendered again, gives the same unit files; adopted once more, the same text", () => {
  fc.assert(
    fc.property(
      whole,
      fc.oneof({ weight: 4, arbitrary: beside }, { weight: 1, arbitrary: instances }),
      (own, around) => {
        // YAML takes JSON; every text of a service file is a template.
        const plain = JSON.stringify({ name: "web", ...own, ...around }).replaceAll("{{", "\\\\{{");
        const first = rendered(plain);
        const again = adopted(first);
        expect({ gaps: again.gaps, obstacles: again.adopted.obstacles }).toEqual({ gaps: [], obstacles: [] });
        expect(again.adopted.notes.filter((note) => note.includes("stays on the host"))).toEqual([]);
        const second = rendered(again.text);
        expect(Object.keys(second).sort()).toEqual(Object.keys(first).sort());
        for (const [path, text] of Object.entries(second))
          expect([path, linesOf(text)]).toEqual([path, linesOf(first[path] ?? "")]);
        expect(adopted(second).text).toBe(again.text);
      },
    ),
    { numRuns: 25 },
  );
});

function rendered(text: string): HostTexts {
  const result = renderText(
    { text, file: "services/web.yaml", name: "web", secrets: new Map(), without: [] },
    context,
  );
  if (!result.ok) throw new Error(`${text}\n${JSON.stringify(result.gaps)}`);
  const files = result.resources.flatMap((resource) => (resource.kind === "file" ? [resource] : []));
  return Object.fromEntries(files.map(({ path, content }) => [path, new TextDecoder().decode(content)]));
}

function adopted(files: HostTexts): ReturnType<typeof adopt> {
  const template = Object.keys(files).includes("/etc/systemd/system/web@.service");
  const facts = factsOfFiles(files, template ? ["web@blue.service"] : ["web.service"]);
  const [live] = facts.units;
  if (live === undefined) throw new Error("no unit");
  return adopt([live], facts, null, context);
}

/**
 * The order of different directives says nothing, nor does that of the sockets that a service has, nor a user
 * who is empty where nothing else would be.
 */
function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line !== "User=" && line !== "Group=")
    .map((line) => (line.startsWith("Sockets=") ? line.split(/[= ]/).sort().join(" ") : line))
    .sort();
}
