/** Asks hosts one question: connect, ask, close. Of many hosts each is a result of its own. */
import { SvcdeployError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { answeredInPlace } from "../host/answered-in-place.ts";
import { type Question, readAnswer, writeQuestion } from "../host/question.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { inParallel } from "./pool.ts";

/** What one host gave, or why it gave nothing. */
export type HostResult<Given> =
  | ({ readonly ok: true } & Given)
  | { readonly ok: false; readonly error: SvcdeployError };

/** Over an open connection: one round trip. Throws ConnectError or HostError. */
export async function ask<Order, Answer>(
  remote: Remote,
  question: Question<Order, Answer>,
  order: Order,
  context: DeployContext,
): Promise<Answer> {
  const nonce = context.newId();
  const result = await remote.run(question.script, {
    input: writeQuestion(question, order, nonce),
    ...question.limits,
  });
  const inPlace = answeredInPlace(remote.host, nonce, result);
  if (inPlace !== null) throw inPlace;
  const { stdout, stderr } = result;
  return readAnswer(question, order, { host: remote.host.name, nonce, stdout, stderr });
}

/** Over a connection of its own. Throws ConnectError or HostError. */
export async function askHost<Order, Answer>(
  host: Host,
  question: Question<Order, Answer>,
  order: Order,
  context: DeployContext,
): Promise<Answer> {
  return await connected(host, context, (remote) => ask(remote, question, order, context));
}

/**
 * An answer, the controller's clock in milliseconds since the epoch before and after it, and what is to be known
 * of the connection.
 */
export type TimedAnswer<Answer> = {
  readonly answer: Answer;
  readonly asked: { readonly sent: number; readonly answered: number };
  readonly notes: readonly string[];
};

/** One host and its answer. */
export type AskedHost<Answer> = { readonly host: Host; readonly result: HostResult<TimedAnswer<Answer>> };

/** Asks every host, `context.forks` at once. Errors of hosts are results, never thrown. */
export async function askHosts<Order, Answer>(
  hosts: readonly Host[],
  question: Question<Order, Answer>,
  orderFor: (host: Host) => Order,
  context: DeployContext,
  wallClock: () => number,
): Promise<readonly AskedHost<Answer>[]> {
  return await inParallel(hosts, context.forks, async (host) => {
    const result = await attempt(host, context, async (remote) => {
      const sent = wallClock();
      const answer = await ask(remote, question, orderFor(host), context);
      return { answer, asked: { sent, answered: wallClock() }, notes: remote.notes ?? [] };
    });
    return { host, result };
  });
}

/** Work over a connection of its own, which is closed however the work ends. Throws what the work throws. */
export async function connected<Given>(
  host: Host,
  context: DeployContext,
  work: (remote: Remote) => Promise<Given>,
): Promise<Given> {
  const remote = await context.connector.connect(host);
  try {
    return await work(remote);
  } finally {
    remote.close();
  }
}

/** The same with an error of the host as its result; a bug of ours is thrown on. */
export async function attempt<Given extends object>(
  host: Host,
  context: DeployContext,
  work: (remote: Remote) => Promise<Given>,
): Promise<HostResult<Given>> {
  try {
    context.signal.throwIfAborted();
    return { ok: true, ...(await connected(host, context, work)) };
  } catch (error) {
    return { ok: false, error: hostError(host, error, context) };
  }
}

function hostError(host: Host, error: unknown, context: DeployContext): SvcdeployError {
  if (error instanceof SvcdeployError) return error;
  if (context.signal.aborted)
    return new SvcdeployError("interrupted", `${host.name}: not checked, the run was interrupted`);
  throw error;
}
