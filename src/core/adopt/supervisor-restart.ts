/** When systemd starts a program of supervisord again, and how it stops it. */
import { count, isTrue, type ProgramDraft } from "./supervisor-draft.ts";

/**
 * A failed start is tried again so often; supervisord waits a second longer each time, systemd the same time.
 */
export function takeRestart(draft: ProgramDraft): readonly (readonly [string, string])[] {
  const { service, notes } = draft;
  const wanted = (draft.source.values.get("autorestart") ?? "unexpected").toLowerCase();
  const written = draft.source.values.get("exitcodes");
  const codes = (written ?? "0")
    .split(",")
    .map((code) => code.trim())
    .filter((code) => /^\d{1,3}$/.test(code));
  const others = codes.filter((code) => code !== "0").join(" ");
  if (/^(?:false|no|off|0)$/.test(wanted)) {
    service.set("Restart", "no");
    notes.push(
      "autorestart was false: unlike supervisord, systemd does not try a failed start again either.",
    );
    return [];
  }
  const isUnexpected = wanted === "unexpected";
  service.set("Restart", isUnexpected && codes.includes("0") ? "on-failure" : "always");
  if (isUnexpected && others !== "")
    service.set(codes.includes("0") ? "SuccessExitStatus" : "RestartPreventExitStatus", others);
  // supervisord's change log, 4.0.0.
  if (isUnexpected && written === undefined)
    notes.push(
      "exitcodes was not written: 0 is taken, as supervisord 4 does; if it ran under supervisord 3, " +
        "where 2 was expected as well, write 0,2.",
    );
  service.set("RestartSec", "1s");
  const [retries, seconds] = [count(draft, "startretries", 3), count(draft, "startsecs", 1)];
  const window = (retries + 1) * (seconds + 1) + 1;
  notes.push(
    `startretries ${retries} and startsecs ${seconds}: given up after ${retries + 1} starts within ` +
      `${window} s, of which each fails within ${seconds} s.`,
  );
  return [
    ["StartLimitIntervalSec", `${window}s`],
    ["StartLimitBurst", String(retries + 1)],
  ];
}

/** Only its main process gets the signal, unless all are to have it. */
export function takeStop(draft: ProgramDraft): void {
  const signal = (draft.source.values.get("stopsignal") ?? "TERM").toUpperCase().replace(/^SIG/, "");
  if (signal !== "TERM") draft.service.set("KillSignal", `SIG${signal}`);
  draft.service.set("TimeoutStopSec", `${count(draft, "stopwaitsecs", 10)}s`);
  const isOn = (key: string): boolean => isTrue(draft.source.values.get(key));
  if (isOn("stopasgroup")) return;
  draft.service.set("KillMode", "mixed");
  if (!isOn("killasgroup"))
    draft.notes.push(
      "Its children that outlive it are killed (KillMode=mixed); supervisord left them running.",
    );
}
