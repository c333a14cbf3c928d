/** Which variables of a service look like secrets: one rule for lint and for who writes a service file. */

const NAME = /(?:^|_)(?:PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)(?:_[A-Z0-9]+)?$/i;

/** By the name; a path, an empty value and names that end as in _FILE or _URL are none. */
export function isSecretVariable(name: string, value: string): boolean {
  return NAME.test(name) && !/_(?:FILE|PATH|DIR|NAME|URL|ID)$/i.test(name) && value !== "" && !value.startsWith("/");
}
