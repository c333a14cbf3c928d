/**
 * Every directive that a version of systemd knows can be written where it belongs, and none that it does not
 * know.
 */
import { expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { directiveNames, isKnownDirective } from "../../../src/core/unit-file/directive-table.ts";
import { anyHost, normaliseText } from "./normalise-text.ts";

/** Section and how a service says a directive of it; what follows from the block itself is left out. */
const BLOCKS: readonly (readonly [string, (directive: string) => string, readonly string[]])[] = [
  ["Unit", (directive) => `unit: { ${directive} }`, []],
  ["Service", (directive) => `service: { ${directive} }`, []],
  ["Install", (directive) => `install: { ${directive} }`, []],
  ["Slice", (directive) => `slice: { name: a, ${directive} }`, []],
  [
    "Timer",
    (directive) => `timers: [{ name: a, ExecStart: /x, ${directive}, OnCalendar: daily }]`,
    ["Unit", "OnCalendar"],
  ],
  [
    "Socket",
    (directive) => `sockets: [{ ${directive}, ListenStream: 1 }]`,
    ["Service", "ListenStream", "Accept"],
  ],
  [
    "Path",
    (directive) => `paths: [{ name: a, ExecStart: /x, ${directive}, PathExists: /x }]`,
    ["Unit", "PathExists"],
  ],
  ...["Unit", "Service", "Socket", "Timer", "Path", "Slice", "Mount", "Automount", "Swap"].map(
    (section) => [section, (directive: string) => dropIn(section, directive), []] as const,
  ),
];

function dropIn(section: string, directive: string): string {
  const unit = `a.${section === "Unit" ? "service" : section.toLowerCase()}`;
  return `dropins: [{ unit: ${unit}, name: a, onChange: none, ${section}: { ${directive} } }]`;
}

function mistakes(text: string, systemd: number): readonly string[] {
  try {
    normaliseText(`name: api\n${text}\n`, { ...anyHost, systemd });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ message }) => message);
  }
}

test.each([247, 252, 257])("systemd %i", (systemd) => {
  for (const [section, write, without] of BLOCKS) {
    for (const name of directiveNames(section).filter((each) => !without.includes(each))) {
      const text = write(`${name}: "1"`);
      const found = mistakes(text, systemd);
      if (isKnownDirective(section, name, systemd)) expect(found, text).toEqual([]);
      else expect(found.join(), text).toContain(`systemd ${systemd} knows no ${name}=`);
    }
  }
});
