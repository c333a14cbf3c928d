/** What install-timer shows: files, the crontab line, and what was done. */
import { type Line, line, styled } from "./lines/text.ts";

/** An installed pair: what was done in order, and how to see and undo it. host: null on this machine. */
export type InstalledTimer = {
  readonly lines: readonly string[];
  readonly about: string;
  readonly every: string;
  readonly name: string;
  readonly scope: "system" | "user";
  readonly host: string | null;
};

/** Both files, each under its name. */
export function unitsText(name: string, units: { readonly service: string; readonly timer: string }): string {
  return `# ${name}.service\n${units.service}\n# ${name}.timer\n${units.timer}`;
}

/** The line, with what to do with it; as a whole it may be piped into crontab. */
export function crontabText(about: string, text: string): string {
  return [
    `# ${about}: silent when all is well, else cron mails what it says.`,
    "# Put it into `crontab -e`; in a file of /etc/cron.d the user's name follows the five time fields.",
    "#MAILTO=you@example.org",
    text,
    "",
  ].join("\n");
}

/** What was done, what follows, and how to see and undo it. */
export function installedText({ lines, about, every, name, scope, host }: InstalledTimer): readonly Line[] {
  const user = scope === "user" ? " --user" : "";
  const commands = [
    [`systemctl${user} list-timers ${name}.timer`, "when it runs next"],
    [`systemctl${user} status ${name}`, "how the last run ended; failed: drift, or a host not checked"],
    [`journalctl${user} -u ${name}`, "its output"],
  ] as const;
  return [
    ...lines.map((text) => line(styled("dim", host === null ? text : `${host}: ${text}`))),
    [],
    line(styled("strong", `${about}: every ${every} from now on${host === null ? "" : `, on ${host}`}.`)),
    ...commands.flatMap(([command, what]) => [line("  ", command), line(styled("dim", `      ${what}`))]),
    line("  The same command with --remove removes it."),
    ...(scope === "user"
      ? [
          line(
            styled("warn", "It runs while you are logged in; to run it always: "),
            "loginctl " + "enable-linger",
          ),
        ]
      : []),
  ];
}

/** What was removed; lines null: nothing was there. */
export function removedText(lines: readonly string[] | null, path: string): readonly Line[] {
  if (lines === null) return [line(`Nothing to remove: ${path} does not exist.`)];
  return [
    ...lines.map((text) => line(styled("dim", text))),
    line("The timer is removed; a run under way finishes by itself."),
  ];
}
