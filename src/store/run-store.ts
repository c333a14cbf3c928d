/**
 * Runs in the history: written at their start and their end, read as a list or one by one, and forgotten in
 * time.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { RecordedHost, RecordedPlan, RecordedRun } from "../core/history/recorded-run.ts";
import type { AppliedHost } from "../core/model/run.ts";

/** So many runs are kept, and none that is older. */
export const KEPT = { runs: 1000, days: 400 } as const;

/**
 * Writes a run as it is known by now, instead of what was known of it; now: milliseconds since the epoch, for
 * what is to be forgotten.
 */
export function putRun(database: DatabaseSync, run: RecordedRun, now: number): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    database.prepare("DELETE FROM runs WHERE id = ?").run(run.id);
    insertRun(database, run);
    insertHosts(database, run);
    forget(database, now);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function insertRun(database: DatabaseSync, run: RecordedRun): void {
  database
    .prepare("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .run(
      run.id,
      JSON.stringify(run.commandLine),
      run.project,
      run.folder,
      run.environment,
      run.user,
      run.controller,
      run.commit,
      run.tree,
      Math.round(run.startedAt),
      run.end === null ? null : Math.round(run.end.durationMilliseconds),
      run.end?.exitCode ?? null,
      JSON.stringify(run.selected),
      JSON.stringify(run.plans),
    );
}

function insertHosts(database: DatabaseSync, run: RecordedRun): void {
  const insert = database.prepare("INSERT INTO hosts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const [position, host] of run.hosts.entries()) {
    const { host: name, play, status, cause, services, message, transaction } = host;
    insert.run(
      run.id,
      position,
      name,
      play,
      status,
      cause,
      JSON.stringify(services),
      message,
      transaction,
      JSON.stringify(host),
    );
  }
}

/** All runs, newest first, in brief: their plans and what their hosts' units and programs said are empty. */
export function listRuns(database: DatabaseSync): readonly RecordedRun[] {
  const ends = database.prepare(
    `SELECT run, json_object('host', host, 'play', play, 'status', status, 'cause', cause,
       'services', json(services), 'message', message, 'hint', NULL, 'transaction', txn,
       'durationMilliseconds', 0, 'changes', json_extract(report, '$.changes'), 'actions', json('[]'),
       'verdicts', json('[]'), 'health', json('[]'), 'journal', json('[]')) AS report
     FROM hosts ORDER BY run, position`,
  );
  const hosts = Map.groupBy(ends.all(), ({ run }) => run);
  const runs = database.prepare(
    `SELECT id, command_line, project, folder, environment, user, controller, commit_id, tree, started_at,
       duration, exit_code, selected, '[]' AS plans
     FROM runs ORDER BY started_at DESC, id`,
  );
  return runs.all().map((row) => makeRun(row, hosts.get(row.id ?? "") ?? []));
}

/**
 * The hosts that runs of a project changed in any environment, oldest first. at: when the run began.
 */
export function listApplied(database: DatabaseSync, project: string): readonly AppliedHost[] {
  const rows = database
    .prepare(
      `SELECT host, environment, play, services, txn, started_at FROM hosts JOIN runs ON runs.id = hosts.run
       WHERE project = ? AND status = 'changed' ORDER BY started_at, run, position`,
    )
    .all(project);
  return rows.map((row) => {
    const services: readonly string[] = JSON.parse(String(row.services));
    return {
      host: String(row.host),
      environment: String(row.environment),
      play: String(row.play),
      services,
      transaction: row.txn === null ? null : String(row.txn),
      at: Number(row.started_at),
    };
  });
}

/** The whole run; null when it is not known. */
export function findRun(database: DatabaseSync, id: string): RecordedRun | null {
  const row = database.prepare("SELECT * FROM runs WHERE id = ?").get(id);
  if (row === undefined) return null;
  return makeRun(row, database.prepare("SELECT report FROM hosts WHERE run = ? ORDER BY position").all(id));
}

type RunRow = Record<string, SQLOutputValue>;

function forget(database: DatabaseSync, now: number): void {
  database
    .prepare(
      `DELETE FROM runs WHERE started_at < ?
         OR id NOT IN (SELECT id FROM runs ORDER BY started_at DESC LIMIT ?)`,
    )
    .run(Math.round(now - KEPT.days * 86_400_000), KEPT.runs);
}

// The columns were checked by the schema and written by putRun alone.
function makeRun(row: RunRow, ends: readonly RunRow[]): RecordedRun {
  const text = (name: string): string => String(row[name] ?? "");
  const { duration, exit_code: exitCode, tree } = row;
  const commandLine: readonly string[] = JSON.parse(text("command_line"));
  const selected: readonly string[] = JSON.parse(text("selected"));
  const plans: readonly RecordedPlan[] = JSON.parse(text("plans"));
  return {
    id: text("id"),
    commandLine,
    project: text("project"),
    folder: text("folder"),
    environment: text("environment"),
    user: text("user"),
    controller: text("controller"),
    commit: text("commit_id"),
    tree: tree === "clean" || tree === "dirty" ? tree : "unknown",
    startedAt: Number(row.started_at),
    end:
      duration === null || exitCode === null
        ? null
        : { durationMilliseconds: Number(duration), exitCode: Number(exitCode) },
    selected,
    hosts: ends.map(({ report }) => parseHost(String(report))),
    plans,
  };
}

function parseHost(text: string): RecordedHost {
  const host: RecordedHost = JSON.parse(text);
  return host;
}
