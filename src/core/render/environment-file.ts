/**
 * The file behind EnvironmentFile=: a service's environment and the secrets that go with it, quoted so that
 * systemd reads every byte back.
 */
import type { Problem } from "../errors.ts";
import type { Place } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { SecretValues, Service } from "../model/service.ts";
import { formatEnvironmentFileAssignment } from "../unit-file/quote.ts";
import { goVariables } from "./go-runtime.ts";
import { makeFile } from "./make-file.ts";
import { type SecretSpan, shownLines } from "./shown-lines.ts";
import { MANAGED, makeProblem } from "./unit-text.ts";

/**
 * /etc/svcdeploy/env/<service>.env, root-owned 0600; nothing when the service has neither environment nor
 * secrets.
 */
export function renderEnvironmentFile(
  service: Service,
  secrets: SecretValues,
  problems: Problem[],
): readonly FileResource[] {
  const delivered = service.secrets.filter(({ deliver }) => deliver === "environment");
  const variables = [
    ...service.environment,
    ...goVariables(service),
    ...readSecrets(delivered, secrets, problems),
  ];
  if (variables.length === 0) return [];
  reportRepeated(variables, problems);
  const path = `/etc/svcdeploy/env/${service.name}.env`;
  const secret = new Set(delivered.map(({ name }) => name));
  const spans: SecretSpan[] = [];
  let text = `${MANAGED}\n`;
  for (const { name, value, place } of variables) {
    const from = text.length + name.length + 1;
    text += `${formatLine(name, value, place, problems)}\n`;
    if (secret.has(name)) spans.push({ from, to: text.length - 1, names: [name] });
  }
  const shown = secret.size > 0 ? { secret: true, shown: shownLines(text, spans) } : {};
  return [makeFile(service.name, "environment", path, text, { mode: "600", ...shown })];
}

type Variable = { readonly name: string; readonly value: string; readonly place: Place };

function readSecrets(
  delivered: Service["secrets"],
  secrets: SecretValues,
  problems: Problem[],
): readonly Variable[] {
  return delivered.flatMap(({ name, place }) => {
    const secret = secrets.get(name);
    if (secret !== undefined) return [{ name, value: secret.reveal(), place }];
    problems.push(
      makeProblem(place, `The secret ${name} has no value`, "Its provider was not asked or did not answer."),
    );
    return [];
  });
}

function reportRepeated(variables: readonly Variable[], problems: Problem[]): void {
  const seen = new Set<string>();
  for (const { name, place } of variables) {
    if (seen.has(name))
      problems.push(
        makeProblem(place, `${name} is set twice`, "Write it in environment or in secrets, not in both."),
      );
    seen.add(name);
  }
}

function formatLine(name: string, value: string, place: Place, problems: Problem[]): string {
  const quoted = formatEnvironmentFileAssignment(name, value);
  if (quoted.ok) return quoted.text;
  problems.push(makeProblem(place, `${name} cannot be an environment variable: ${quoted.reason}`));
  return "";
}
