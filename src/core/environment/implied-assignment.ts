/**
 * What implied variables are worked out from: a service unit, its directives' last values, and an assignment
 * that one of them makes.
 */
import type { EffectiveSection, EffectiveValue } from "../unit-file/effective-unit.ts";
import { expandSpecifiers, type SpecifierContext } from "../unit-file/expand-specifiers.ts";
import { type Assignment, known, type Setter, unknown, type VariableValue } from "./environment-layer.ts";

/**
 * A service unit as its environment depends on it. account: the one that svcdeploy makes; triggers: the units
 * that start it.
 */
export type ServiceUnit = {
  readonly unit: string;
  readonly systemd: number;
  readonly service: EffectiveSection;
  readonly specifiers: SpecifierContext;
  readonly account: { readonly user: string; readonly home: string } | null;
  readonly triggers: readonly string[];
};

/** The last value of a directive; undefined where it is not set. */
export function lastValue(service: EffectiveSection, name: string): EffectiveValue | undefined {
  return service.get(name)?.at(-1);
}

/** An assignment that follows from a directive, which is named as it is written in a unit; from: its line. */
export function implied(
  name: string,
  value: VariableValue,
  directive: string,
  from?: EffectiveValue,
  setter: Setter = "systemd",
): Assignment {
  return {
    name,
    value,
    setter,
    because: directive,
    when: null,
    line: from === undefined ? null : { file: from.file, line: from.line },
  };
}

/** The text with its specifiers replaced; unknown where they are the host's to know. */
export function expanded(text: string, context: SpecifierContext): VariableValue {
  const result = expandSpecifiers(text, context);
  if (result.ok) return known(result.text);
  return unknown(
    text === result.specifier
      ? `${text}, which the host knows`
      : `${text}, and the host knows ${result.specifier}`,
  );
}
