/**
 * The secrets that reach a process as files of their own: LoadCredential= or LoadCredentialEncrypted= reads
 * each from a file of root's (systemd.exec(5)).
 */
import type { Problem } from "../errors.ts";
import type { Host } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { Directives, SecretValues, Service } from "../model/service.ts";
import type { Secret } from "../secret.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { hashHeld, makeFile } from "./make-file.ts";
import { makeDirectives, makeProblem } from "./unit-text.ts";

/**
 * systemd refuses to start a unit whose credentials, names and contents, come to more than this
 * (CREDENTIALS_TOTAL_SIZE_MAX).
 */
const MAX_BYTES = 1024 * 1024;
/**
 * The encrypted form is text, and systemd 252 reads 1.125 MiB of it: 870,000 bytes came through and 900,000
 * did not; 257 has no such limit.
 */
const MAX_ENCRYPTED_BYTES = 870_000;
const UNLIMITED_SYSTEMD = 257;

/**
 * /etc/svcdeploy/credentials/<service>/<NAME>, root's alone, one a secret that is delivered as a credential:
 * its value byte for byte, which the host encrypts before it is written where it can.
 */
export function renderCredentialFiles(
  service: Service,
  host: Host,
  secrets: SecretValues,
  problems: Problem[],
): readonly FileResource[] {
  const delivered = service.secrets.filter(({ deliver }) => deliver === "credential");
  const files = delivered.map((declared) => {
    const secret = secrets.get(declared.name);
    refuseDelivery(declared, secret, service, problems);
    return makeCredential(declared, secret, service, host, problems);
  });
  const bytes = files.reduce((sum, file) => sum + credentialName(file).length + file.content.length, 0);
  const [first] = delivered;
  if (first !== undefined && bytes > MAX_BYTES)
    problems.push(
      makeProblem(
        first.place,
        `The credentials of ${service.name} hold ${bytes} bytes together: systemd takes 1 MiB a unit`,
      ),
    );
  return files;
}

type DeclaredSecret = Service["secrets"][number];

function refuseDelivery(
  { name, place }: DeclaredSecret,
  secret: Secret | undefined,
  service: Service,
  problems: Problem[],
): void {
  if (secret === undefined)
    problems.push(
      makeProblem(place, `The secret ${name} has no value`, "Its provider was not asked or did not answer."),
    );
  const given = directivesOf(service).find(({ value }) => value.split(":")[0] === name);
  if (given !== undefined)
    problems.push(
      makeProblem(
        given.place,
        `${given.name}= names the credential ${name}, which secrets: delivers already`,
      ),
    );
}

/** Encrypted where the host's systemd has a directive for it. */
function makeCredential(
  { name, place }: DeclaredSecret,
  secret: Secret | undefined,
  service: Service,
  host: Host,
  problems: Problem[],
): FileResource {
  const isEncrypted = isKnownDirective("Service", "LoadCredentialEncrypted", host.systemd);
  const role = isEncrypted ? "encrypted-credential" : "credential";
  const path = `/etc/svcdeploy/credentials/${service.name}/${name}`;
  const plain = makeFile(service.name, role, path, secret?.reveal() ?? "", { mode: "600", secret: true });
  const bytes = plain.content.length;
  if (isEncrypted && host.systemd < UNLIMITED_SYSTEMD && bytes > MAX_ENCRYPTED_BYTES)
    problems.push(
      makeProblem(
        place,
        `The credential ${name} holds ${bytes} bytes: encrypted, systemd ${host.systemd} reads at most ` +
          `${MAX_ENCRYPTED_BYTES}`,
      ),
    );
  return isEncrypted ? { ...plain, sha256: hashHeld(plain.content) } : plain;
}

/** The directive for each of these files. */
export function credentialDirectives(service: Service, files: readonly FileResource[]): Directives {
  return files.flatMap((file) => {
    const name = credentialName(file);
    const { place } = service.secrets.find((secret) => secret.name === name) ?? {
      place: { file: service.file, line: 1, column: 1 },
    };
    const directive = file.role === "credential" ? "LoadCredential" : "LoadCredentialEncrypted";
    return makeDirectives(place, [[directive, `${name}:${file.path}`]]);
  });
}

/** The name that the process finds it by, below $CREDENTIALS_DIRECTORY. */
export function credentialName({ path }: FileResource): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function directivesOf({ service }: Service): Directives {
  return service.filter(({ name }) => /^(?:Load|Set)Credential(?:Encrypted)?$/.test(name));
}
