/** sysctl: which keys and values are read, what file they become, and what is refused and why. */
import { describe, expect, it } from "vitest";
import { sharedValues } from "../../../../src/core/config/shared-values.ts";
import { ConfigError } from "../../../../src/core/errors.ts";
import { sysctlPath } from "../../../../src/core/model/file-role.ts";
import type { Service } from "../../../../src/core/model/service.ts";
import { renderBlockFiles } from "../../../../src/core/render/block-files.ts";
import { normaliseText } from "../normalise-text.ts";

const read = (lines: readonly string[]): Service =>
  normaliseText(
    `name: web\nservice: { ExecStart: /usr/bin/web }\nsysctl:\n${lines.map((line) => `  ${line}\n`).join("")}`,
  );

/** What a mistake in a line reads, with where: line and column. */
function refusal(...lines: readonly string[]): string {
  try {
    read(lines);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ place, message }) => `${place.line}:${place.column} ${message}`).join("\n");
  }
  return "";
}

it("becomes one file of the service, a line for each key as it is written", () => {
  const service = read([
    "net.core.somaxconn: 4096",
    'net.ipv4.tcp_rmem: "4096 131072 6291456"',
    "vm.swappiness: -0",
  ]);
  const [file, ...others] = renderBlockFiles(service);
  expect(others).toEqual([]);
  expect(file).toMatchObject({ role: "sysctl", path: "/etc/sysctl.d/svcdeploy-web.conf", mode: "644" });
  expect(new TextDecoder().decode(file?.content).split("\n").slice(1)).toEqual([
    "net.core.somaxconn = 4096",
    "net.ipv4.tcp_rmem = 4096 131072 6291456",
    "vm.swappiness = 0",
    "",
  ]);
  expect(service.blockFiles[0]?.lines[1]).toMatchObject({
    at: ["sysctl", "net.ipv4.tcp_rmem"],
    place: { file: "services/x.yaml", line: 5 },
  });
});

it("is no file without a key", () => {
  expect(normaliseText("name: web\nservice: { ExecStart: /a }\nsysctl: {}\n").blockFiles).toEqual([]);
});

describe("a key", () => {
  it.each([
    ["net.core.somaxconn", "/proc/sys/net/core/somaxconn"],
    ["net/core/somaxconn", "/proc/sys/net/core/somaxconn"],
    ["net.ipv4.conf.eth0/5.forwarding", "/proc/sys/net/ipv4/conf/eth0.5/forwarding"],
    ["net/ipv4/conf/eth0.5/forwarding", "/proc/sys/net/ipv4/conf/eth0.5/forwarding"],
    ["net.ipv4.conf.br-lan.rp_filter", "/proc/sys/net/ipv4/conf/br-lan/rp_filter"],
  ])("%s is %s", (key, path) => {
    expect(refusal(`${key}: 1`)).toBe("");
    expect(sysctlPath(key)).toBe(path);
  });

  it.each([
    ["-net.core.somaxconn", "a leading - would hide"],
    ["net.ipv4.conf.*.rp_filter", "a pattern sets keys that no plan shows"],
    ["net.ipv4.conf.eth?.rp_filter", "a pattern"],
    ["net.ipv4.conf.[ab].rp_filter", "a pattern"],
    ["net..somaxconn", "a part of it is empty"],
    [".net.core.somaxconn", "a part of it is empty"],
    ["net.core.", "a part of it is empty"],
    ["/proc/sys/net/core/somaxconn", "a part of it is empty"],
    ["net/../../../etc/passwd", "it would leave /proc/sys"],
    ["../etc/passwd", "a part of it is empty"],
    ["a/./b", "it would leave /proc/sys"],
    ["net.//.//.etc.passwd", "it would leave /proc/sys"],
    ["somaxconn", "two parts at least"],
    ["net.core.somaxconn=1", "a key has letters"],
    ["# net.core.somaxconn", "a key has letters"],
    ["net.core.so maxconn", "a key has letters"],
    ["net.core.\u{1f4a9}", "a key has letters"],
    [`net.${"a".repeat(200)}`, "a key has letters"],
    ["", "a key has letters"],
  ])("%j is refused, with its place", (key, reason) => {
    const said = refusal(`${JSON.stringify(key)}: 1`);
    expect(said).toMatch(/^4:\d+ /);
    expect(said).toContain(reason);
  });

  it("that stands there twice, in both spellings, is refused at the second", () => {
    const said = refusal("net.core.somaxconn: 1", "net/core/somaxconn: 2");
    expect(said).toBe('5:23 "net/core/somaxconn": net.core.somaxconn is the same key');
  });
});

describe("a value", () => {
  it.each([
    ["4096", "4096"],
    ["-1", "-1"],
    ['"18446744073692774399"', "18446744073692774399"],
    ['"4096\t131072"', "4096\t131072"],
    ['"|/usr/lib/catch 010 %p"', "|/usr/lib/catch 010 %p"],
    ['" bbr "', "bbr"],
    ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"],
  ])("%s is written as %j", (written, text) => {
    expect(read([`a.b: ${written}`]).blockFiles[0]?.lines[0]?.text).toBe(`a.b = ${text}`);
  });

  it.each([
    ['"0x10"', "prints 0x10 as 16: write that"],
    ['"010"', "prints 010 as 8: write that"],
    ['"+1"', "prints +1 as 1: write that"],
    ['"-0"', "prints -0 as 0: write that"],
    ['"4096 0x10"', "prints 0x10 as 16: write that"],
    ["true", "write 1"],
    ["false", "write 0"],
    ["1.5", "whole numbers"],
    ['""', "an empty value"],
    ['"a\\nkernel.core_pattern = b"', "text of one line"],
    ['"a\\u2028b"', "text of one line"],
    ['"a\\0"', "text of one line"],
    [`"${"a".repeat(1025)}"`, "at most 1024"],
    ["[1, 2]", "a number or a text"],
    ["null", "a number or a text"],
  ])("%s is refused, with its place and what to write", (written, reason) => {
    const said = refusal(`a.b: ${written}`);
    expect(said).toMatch(/^4:\d+ /);
    expect(said).toContain(reason);
  });
});

it("of two services that set one value, the second is refused with the place of the first", () => {
  const web = read(["net.core.somaxconn: 1", "net.core.rmem_max: 1"]);
  const api = { ...read(["net/core/somaxconn: 1"]), name: "api" };
  expect(sharedValues([web, api, web])).toEqual([
    {
      place: api.blockFiles[0]?.lines[0]?.place,
      message: "net/core/somaxconn: web sets it as well, at services/x.yaml:4:23",
      hint: "Set it in one service alone.",
      excerpt: "",
    },
  ]);
});
