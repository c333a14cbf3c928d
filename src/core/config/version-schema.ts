/** artifact.version: a text, or how the program is asked for it. */
import * as z from "zod";
import { parsePattern } from "../pattern/linear-pattern.ts";
import { jsonShapes, map, textThat, version } from "./schema-parts.ts";

const WORD = "^[A-Za-z0-9._@:+=,/%-]{1,255}$";
const MAX_WORDS = 16;

const word = textThat(
  (text) =>
    new RegExp(WORD).test(text)
      ? null
      : "a word of this command has letters, digits and . _ @ : + = , / % - alone",
  { pattern: WORD },
);
const pattern = textThat((text) => {
  const parsed = parsePattern(text);
  return parsed.ok ? null : `as a pattern ${parsed.reason}`;
});
const asked = map({
  command: z
    .array(word, { error: "a command is a list: the program, then its arguments" })
    .min(1, "a command needs a program")
    .max(MAX_WORDS, `a command has ${MAX_WORDS} words at most`),
  match: pattern,
});

/** A version as read: a text, or { command, match }. */
export const artifactVersion = z
  .custom<unknown>(() => true)
  .transform((value, context): z.infer<typeof version> | z.infer<typeof asked> => {
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    const read = isMap ? asked.safeParse(value) : version.safeParse(value);
    if (read.success) return read.data;
    for (const issue of read.error.issues) {
      const [path, { message }] = [[...issue.path], issue];
      if (issue.code !== "unrecognized_keys") context.addIssue({ code: "custom", path, message });
      else context.issues.push({ code: issue.code, keys: issue.keys, path, message, input: {} });
    }
    return z.NEVER;
  });

const text = { type: "string", minLength: 1 };
jsonShapes.add(artifactVersion, {
  shape: {
    anyOf: [
      { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._+~-]{0,63}$" },
      {
        ...{ title: "{ command, match }", type: "object", additionalProperties: false },
        properties: {
          command: {
            type: "array",
            minItems: 1,
            maxItems: MAX_WORDS,
            items: { type: "string", pattern: WORD },
          },
          match: text,
        },
        required: ["command", "match"],
      },
    ],
  },
});
