/** Who else is at work on a host: package managers, configuration managers, other runs of svcdeploy. */
import type { OpenTransaction } from "../model/observation.ts";
import { isLocked } from "../plan/notices/host-notices.ts";
import type { CheckAnswer, CheckFinding, ForeignLock } from "./host-check.ts";

/**
 * Locks that are held are bad; a process without a lock, a file without an owner and an unfinished
 * transaction are worth a look.
 */
export function judgeManagers({ locks, processes, transactions }: CheckAnswer): readonly CheckFinding[] {
  const byHolder = Map.groupBy(locks, ({ pid, path }) => (pid === null ? path : `pid ${pid}`));
  const holders = new Set(locks.map(({ pid }) => pid));
  const others = processes.filter(({ pid }) => !holders.has(pid));
  return [
    ...transactions.map(judgeTransaction),
    ...[...byHolder.values()].map(judgeLock),
    ...others.map(({ pid, program }) => processFinding(pid, program)),
  ];
}

function judgeLock(locks: readonly ForeignLock[]): CheckFinding {
  const paths = locks.map(({ path }) => path).join(", ");
  const [first] = locks;
  if (first === undefined || first.pid === null) {
    const fix = "Its owner is at work there, or died and left the file behind.";
    return { severity: "warn", code: "lock-file", text: `${paths} is there`, fix, commands: [] };
  }
  const text = `${first.program === "" ? "a process" : first.program} (pid ${first.pid}) holds ${paths}`;
  return {
    severity: "bad",
    code: "other-manager",
    text,
    fix: "Wait until it has finished; if it takes long, look at it.",
    commands: [look(first.pid)],
  };
}

function processFinding(pid: number, program: string): CheckFinding {
  const fix = "It may change the host at the same time; wait until it has finished.";
  return {
    severity: "warn",
    code: "other-manager",
    text: `${program} (pid ${pid}) is running`,
    fix,
    commands: [look(pid)],
  };
}

function look(pid: number): string {
  return `ps -o pid,user,etime,args -p ${pid}   # on the host`;
}

function judgeTransaction(transaction: OpenTransaction): CheckFinding {
  const { id, owner, project, state, ageSeconds } = transaction;
  const text = `transaction ${id.slice(0, 12)} of ${owner} (project ${project}, ${state})`;
  const age = ageSeconds === null ? "" : `, for ${ageSeconds} s by now`;
  if (isLocked(transaction))
    return {
      severity: "bad",
      code: "locked",
      text: `${text} is under way${age}`,
      fix: "Wait until that run has ended.",
      commands: [],
    };
  if (state === "ROLLBACK_FAILED") {
    const fix = "Look at the host first; the transaction's journal says what could not be restored.";
    return {
      severity: "bad",
      code: "rollback-failed",
      text: `${text} could not be undone completely`,
      fix,
      commands: [`journalctl -u svcdeploy-${id}.service   # on the host`],
    };
  }
  return {
    severity: "warn",
    code: "unfinished",
    text: `${text} has lost its controller`,
    fix: "The next apply settles it first.",
    commands: [],
  };
}
