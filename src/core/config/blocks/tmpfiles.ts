/** tmpfiles: files and folders that systemd-tmpfiles makes, in /etc/tmpfiles.d (tmpfiles.d(5)). */

import { parseTimeSpan } from "../../unit-file/time-span.ts";
import { splitWords } from "../../unit-file/words.ts";
import { refuseOurPath } from "../ours.ts";
import { bad, describe, good, leaf, listOf } from "../schema-parts.ts";
import { makeBlock } from "./block.ts";

/** The block. */
export const tmpfiles = makeBlock(
  listOf(
    leaf(
      (written) =>
        typeof written === "string"
          ? good(written.trim())
          : bad(`a line is expected here, this is ${describe(written)}`),
      { type: "string" },
    ),
  ),
  {
    tmpfiles: {
      says: [
        "Lines of tmpfiles.d(5): /etc/tmpfiles.d/svcdeploy-SERVICE.conf. systemd-tmpfiles creates what they",
        "say before the units start, and at each boot. What it creates is not undone.",
      ].join(" "),
      example: 'tmpfiles:\n  - "d /run/web 0755 web web -"\n',
    },
  },
  (written, { service, host, placeOf, refuse }) => {
    const lines = written.map((text, index) => {
      const reason = whyNoLine(text, host.systemd);
      if (reason !== null) refuse([index], reason);
      return { text, at: ["tmpfiles", index], place: placeOf([index]) };
    });
    return lines.length === 0
      ? []
      : [{ role: "tmpfiles", path: `/etc/tmpfiles.d/svcdeploy-${service}.conf`, lines }];
  },
);

/** The types that need a seventh field, and the others: all of 247 to 257 but those that remove. */
const NEEDY = /^[wcbtThHaA]$/;
const TYPES = /^[fdevqQpLCxXzZwcbtThHaA]$/;

/** What would take away what others have put there; the reason behind each. */
const REMOVERS: Readonly<Record<string, string>> = {
  r: "r removes files at each boot, which nothing could undo",
  R: "R removes folders at each boot, which nothing could undo",
  D: "D empties the folder at each boot, which nothing could undo: write d",
  F: "F empties a file that is there, which nothing could undo: write f",
};

/** Modifiers → the first of 247, 252 and 257 that knows it, tried with systemd-tmpfiles itself. */
const MODIFIERS: Readonly<Record<string, number>> = {
  "!": 247,
  "-": 247,
  "~": 252,
  "^": 252,
  $: 257,
  "?": 257,
};

/** Types to which + means to append; to the others it means to replace what is there. */
const APPENDING = ["w", "a", "A"];

function whyNoLine(line: string, systemd: number): string | null {
  if (/\p{Cc}|[\u2028\u2029]/u.test(line) || !line.isWellFormed()) return "a line is text of one line";
  if (line === "" || line.startsWith("#")) return "a line has a type and a path, e.g. d /run/web";
  const { words, problem } = splitWords(line);
  if (problem !== null) return problem;
  const [type = "", path, mode = "-", user = "-", group = "-", age = "-", ...argument] = words.map(
    ({ value }) => value,
  );
  if (path === undefined) return `${JSON.stringify(line)}: a path is missing behind the type`;
  return (
    whyNoType(type, systemd, argument.length > 0) ??
    whyNoPath(path) ??
    whyNoMode(mode, systemd) ??
    whyNoAccount("user", user, systemd) ??
    whyNoAccount("group", group, systemd) ??
    whyNoAge(age, systemd)
  );
}

function whyNoType(word: string, systemd: number, hasArgument: boolean): string | null {
  const [letter = "", ...modifiers] = word;
  const remover = REMOVERS[letter];
  if (remover !== undefined) return remover;
  if (!TYPES.test(letter)) return `${JSON.stringify(letter)} is no type of tmpfiles.d`;
  for (const modifier of modifiers) {
    if (modifier === "=") return `${word} removes what is in its way, which nothing could undo: leave = out`;
    if (modifier === "+") {
      if (!APPENDING.includes(letter))
        return `${word} replaces what is there, which nothing could undo: leave + out`;
      continue;
    }
    const since = MODIFIERS[modifier];
    if (since === undefined || (modifier === "?" && letter !== "L"))
      return `${word}: ${letter} has no modifier ${modifier}`;
    if (since > systemd) return newer(`the modifier ${modifier}`, since, systemd);
  }
  // With ^ the argument is the name of a credential, and all the same an argument.
  return NEEDY.test(letter) && !hasArgument ? `${letter} needs an argument, the seventh field` : null;
}

function newer(what: string, since: number, systemd: number): string {
  return `${what} is known to systemd ${since}, not to this host's ${systemd}`;
}

/** A specifier at the start stands for a folder: %t, %S … */
function whyNoPath(path: string): string | null {
  if (!/^(?:\/|%[A-Za-z])/.test(path))
    return `${JSON.stringify(path)}: the path is absolute: it starts with /`;
  if (path.split("/").includes("..")) return `${JSON.stringify(path)}: a path has no ..`;
  const reason = refuseOurPath(expand(path).replace(/\/+/g, "/"));
  return reason === null ? null : `${JSON.stringify(path)}: ${reason}`;
}

/** The folders that specifiers stand for in tmpfiles.d(5), for the system's manager. */
const FOLDERS: Readonly<Record<string, string>> = {
  "%S": "/var/lib",
  "%C": "/var/cache",
  "%L": "/var/log",
  "%t": "/run",
};

function expand(path: string): string {
  return path.replace(/^%[A-Za-z]/, (specifier) => FOLDERS[specifier] ?? specifier);
}

function whyNoMode(mode: string, systemd: number): string | null {
  if (mode === "-") return null;
  if (!/^[~:]{0,2}0?[0-7]{1,4}$/.test(mode))
    return `${JSON.stringify(mode)} is no mode: octal digits, e.g. 0755, behind ~ or : where wanted`;
  return mode.includes(":") && systemd < 252 ? newer("a mode with :", 252, systemd) : null;
}

function whyNoAccount(what: string, name: string, systemd: number): string | null {
  if (name === "-") return null;
  if (!/^:?(?:\d{1,10}|[A-Za-z_%][A-Za-z0-9_.%-]{0,63})$/.test(name))
    return `${JSON.stringify(name)} is no ${what}`;
  return name.startsWith(":") && systemd < 252 ? newer(`a ${what} with :`, 252, systemd) : null;
}

function whyNoAge(age: string, systemd: number): string | null {
  if (age === "-") return null;
  const [, , by, span = ""] = /^(~?)(?:([aAbBcCmM]+):)?(.*)$/.exec(age) ?? [];
  if (parseTimeSpan(span) === null) return `${JSON.stringify(age)} is no age: a time span, e.g. 10d`;
  return by !== undefined && systemd < 252 ? newer(`an age by ${by}`, 252, systemd) : null;
}
