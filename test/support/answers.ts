/** What questions make of texts that a script of host h might have written, for the nonce N. */
import { type Question, readAnswer, writeQuestion } from "../../src/host/question.ts";

/** The answer in these texts. Throws what readAnswer throws. */
export function answerOf<Order, Answer>(
  question: Question<Order, Answer>,
  order: Order,
  stdout: string,
  stderr = "",
): Answer {
  return readAnswer(question, order, { host: "h", nonce: "N", stdout, stderr });
}

/** The question as text. */
export function inputOf<Order, Answer>(question: Question<Order, Answer>, order: Order): string {
  return Buffer.from(writeQuestion(question, order, "N")).toString();
}
