/** The written form of `logrotate:` of a service, and what it means. */
import type * as z from "zod";
import { nearestName } from "../errors.ts";
import type { Place } from "../model/declared.ts";
import type { Service } from "../model/service.ts";
import { refuseHostGlob } from "./allow-lists.ts";
import { refuseOurPath } from "./ours.ts";
import {
  accountName,
  bad,
  describe,
  good,
  type LeafResult,
  leaf,
  listOf,
  map,
  textThat,
} from "./schema-parts.ts";

const logrotateValue = leaf(
  (value) => {
    if (value === true || value === "true") return good(null);
    if (value === false || value === "false")
      return bad("leave the option out, or write its opposite (nocompress: true)");
    if (typeof value !== "string" && typeof value !== "number")
      return bad(`true, a text or a number is expected here, this is ${describe(value)}`);
    return /^[A-Za-z0-9 ./%:_+-]+$/.test(String(value))
      ? good(String(value))
      : bad("an option's value has letters, digits, blanks and . / % : _ + -");
  },
  { type: ["string", "number", "boolean"] },
);

const LOGROTATE_OPTIONS = (
  "addextension compress nocompress compresscmd compressext compressoptions copy nocopy copytruncate " +
  "nocopytruncate createolddir nocreateolddir dateext nodateext dateformat dateyesterday datehourago " +
  "delaycompress nodelaycompress extension hourly daily weekly monthly yearly ifempty notifempty maxage " +
  "maxsize minage minsize missingok nomissingok olddir noolddir rotate sharedscripts nosharedscripts " +
  "shred noshred shredcycles size start uncompresscmd create nocreate nomail renamecopy norenamecopy"
).split(" ");

/**
 * What the service gets after a rotation: a reload, or a signal that programs take for "reopen your logs";
 * never a script.
 */
const reopenSignal = { enum: ["HUP", "USR1", "USR2", "WINCH"].flatMap((name) => [name, `SIG${name}`]) };

const signalShape = {
  type: "object",
  properties: { signal: reopenSignal },
  required: ["signal"],
  additionalProperties: false,
};

const postrotate = leaf(
  (value): LeafResult<NonNullable<NonNullable<Service["logrotate"]>["postrotate"]>> => {
    if (value === "reload") return good({ do: "reload" });
    const signal =
      typeof value === "object" && value !== null && Object.keys(value).length === 1 && "signal" in value
        ? value.signal
        : null;
    if (typeof signal !== "string")
      return bad(
        "reload or { signal: USR1 } is expected here: root's shell on the host runs nothing of a project",
      );
    return reopenSignal.enum.includes(signal)
      ? good({ do: "signal", signal: signal.replace(/^SIG/, "") })
      : bad("a signal after a rotation is HUP, USR1, USR2 or WINCH");
  },
  { anyOf: [{ enum: ["reload"] }, signalShape] },
);

/** Options of logrotate(8) by their own names, with the paths, `su` and `postrotate`. */
export const logrotate = map({
  paths: listOf(textThat((path) => refuseHostGlob(path) ?? refuseOurPath(path))),
  su: map({ user: accountName, group: accountName }).optional(),
  postrotate: postrotate.optional(),
})
  .catchall(logrotateValue)
  .superRefine((value, context) => {
    for (const name of Object.keys(value)) {
      const reason = refuseLogrotateOption(name);
      if (reason !== null) context.addIssue({ code: "custom", path: [name], message: reason });
    }
  });

/** `logrotate:` as read → as code may take it. */
export function readLogrotate(
  { paths, su, postrotate, ...options }: z.infer<typeof logrotate>,
  place: Place,
): NonNullable<Service["logrotate"]> {
  return {
    paths,
    options: Object.entries(options).map(([name, value]) => ({ name, value })),
    su: su ?? null,
    postrotate: postrotate ?? null,
    place,
  };
}

/**
 * Options that run scripts stay out. Those whose values must be checked are looked at again when the file is
 * rendered.
 */
function refuseLogrotateOption(name: string): string | null {
  if (["paths", "su", "postrotate"].includes(name) || LOGROTATE_OPTIONS.includes(name)) return null;
  if (/rotate$|action$|script$|preremove/.test(name))
    return (
      `\`${name}\` is not supported: root's shell on the host runs nothing of a project; postrotate: ` +
      "reload, or { signal: USR1 }, is"
    );
  const nearest = nearestName(name, LOGROTATE_OPTIONS);
  return `there is no logrotate option "${name}"${nearest === null ? "" : `; did you mean "${nearest}"?`}`;
}
