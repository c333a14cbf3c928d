/** The options that make drift a thing for cron, and those that install it, as yargs takes them. */
import type { Options } from "yargs";

/** Of drift and of install-timer, which passes them on. */
export const PASSED_ON = {
  timeout: {
    type: "string",
    describe: "the run's time; a host not seen by then is not seen",
    requiresArg: true,
  },
  notify: {
    type: "string",
    array: true,
    describe: "tell [slack+]https://… or those in @FILE on change",
    requiresArg: true,
  },
  "notify-key": { type: "string", describe: "file with the key to sign with", requiresArg: true },
  prometheus: { type: "string", describe: "also write FILE for the textfile collector", requiresArg: true },
  state: {
    type: "string",
    describe: "folder for the lock, what was told and what was healed",
    requiresArg: true,
  },
} as const satisfies Readonly<Record<string, Options>>;

/** Of drift. */
export const WATCH = {
  cron: { type: "boolean", describe: "silent when all is well, else a mail; one run at a time" },
  ...PASSED_ON,
} as const satisfies Readonly<Record<string, Options>>;

/** Of install-timer alone. */
export const TIMER = {
  every: { type: "string", default: "15min", describe: "how often", requiresArg: true },
  "env-file": { type: "string", describe: "file with NAME=VALUE lines for the runs", requiresArg: true },
  crontab: { type: "boolean", describe: "print a crontab line instead" },
  print: { type: "boolean", describe: "print the service and the timer instead" },
  out: { type: "string", describe: "write the two files into DIR instead", requiresArg: true },
  remove: { type: "boolean", describe: "take away what was installed" },
  on: {
    type: "string",
    describe: "on this host of the inventory; files named are its own",
    requiresArg: true,
  },
  "project-on": { type: "string", describe: "with --on: the project's folder there", requiresArg: true },
  "identity-on": {
    type: "string",
    describe: "with --on: private key there, for the runs",
    requiresArg: true,
  },
  "known-hosts-on": {
    type: "string",
    array: true,
    describe: "with --on: known_hosts there, for the runs",
    requiresArg: true,
  },
} as const satisfies Readonly<Record<string, Options>>;
