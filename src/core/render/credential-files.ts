/** The secrets that reach a process as files of their own: LoadCredential= reads each from a file of root's (systemd.exec(5)). */
import type { Problem } from "../errors.ts";
import type { Directives, FileResource, SecretValues, Service } from "../model.ts";
import { makeFile } from "./make-file.ts";
import { makeDirectives, makeProblem } from "./unit-text.ts";

/** systemd refuses to start a unit whose credentials, names and contents, come to more than this (CREDENTIALS_TOTAL_SIZE_MAX). */
const MAX_BYTES = 1024 * 1024;

/** /etc/svcdeploy/credentials/<service>/<NAME>, root's alone, one a secret that is delivered as a credential: its value byte for byte. */
export function renderCredentialFiles(service: Service, secrets: SecretValues, problems: Problem[]): readonly FileResource[] {
  const files = service.secrets.flatMap(({ name, deliver, place }) => {
    if (deliver !== "credential") return [];
    const secret = secrets.get(name);
    const given = directivesOf(service).find(({ value }) => value.split(":")[0] === name);
    if (secret === undefined) problems.push(makeProblem(place, `The secret ${name} has no value`, "Its provider was not asked or did not answer."));
    if (given !== undefined) problems.push(makeProblem(given.place, `${given.name}= names the credential ${name}, which secrets: delivers already`));
    const path = `/etc/svcdeploy/credentials/${service.name}/${name}`;
    return [makeFile(service.name, "credential", path, secret?.reveal() ?? "", { mode: "600", secret: true })];
  });
  const bytes = files.reduce((sum, file) => sum + credentialName(file).length + file.content.length, 0);
  const [first] = service.secrets.filter(({ deliver }) => deliver === "credential");
  if (first !== undefined && bytes > MAX_BYTES)
    problems.push(makeProblem(first.place, `The credentials of ${service.name} hold ${bytes} bytes together: systemd takes 1 MiB a unit`));
  return files;
}

/** LoadCredential= for each of these files. */
export function credentialDirectives(service: Service, files: readonly FileResource[]): Directives {
  const place = { file: service.file, line: 1, column: 1 };
  return makeDirectives(
    place,
    files.map((file) => ["LoadCredential", `${credentialName(file)}:${file.path}`]),
  );
}

/** The name that the process finds it by, below $CREDENTIALS_DIRECTORY. */
export function credentialName({ path }: FileResource): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function directivesOf({ service }: Service): Directives {
  return service.filter(({ name }) => /^(?:Load|Set)Credential(?:Encrypted)?$/.test(name));
}
