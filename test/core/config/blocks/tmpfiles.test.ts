/** tmpfiles: which lines are read, what file they become, and what is refused and why. */
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../../src/core/errors.ts";
import { renderBlockFiles } from "../../../../src/core/render/block-files.ts";
import { anyHost, normaliseText } from "../normalise-text.ts";

const text = (lines: readonly string[]): string =>
  `name: web\nservice: { ExecStart: /usr/bin/web }\ntmpfiles:\n${lines.map((line) => `  - ${JSON.stringify(line)}\n`).join("")}`;

function refusal(line: string, systemd = 247): string {
  try {
    normaliseText(text([line]), { ...anyHost, systemd });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ place, message }) => `${place.line}:${place.column} ${message}`).join("\n");
  }
  return "";
}

it("becomes one file of the service, its lines as they are written", () => {
  const service = normaliseText(text(["d /run/web 0755 web web -", "f /run/web/a 0644 - - - one two"]));
  const [file, ...others] = renderBlockFiles(service);
  expect(others).toEqual([]);
  expect(file).toMatchObject({ role: "tmpfiles", path: "/etc/tmpfiles.d/svcdeploy-web.conf" });
  expect(new TextDecoder().decode(file?.content).split("\n").slice(1)).toEqual([
    "d /run/web 0755 web web -",
    "f /run/web/a 0644 - - - one two",
    "",
  ]);
  expect(service.blockFiles[0]?.lines[1]).toMatchObject({ at: ["tmpfiles", 1], place: { line: 5 } });
});

it("takes one line for a list of one", () => {
  const service = normaliseText("name: web\nservice: { ExecStart: /a }\ntmpfiles: d /run/web\n");
  expect(service.blockFiles[0]?.lines.map((line) => line.text)).toEqual(["d /run/web"]);
});

describe("a line that systemd 247 reads", () => {
  it.each([
    "d /run/web",
    "d %t/web 0755 web web 10d",
    "d! /run/web 02755 0 0 ~1h",
    "d- /run/web ~0755 - -",
    'd "/run/a b" 0755',
    "L /run/web/current - - - - ../x",
    "C /srv/web - - - - /usr/share/web",
    "w /sys/kernel/mm/ksm/run - - - - 1",
    "w+ /run/log - - - - more",
    "a+ /srv/web - - - - u:web:r",
    "Z /srv/web 0640 web web",
    "x /var/tmp/web-*",
  ])("%s", (line) => {
    expect(refusal(line)).toBe("");
  });
});

describe("a line that a newer systemd reads is refused by name where the host's is older", () => {
  it.each([
    ["f~ /run/a - - - - eA==", 252, "the modifier ~"],
    ["f^ /run/a - - - - name", 252, "the modifier ^"],
    ["d$ /run/a", 257, "the modifier $"],
    ["L? /run/a - - - - /b", 257, "the modifier ?"],
    ["d /run/a :0755", 252, "a mode with :"],
    ["d /run/a 0755 :web", 252, "a user with :"],
    ["d /run/a 0755 web :web", 252, "a group with :"],
    ["d /run/a - - - aA:10d", 252, "an age by aA"],
  ])("%s", (line, since, what) => {
    expect(refusal(line, since)).toBe("");
    const older = since === 252 ? 247 : 252;
    expect(refusal(line, older)).toBe(
      `4:6 ${what} is known to systemd ${since}, not to this host's ${older}`,
    );
  });
});

describe("a line is refused, with its place", () => {
  it.each([
    ["", "a type and a path"],
    ["# d /run/a", "a type and a path"],
    ["d", "a path is missing"],
    ['d "/run/a', "is not closed"],
    ["d /run/a\nd /run/b", "text of one line"],
    ["k /run/a", '"k" is no type'],
    ["m /run/a", '"m" is no type'],
    ['"" /run/a', '"" is no type'],
    ["d run/a", "absolute"],
    ["d %%/a", "absolute"],
    ["d /run/../etc", "no .."],
    ["d /run/a 0789", "is no mode"],
    ["d /run/a u+x", "is no mode"],
    ["d /run/a 17755", "is no mode"],
    ["d /run/a 0755 a:b", "is no user"],
    ["d /run/a 0755 web 'a b'", "is no group"],
    ["d /run/a 0755 web web 10x", "is no age"],
    ["w /run/a", "needs an argument"],
    ["c /dev/a 0600", "needs an argument"],
    ["d? /run/a", "d has no modifier ?"],
    ["d# /run/a", "d has no modifier #"],
    ["r /run/a", "removes files at each boot"],
    ["R! /run/a", "removes folders at each boot"],
    ["D /run/a", "write d"],
    ["F /run/a", "write f"],
    ["f+ /run/a", "replaces what is there"],
    ["L+ /run/a - - - - b", "replaces what is there"],
    ["d= /run/a", "removes what is in its way"],
  ])("%j", (line, reason) => {
    const said = refusal(line, 257);
    expect(said).toMatch(/^4:6 /);
    expect(said).toContain(reason);
  });
});
