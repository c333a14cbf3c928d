/** Commands as root on a test's host through the container engine: host-agent.pl runs them all over one exec. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a command in a container printed, and its exit status. */
export type Output = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** Runs commands in one container. */
export type Agent = {
  /**
   * Runs a command with this standard input. A command whose container ends ends with it, with a status that
   * is not 0; so does one whose container does not run.
   */
  readonly exec: (command: readonly string[], stdin?: string | Uint8Array) => Promise<Output>;
  /** Lets the agent there end; the next command starts another one. */
  readonly leave: () => void;
};

const script = readFileSync(new URL("./host-agent.pl", import.meta.url));
/** Takes the script from standard input, so that no process of a host has its text among its arguments. */
const load = `my $script = ""; while (length $script < ${script.length}) {
  sysread STDIN, $script, ${script.length} - length $script, length $script or exit } eval $script; die $@`;

/** An agent for this container; it is started at the first command. */
export function makeAgent(container: string): Agent {
  let line: Line | undefined;
  const leave = (): void => {
    line?.child.stdin?.end();
    line = undefined;
  };
  return {
    exec: (command, stdin = "") => {
      line ??= openLine(container, (ended) => {
        if (line === ended) line = undefined;
      });
      return ask(line, command, Buffer.from(stdin));
    },
    leave,
  };
}

/** One agent that runs: its exec, and the commands that have not ended, by their numbers. */
type Line = { readonly child: ChildProcess; readonly open: Map<string, Pending>; asked: number };
/** streams: what was printed so far, standard output first. */
type Pending = { readonly streams: readonly [Buffer[], Buffer[]]; readonly end: (status: number) => void };

function openLine(container: string, onEnd: (line: Line) => void): Line {
  const child = spawn("docker", ["exec", "--interactive", container, "perl", "-e", load]);
  const line: Line = { child, open: new Map(), asked: 0 };
  let heard: Buffer = Buffer.alloc(0);
  const complaints: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    heard = hear(line, heard.length === 0 ? chunk : Buffer.concat([heard, chunk]));
  });
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  child.stdin.on("error", () => {}); // an agent that has ended does not read
  child.once("error", (error) => complaints.push(Buffer.from(error.message)));
  child.once("close", (status) => {
    onEnd(line);
    for (const { streams, end } of line.open.values()) {
      streams[1].push(...complaints);
      end(status === null || status === 0 ? 137 : status);
    }
  });
  child.stdin.write(script);
  return line;
}

function ask(line: Line, command: readonly string[], stdin: Buffer): Promise<Output> {
  const words = Buffer.from(command.map((word) => `${word}\0`).join(""));
  line.asked += 1;
  const id = String(line.asked);
  const { promise, resolve } = Promise.withResolvers<Output>();
  const streams = [[], []] satisfies [Buffer[], Buffer[]];
  const text = (stream: readonly Buffer[]): string => Buffer.concat(stream).toString("utf8");
  line.open.set(id, {
    streams,
    end: (status) => {
      line.open.delete(id);
      resolve({ status, stdout: text(streams[0]), stderr: text(streams[1]) });
    },
  });
  line.child.stdin?.write(
    Buffer.concat([Buffer.from(`${id} ${words.length} ${stdin.length}\n`), words, stdin]),
  );
  return promise;
}

/** Takes the whole answers, and returns what is left of them. */
function hear(line: Line, heard: Buffer): Buffer {
  let rest = heard;
  for (;;) {
    const headEnd = rest.indexOf("\n");
    if (headEnd < 0) return rest;
    const [id = "", what, number] = rest.toString("latin1", 0, headEnd).split(" ");
    const pending = line.open.get(id);
    if (what === "end") {
      pending?.end(Number(number));
      rest = rest.subarray(headEnd + 1);
      continue;
    }
    const end = headEnd + 1 + Number(number);
    if (rest.length < end) return rest;
    pending?.streams[what === "1" ? 0 : 1].push(rest.subarray(headEnd + 1, end));
    rest = rest.subarray(end);
  }
}
