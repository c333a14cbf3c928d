/**
 * Strict Handlebars: template text + what a template may see → text. Handlebars reads the text;
 * template-check.ts refuses what is not ours; template-evaluate.ts gives the result from the syntax tree
 * itself, so no code is ever generated from a template (SEC-15).
 */
import { ConfigError, excerptAt, type Problem } from "../errors.ts";
import type { Host, Place, TreeMap } from "../model/declared.ts";
import type { SecretValues } from "../model/service.ts";
import type { SecretSpan } from "./shown-lines.ts";
import { checkTemplate } from "./template-check.ts";
import { evaluateTemplate } from "./template-evaluate.ts";
import type { Mark, TemplateRoot } from "./template-lookup.ts";
import {
  type Flaw,
  type ParsedTemplate,
  type Position,
  parseTemplate,
  type TemplateProgram,
} from "./template-syntax.ts";

/**
 * What a template sees. secrets null: this template is not one of `files:`, so naming a secret is a mistake.
 */
export type TemplateContext = {
  readonly env: string;
  readonly host: Host;
  readonly service: { readonly name: string };
  readonly values: TreeMap;
  readonly secrets: SecretValues | null;
  /** Only in a health check that is made once an instance. */
  readonly instance?: string | null;
};

/**
 * The text of a template. usesSecrets: a secret is named anywhere in it, also in a branch that was not taken.
 */
export type RenderedTemplate = {
  readonly text: string;
  readonly usesSecrets: boolean;
  /** The parts of the text that secrets decided. */
  readonly spans: readonly SecretSpan[];
};

/**
 * Expands a template once; what comes out of a value is never looked at again. origin: where the template's
 * first character is. Throws ConfigError with every mistake that was found: bad syntax, a missing
 * variable (in `#if` and helper arguments too), an unknown helper, a partial or decorator, a list or map
 * where text is needed, a secret outside `files:`.
 */
export function renderTemplate(template: string, context: TemplateContext, origin: Place): RenderedTemplate {
  if (typeof template !== "string") throw new TypeError("a template must be a string");
  if (!template.includes("{{")) return { text: template, usesSecrets: false, spans: [] };
  return expand(template, rootOf(context), context.secrets, origin, context.host.unusable);
}

/**
 * Expands a layout of ours (templates/) as strictly as a project's template. values: all the names that it
 * may use; file: what is made of it, for the message. Throws ConfigError as renderTemplate does.
 */
export function renderLayout(layout: string, values: TreeMap, file: string): string {
  return expand(layout, values, null, { file, line: 1, column: 1 }).text;
}

/** Whether a template names the variable `instance` anywhere. */
export function namesInstance(template: string): boolean {
  return template.includes("{{") && checked(template).usesInstance;
}

function expand(
  template: string,
  root: TemplateRoot,
  secrets: SecretValues | null,
  origin: Place,
  unusable?: Host["unusable"],
): RenderedTemplate {
  const parsed = checked(template);
  if (parsed.flaws.length > 0 || parsed.program === null)
    throw new ConfigError(parsed.flaws.map((flaw) => toProblem(flaw, template, origin)));
  const { text, flaws, spans } = evaluateTemplate(parsed.program, root, secrets, null, unusable);
  if (flaws.length > 0)
    throw new ConfigError(
      flaws.map((flaw) => {
        const problem = toProblem(flaw, template, origin);
        return flaw.name === undefined ? problem : { ...problem, unresolved: flaw.name };
      }),
    );
  return { text, usesSecrets: parsed.usesSecrets, spans };
}

/** A template's result with what it was made of. marks: in order, from the first character on. */
export type TracedTemplate = {
  readonly text: string;
  readonly program: TemplateProgram;
  readonly marks: readonly Mark[];
};

/**
 * The same result as renderTemplate's, with the statements behind each part of it; null for a template with
 * mistakes.
 */
export function traceTemplate(template: string, context: TemplateContext): TracedTemplate | null {
  const { program, flaws } = checked(template);
  if (program === null || flaws.length > 0) return null;
  const marks: Mark[] = [];
  const result = evaluateTemplate(program, rootOf(context), context.secrets, marks);
  return result.flaws.length > 0 ? null : { text: result.text, program, marks };
}

type CheckedTemplate = ParsedTemplate & { readonly usesSecrets: boolean; readonly usesInstance: boolean };

/** Parsing is pure and the same templates come once a host: remembered, so that a fleet costs one parse. */
const remembered = new Map<string, CheckedTemplate>();
const MAX_REMEMBERED = 2000;

function checked(template: string): CheckedTemplate {
  const known = remembered.get(template);
  if (known !== undefined) return known;
  const parsed = parseTemplate(template);
  const check =
    parsed.program === null
      ? { flaws: [], usesSecrets: false, usesInstance: false }
      : checkTemplate(parsed.program);
  const result = { ...check, program: parsed.program, flaws: [...parsed.flaws, ...check.flaws] };
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(template, result);
  return result;
}

/**
 * Null-prototype copies of exactly what templates may read; nothing observed on a host, no place, no key
 * path.
 */
function rootOf(context: TemplateContext): TemplateRoot {
  const { host } = context;
  return bare({
    env: context.env,
    host: bare({
      name: host.name,
      address: host.address,
      port: host.port,
      user: host.user,
      groups: [...host.groups],
      vars: host.vars,
      labels: bare(host.labels),
      systemd: host.systemd,
    }),
    service: bare({ name: context.service.name }),
    values: context.values,
    ...(typeof context.instance === "string" ? { instance: context.instance } : {}),
  });
}

function bare<T extends object>(map: T): T {
  return Object.assign(Object.create(null), map);
}

/**
 * Columns of every line count from the origin's column: exact for a template file, a one-line value and a
 * block text.
 */
function toProblem(flaw: Flaw, template: string, origin: Place): Problem {
  const place = {
    file: origin.file,
    line: origin.line + flaw.at.line - 1,
    column: origin.column + flaw.at.column,
  };
  return {
    place,
    message: flaw.message,
    hint: flaw.hint,
    excerpt: excerptAt(template, shown(flaw.at, origin.file)),
  };
}

function shown(at: Position, file: string): Place {
  return { file, line: at.line, column: at.column + 1 };
}
