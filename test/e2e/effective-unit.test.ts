/**
 * Parsing and the effective unit against real managers: random files in one daemon-reload, and what
 * `systemctl show` says of each unit.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EffectiveUnit, effectiveUnit } from "../../src/core/unit-file/effective-unit.ts";
import type { HostFile } from "../../src/core/unit-file/unit-search.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { differences } from "../support/library-answers.ts";
import { layout } from "../support/unit-layout.ts";
import { unitText } from "../support/unit-values.ts";

let hosts: readonly TestHost[] = [];
const hostOf = (systemd: number): TestHost => {
  const host = hosts.find((each) => each.systemd === systemd);
  if (host === undefined) throw new Error(`no host of systemd ${systemd}`);
  return host;
};

beforeAll(async () => {
  hosts = await Promise.all(
    systemdVersions.map((systemd) => startHost({ systemd, name: `effective-${systemd}` })),
  );
});
afterAll(removeHosts);

const SEED = 20_261_121;

describe.each(systemdVersions)("systemd %d", (systemd) => {
  test("layouts of drop-ins: which files count, and what holds", async () => {
    const layouts = Array.from({ length: 80 }, (_, index) =>
      fc.sample(layout(`asked${index}`), { seed: SEED + index, numRuns: 1 }),
    ).flat();
    const properties = [
      "DropInPaths",
      "FragmentPath",
      "Description",
      "Documentation",
      "Environment",
      "User",
      "RestartUSec",
      "KillMode",
      "MemoryMax",
      "UMask",
      "SuccessExitStatus",
    ];
    const real = await show(
      hostOf(systemd),
      layouts.flatMap(({ files }) => files),
      layouts.map(({ unit }) => unit),
      properties,
    );
    const ours = layouts.map(({ unit, files }) => propertiesOf(effectiveUnit(unit, files)));
    const inputs = layouts.map(({ files }) =>
      files.map((file) => `${file.path}: ${"content" in file ? file.content : file.link}`).join(" "),
    );
    expect(differences(inputs, ours.map(asText), real.map(asText))).toEqual([]);
  });

  test("texts of unit files: what is read, and which are refused", async () => {
    const texts = [...new Set(fc.sample(unitText, { seed: SEED, numRuns: 250 }))].filter(
      (text) => text !== "",
    );
    const files = texts.map(
      (content, index): HostFile => ({
        path: `/etc/systemd/system/read${index}.target`,
        content: Buffer.from(content),
      }),
    );
    const units = texts.map((_text, index) => `read${index}.target`);
    const real = await show(hostOf(systemd), files, units, ["LoadState", "Description", "Documentation"]);
    const ours = files.map((file, index) => {
      const unit = effectiveUnit(units[index] ?? "", [file]);
      const [description, documentation] = [
        valuesOf(unit, "Unit", "Description"),
        valuesOf(unit, "Unit", "Documentation"),
      ];
      const uris = documentation
        .flatMap((value) => value.split(/[ \t\n\r]+/))
        .filter((word) => /^https?:\/\/./.test(word));
      return {
        LoadState: unit.state,
        Description: description[0] ?? units[index] ?? "",
        Documentation: uris.join(" "),
      };
    });
    // Of a refused file only that it is refused is to be known; 247 takes the section names that later
    // versions refuse.
    const shown = (answer: Readonly<Record<string, string>>): string =>
      answer.LoadState === "error" ? "error" : asText(answer);
    expect(differences(texts, ours.map(shown), real.map(shown))).toEqual([]);
    expect(real.filter((answer) => answer.LoadState === "error").length).toBeGreaterThan(10);
  });
});

type Properties = Readonly<Record<string, string>>;

/** Writes the files, reloads, asks for the units, and takes the files away again. */
async function show(
  host: TestHost,
  files: readonly HostFile[],
  units: readonly string[],
  properties: readonly string[],
): Promise<readonly Properties[]> {
  const input = files
    .map((file) => `${file.path} ${Buffer.from("content" in file ? file.content : "").toString("base64")}\n`)
    .join("");
  const write =
    'while read -r path data; do mkdir -p "$(dirname "$path")"; printf %s "$data" | base64 -d > "$path"; done';
  const written = await host.exec(["bash", "-c", `${write}; systemctl daemon-reload`], input);
  expect(written).toMatchObject({ status: 0 });
  const { stdout } = await host.exec([
    "systemctl",
    "show",
    "--property",
    properties.join(","),
    "--",
    ...units,
  ]);
  const answers = stdout
    .trimEnd()
    .split("\n\n")
    .map(
      (block): Properties =>
        Object.fromEntries(
          block
            .split("\n")
            .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
        ),
    );
  expect(answers).toHaveLength(units.length);
  await host.exec(["bash", "-c", 'while read -r path data; do rm -rf "$path"; done'], input);
  return answers;
}

/** On merged /usr the manager of 252 says /lib. */
function asText(properties: Properties): string {
  return Object.entries(properties)
    .map(
      ([name, value]) =>
        `${name}=${name === "FragmentPath" ? value.replace(/^\/lib\//, "/usr/lib/") : value}`,
    )
    .sort()
    .join("\n");
}

function valuesOf(unit: EffectiveUnit, section: string, name: string): readonly string[] {
  return (unit.sections.get(section)?.get(name) ?? []).map(({ value }) => value);
}

/** What the manager would show of a loaded service. */
function propertiesOf(unit: EffectiveUnit): Properties {
  const one = (section: string, name: string): string | undefined => valuesOf(unit, section, name)[0];
  const memory = one("Service", "MemoryMax");
  const seconds = one("Service", "RestartSec");
  return {
    FragmentPath: unit.files[0] ?? "",
    DropInPaths: unit.files.slice(1).join(" "),
    Description: one("Unit", "Description") ?? unit.name,
    Documentation: valuesOf(unit, "Unit", "Documentation").join(" "),
    Environment: valuesOf(unit, "Service", "Environment").join(" "),
    User: one("Service", "User") ?? "",
    RestartUSec: seconds === undefined ? "100ms" : `${seconds}s`,
    KillMode: one("Service", "KillMode") ?? "control-group",
    MemoryMax: memory === undefined ? "infinity" : String(Number.parseInt(memory, 10) * 2 ** 30),
    UMask: one("Service", "UMask") ?? "0022",
    SuccessExitStatus: [...new Set(valuesOf(unit, "Service", "SuccessExitStatus"))].sort().join(" "),
  };
}
