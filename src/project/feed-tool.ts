/**
 * Gives bytes to a program that checks signatures, piece by piece, without a shell and with next to no
 * environment.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

/** A program to run. folder: its working directory and home. */
export type ToolOrder = {
  readonly program: string;
  readonly words: readonly string[];
  readonly folder: string;
  readonly longestMilliseconds: number;
};
/** What it said and how it ended; reason: why it gave no answer. */
export type ToolAnswer =
  | { readonly ok: true; readonly status: number; readonly stdout: string; readonly stderr: string }
  | { readonly ok: false; readonly missing: boolean; readonly reason: string };

/** A running program. take: resolves when it may have more. end: after the last byte. */
export type Tool = {
  readonly take: (bytes: Uint8Array) => Promise<void>;
  readonly end: () => Promise<ToolAnswer>;
};

const MAX_SAID = 64 * 1024;

/** Starts the program. It never rejects: a failure is the answer. */
export function startTool(order: ToolOrder): Tool {
  const { program, words, folder } = order;
  const child = spawn(program, words, {
    cwd: folder,
    env: environmentIn(folder),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const closed = new Promise((resolved) => child.stdin.once("close", resolved));
  const state: ToolState = { taking: true, deaf: false };
  const ended = answerOf(child, order, state);
  return {
    take: async (bytes) => {
      if (!state.taking || child.stdin.write(bytes)) return;
      await Promise.race([new Promise((drained) => child.stdin.once("drain", drained)), closed]);
    },
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}

function environmentIn(folder: string): NodeJS.ProcessEnv {
  const path = process.env.PATH ?? "/usr/bin:/bin";
  return { PATH: path, HOME: folder, GNUPGHOME: folder, TMPDIR: folder, LC_ALL: "C" };
}

/** taking: it may have more; deaf: it closed its input itself. */
type ToolState = { taking: boolean; deaf: boolean };

/** Resolves once, when the program has ended or is given up. */
function answerOf(
  child: ChildProcessWithoutNullStreams,
  { program, longestMilliseconds }: ToolOrder,
  state: ToolState,
): Promise<ToolAnswer> {
  const said = listenTo(child);
  const { promise, resolve } = Promise.withResolvers<ToolAnswer>();
  const finish = (answer: ToolAnswer): void => {
    clearTimeout(timer);
    state.taking = false;
    // What the program left running may hold its output open.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    child.kill("SIGKILL");
    resolve(answer);
  };
  const refuse = (reason: string, missing = false): void =>
    finish({ ok: false, missing, reason: `${program} ${reason}` });
  const late = `did not end within ${longestMilliseconds / 1000} s`;
  const timer = setTimeout(() => refuse(late), longestMilliseconds);
  // Who does not read to the end cannot say yes, but may well say no.
  child.stdin.on("error", () => {
    state.taking = false;
    state.deaf = true;
  });
  child.once("error", (error: NodeJS.ErrnoException) =>
    error.code === "ENOENT"
      ? refuse("is not installed here", true)
      : refuse(`could not be run (${error.code ?? "unknown"})`),
  );
  child.once("close", (status, signal) => {
    if (status === null) refuse(`was killed by ${signal}`);
    else if (status === 0 && (state.deaf || !child.stdin.writableFinished))
      refuse("ended before it had read everything");
    else finish({ ok: true, status, ...said });
  });
  return promise;
}

/** What the program says, as far as it has said it. */
function listenTo(child: ChildProcessWithoutNullStreams): {
  readonly stdout: string;
  readonly stderr: string;
} {
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] = (said[name] + text).slice(0, MAX_SAID);
    });
  }
  return said;
}
