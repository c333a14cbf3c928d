/**
 * The unit-file library against the real systemd 247, 252 and 257: the same inputs to both, and every answer
 * compared. Inputs come from fixed seeds.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CAPABILITIES } from "../../src/core/unit-file/capability.ts";
import { readEnvironmentFile } from "../../src/core/unit-file/environment-text.ts";
import {
  escapePath,
  escapeUnitName,
  unescapePath,
  unescapeUnitName,
} from "../../src/core/unit-file/escape.ts";
import { expandArguments, readExecLine } from "../../src/core/unit-file/exec-line.ts";
import { exitStatuses } from "../../src/core/unit-file/exit-status.ts";
import { formatTimeSpan, parseTimeSpanMicroseconds } from "../../src/core/unit-file/time-span.ts";
import {
  instanceOf,
  instancePathOf,
  instantiate,
  mangleUnitName,
} from "../../src/core/unit-file/unit-name.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import {
  calendarAnswer,
  differences,
  isOurs,
  isPathWithoutDots,
  numberCases,
  withoutStar,
} from "../support/library-answers.ts";
import { askCalendar, askEach } from "../support/systemd-tools.ts";
import {
  calendarExpression,
  environmentText,
  execArguments,
  nameText,
  timeSpan,
} from "../support/unit-values.ts";

let hosts: readonly TestHost[] = [];
const hostOf = (systemd: number): TestHost => {
  const host = hosts.find((each) => each.systemd === systemd);
  if (host === undefined) throw new Error(`no host of systemd ${systemd}`);
  return host;
};

beforeAll(async () => {
  hosts = await Promise.all(
    systemdVersions.map((systemd) => startHost({ systemd, name: `unitlib-${systemd}` })),
  );
});
afterAll(removeHosts);

function sample<T>(values: fc.Arbitrary<T>, count: number): readonly T[] {
  return [...new Set(fc.sample(values, { seed: 20_261_121, numRuns: count }))];
}

describe.each(systemdVersions)("systemd %d", (systemd) => {
  test("calendar expressions: normal form and five elapses", async () => {
    const bases = [
      "2026-01-01 00:00:00",
      "2026-03-28 22:11:05",
      "2026-10-25 00:20:00",
      "2028-02-28 23:59:59",
    ];
    const expressions = sample(calendarExpression, 2600);
    expect(expressions.length).toBeGreaterThan(2000);
    for (const [index, base] of bases.entries()) {
      const part = expressions.filter((_each, at) => at % bases.length === index);
      const real = await askCalendar(hostOf(systemd), part, `${base} UTC`);
      const theirs = part.map((each) =>
        (real.get(each) ?? []).map((line) => (systemd === 247 ? withoutStar(line) : line)).join("\n"),
      );
      const ours = part.map((each) =>
        calendarAnswer(each, base, systemd)
          .map((line) => (systemd === 247 ? withoutStar(line) : line))
          .join("\n"),
      );
      expect(real.size).toBeGreaterThan(part.length / 2);
      expect(differences(part, ours, theirs)).toEqual([]);
    }
  });

  test("time spans", async () => {
    const spans = ["infinity", "0", "", " infinity ", "infinity 1", ...sample(timeSpan, 150)];
    const real = await askEach(hostOf(systemd), spans, {
      each: 'systemd-analyze timespan -- "$(cat $IN; printf x | tr -d x)"',
    });
    const theirs = real.map(
      (answer) => /s: (\d+)\s+Human: (.*)/.exec(answer)?.slice(1).join(" ") ?? "refused",
    );
    const ours = spans.map((each) => {
      const span = parseTimeSpanMicroseconds(each);
      return span === null
        ? "refused"
        : `${span === "infinity" ? 2n ** 64n - 1n : span} ${formatTimeSpan(span)}`;
    });
    expect(differences(spans, ours, theirs)).toEqual([]);
  });

  test("systemd-escape in all modes", async () => {
    const texts = sample(nameText, 80);
    const modes: readonly (readonly [string, (text: string) => string | null])[] = [
      ["", escapeUnitName],
      ["--path", (text) => (isPathWithoutDots(text) ? escapePath(text) : "")],
      [
        "--mangle",
        (text) =>
          systemd === 247 && text.startsWith("/") && !isPathWithoutDots(text) ? "" : mangleUnitName(text),
      ],
      ["--template=web@.service", (text) => instantiate("web@.service", text)],
      ["--unescape", unescapeUnitName],
      ["--unescape --path", unescapePath],
      ["--unescape --instance", instanceOf],
      ["--unescape --instance --path", instancePathOf],
    ];
    const each = modes
      .map(([mode]) => `systemd-escape ${mode} -- "$(cat $IN)" || echo '!'; echo ---`)
      .join("\n");
    const real = await askEach(hostOf(systemd), texts, { each });
    for (const [index, [mode, ours]] of modes.entries()) {
      const compared = texts.map(
        (text, at) =>
          [
            text,
            ours(text) ?? "!",
            real[at]?.split("---\n")[index]?.replace(/\n$/, "") ?? "no answer",
          ] as const,
      );
      const counted = compared.filter(([, our]) => our !== "");
      expect(counted.length, mode).toBeGreaterThan(5);
      expect(
        differences(
          counted.map(([text]) => `${mode} ${text}`),
          counted.map(([, our]) => our),
          counted.map(([, , their]) => their),
        ),
      ).toEqual([]);
    }
  });

  test("exit statuses and capabilities", async () => {
    const { stdout } = await hostOf(systemd).exec(["systemd-analyze", "exit-status"]);
    const statuses = stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(/\s+/).join(" "));
    expect(exitStatuses(systemd).map(({ name, status, class: kind }) => `${name} ${status} ${kind}`)).toEqual(
      statuses,
    );
    const capabilities = (await hostOf(systemd).exec(["systemd-analyze", "capability"])).stdout
      .trim()
      .split("\n")
      .slice(1);
    expect(CAPABILITIES.map((name, number) => `${name} ${number}`)).toEqual(
      capabilities.map((line) => line.split(/\s+/).join(" ")),
    );
  });

  test("sizes, percentages, signals, statuses and sets of capabilities, as the manager shows them", async () => {
    const cases = numberCases(systemd);
    const real = await askEach(
      hostOf(systemd),
      cases.map(([line, property]) => `[Service]\nType=oneshot\nExecStart=/bin/true\n${line}\n# ${property}`),
      {
        each: "cp $IN /etc/systemd/system/asked$N.service",
        between: "systemctl daemon-reload",
        after:
          'systemctl show --value -p "$(sed -n "s/^# //p" $IN)" asked$N.service; rm /etc/systemd/system/asked$N.service',
      },
    );
    expect(
      differences(
        cases.map(([line]) => line),
        cases.map(([, , ours]) => ours),
        real.map((answer) => answer.trim()),
      ),
    ).toEqual([]);
  });

  test("environment files, through a real service", async () => {
    const texts = [
      'A="x\ny"\nB=1',
      "A='a\\\nb'\nB=1",
      "A='x",
      'A="x\nB=2',
      "A=1\\",
      'A="\\$\\n\\""',
      ...sample(environmentText, 120),
    ];
    const unit =
      "[Service]\nType=oneshot\nEnvironmentFile=/tmp/asked/%i\nExecStart=/bin/sh -c 'cp /proc/self/environ /tmp/asked/%i.out'\n";
    const real = await askEach(hostOf(systemd), texts, {
      before: `printf '%s' '${unit.replaceAll("'", "'\\''")}' > /etc/systemd/system/asked@.service; systemctl daemon-reload`,
      each: ":",
      between: "systemctl start $(seq -f 'asked@%.0f.service' 1 $N)",
      after: "if [ -e $IN.out ]; then cat $IN.out; else printf refused; fi",
    });
    const theirs = real.map((answer) =>
      answer === "refused" ? answer : answer.split("\0").filter(isOurs).sort().join("\0"),
    );
    const ours = texts.map((text) => {
      const { variables, problems } = readEnvironmentFile(Buffer.from(text), "asked", systemd);
      const last = new Map(variables.map(({ name, value }) => [name, value]));
      return problems.some(({ effect }) => effect === "file refused")
        ? "refused"
        : [...last]
            .map((pair) => pair.join("="))
            .filter(isOurs)
            .sort()
            .join("\0");
    });
    expect(differences(texts, ours, theirs)).toEqual([]);
  });

  test("Exec lines, through the arguments of real processes", async () => {
    const prefixes = ["", "", "", "-", "@", "-@", "+", ":", "--", "+!", "@:"];
    const generated = sample(execArguments, 120).map(
      (text, index) => `${prefixes[index % prefixes.length]}/root/args zero ${text}`,
    );
    const lines = [
      "/root/args a ; /root/args b",
      "/root/args ; ; /root/args c",
      "; /root/args z",
      "/root//./args a",
      "root/args",
      "/root/args/",
      "-",
      "/root/args \"a\"b'c'",
      ...generated,
    ];
    const environment = new Map([
      ["ONE", "1"],
      ["TWO", 'a  b "c d"'],
      ["EMPTY", ""],
    ]);
    const real = await askEach(hostOf(systemd), lines, {
      before:
        "printf '#!/bin/sh\\ncat /proc/$$/cmdline >> /tmp/asked/$NUMBER.out; echo --- >> /tmp/asked/$NUMBER.out\\n' > /root/args; chmod +x /root/args",
      each: `{ printf '[Service]\\nType=oneshot\\nEnvironment=NUMBER=%s ONE=1 "TWO=a  b \\\\"c d\\\\"" EMPTY=\\nExecStart=' $N; cat $IN; echo; } > /etc/systemd/system/asked$N.service`,
      between: "systemctl daemon-reload; systemctl start $(seq -f 'asked%.0f.service' 1 $N)",
      after:
        "if [ -e $IN.out ]; then cat $IN.out; else printf refused; fi; rm /etc/systemd/system/asked$N.service",
    });
    const theirs = real.map((answer) =>
      answer === "refused"
        ? answer
        : answer
            .split("---\n")
            .slice(0, -1)
            .map((run) => run.split("\0").slice(2).join("\0"))
            .join("---\n"),
    );
    const ours = lines.map((line) => {
      const { commands, problem, effect } = readExecLine(line.trim(), {
        systemd,
        resolve: (word) => word.replaceAll("%%", "%"),
      });
      if (commands.length === 0 || (problem !== null && effect === "unit refused")) return "refused";
      const runs = commands.map(({ argv, expandsEnvironment }) =>
        (expandsEnvironment ? expandArguments(argv, environment).argv : argv).slice(1),
      );
      return runs.map((run) => run.map((argument) => `${argument}\0`).join("")).join("---\n");
    });
    expect(differences(lines, ours, theirs)).toEqual([]);
  });
});
