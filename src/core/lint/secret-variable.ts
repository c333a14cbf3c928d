/**
 * What looks like a secret: one rule of thumb for lint, for who writes a service file, and for who shows a
 * file of a host. In doubt it is one.
 */

/** By the name, less what its value or its last word shows to be a path, a switch or an address. */
export function isSecretVariable(name: string, value: string): boolean {
  if (HARMLESS_VALUE.test(value) || isPath(name, value)) return false;
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== "");
  if (HARMLESS_NAME.test(words.join("_"))) return false;
  return words.some((word) => WORD.test(word) && !HARMLESS_WORD.test(word));
}

/**
 * By its name, or a value that is one wherever it is: a key, a well-known token, an address with a
 * password.
 */
export function looksSecret(name: string, value: string): boolean {
  return isSecretVariable(name, value) || holdsSecret(value);
}

/** Whether a text, for example a command line, carries what looks like a secret. */
export function holdsSecret(text: string): boolean {
  if (VALUES.some((pattern) => pattern.test(text))) return true;
  if (CLIENT.test(text) && CLIENT_PASSWORD.test(text)) return true;
  return [ASSIGNMENT, OPTION].some((pattern) =>
    [...text.matchAll(pattern)].some(([, name = "", value = ""]) => isSecretVariable(name, value)),
  );
}

/** A part of a name, alone or at the end of a word that is written together. */
const WORD = new RegExp(
  "(?:PASS|PASSWD|PASSWORDS?|PASSPHRASE|PASSCODE|PWD?|PSW|SECRETS?|TOKENS?|KEYS?|CREDENTIALS?|CREDS?|DSN|" +
    "AUTH|AUTHORIZATION|COOKIE)\\d*$|" +
    "^(?:SALT|PEPPER|PRIVATE|PRIV|SIGNING|JWT|BEARER|HMAC|PIN|OTP|TOTP)\\d*$",
);
const HARMLESS_WORD =
  /^(?:BYPASS|COMPASS|MONKEYS?|DONKEYS?|TURKEY|JOCKEY|HOCKEY|HOTKEYS?|WHISKEY|SACRED|PUBKEYS?)$/;
/**
 * A public half, a switch, or what the last word says to be about a secret and none; AWS_ACCESS_KEY_ID is not
 * among them.
 */
const HARMLESS_NAME = new RegExp(
  "(?:^|_)PUBLIC_KEY$|^(?:NO|WITHOUT|DISABLE|SKIP)_|" +
    "_(?:NAME|URL|URI|HOST|PORT|IP|ADDR|ADDRESS|CIDR|SUBNET|NETWORK|DOMAIN|ENDPOINT|REALM|REGION|TYPE|MODE|" +
    "METHOD|ALG|ALGORITHM|PROVIDER|BACKEND|HEADER|PREFIX|VERSION|POLICY|" +
    "LENGTH|SIZE|COUNT|LIMIT|TTL|TIMEOUT|EXPIRY|INTERVAL|DAYS|HOURS|MINUTES|SECONDS|" +
    "ENABLED?|REQUIRED|STDIN|FD|(?:CLIENT|APP|TENANT|PROJECT|USER)_ID)$",
);
/**
 * Nothing, a switch, a reference to a variable, what was masked already, and the first word of a header's
 * value.
 */
const HARMLESS_VALUE =
  /^(?:|true|false|yes|no|on|off|none|null|0|1|bearer|basic|\$(?:\w+|\{\w+\})|<secret.*)$/i;

const FOLDERS =
  "app|bin|boot|data|dev|etc|home|lib|media|mnt|nix|opt|proc|root|run|sbin|secrets|srv|sys|tmp|usr|var";
const SUFFIXES = "cer|cfg|conf|crt|env|jks|json|key|p12|pem|pfx|pub|toml|txt|ya?ml";
const PATHS = [
  new RegExp(`^/(?:${FOLDERS})(?:/|$)`),
  new RegExp(`^[\\w.-]{1,80}(?:/[\\w.-]{1,80}){0,9}\\.(?:${SUFFIXES})$`),
];

/**
 * A secret in base64 may begin with a slash as well, so that it takes a folder that hosts have, or a name
 * that says so.
 */
function isPath(name: string, value: string): boolean {
  return (
    PATHS.some((pattern) => pattern.test(value)) ||
    /^(?:%[A-Za-z]|\$\{?CREDENTIALS_DIRECTORY\}?)\//.test(value) ||
    (/[_-](?:FILE|PATH|DIR|SOCK)$/i.test(name) && /^(?:\/|\.{1,2}\/|~)/.test(value))
  );
}

/** name=value, "name": "value", Name: value. */
const ASSIGNMENT = /(?<![\w.-])-{0,2}([A-Za-z_][\w.-]{0,80})(?:=|["']\s?:\s?|:\s)["']?([^\s"'&;,]{1,4096})/g;
/** --name value */
const OPTION = /(?<![\w-])--?([A-Za-z][\w-]{0,80})["']?\s["']?((?!-)[^\s"']{1,4096})/g;

const VALUES = [
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/,
  /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,200}:(?![$/])[^\s/@]{1,400}@/i,
  /\bhttps?:\/\/(?!\$)[^\s/:@]{1,400}@/i,
  // A data source without a scheme; an image's digest is written alike.
  /(?:^|[\s"'=])[\w.-]{1,100}:(?!\$)[^\s/@:"']{1,200}@(?!sha256:)[\w(]/,
  /\b(?:gh[pousr]_|github_pat_|gl[a-z]{1,6}-|[prs]k_(?:live|test)_)[A-Za-z0-9_-]{6}/,
  /\b(?:whsec_|npm_|dop_v1_|pypi-|sk-|xox[a-z]-|xapp-)[A-Za-z0-9_-]{6}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{8}|\beyJ[A-Za-z0-9]{8}|\bAIza[\w-]{10}/,
  /\bhv[sb]\.[\w-]{8}|\bSG\.[\w-]{10}|\bya29\.[\w-]{8}|AGE-SECRET-KEY-/,
  /\bhooks\.slack\.com\/(?:services|workflows)\/|\/api\/webhooks\/\d/,
  /\b[Bb]earer\s+(?!\$)\S|\b[Bb]asic\s+(?!\$)(?=\S{0,200}[0-9A-Z=])\S{4}/,
  new RegExp(
    `(?:^|[\\s"'])(?:-u|-U|--user|--proxy-user)["']?[\\s=]?["']?(?!\\d+:\\d+(?:\\s|$))` +
      `[^\\s:"'/-][^\\s:"']{0,200}:(?!\\$)[^\\s"']`,
  ),
  /[\s"']-p(?=\S{0,100}\d)(?=\S{0,100}[A-Za-z])[^\s=:/]{4}/,
];
/** Programs whose -p, -a or -w is a password. */
const CLIENT = new RegExp(
  "\\b(?:mysql|mariadb|sshpass|redis-cli|mongo|docker\\s+login|podman\\s+login|ldap|7z|smbclient|zip|" +
    "xtrabackup|innobackupex)",
);
const CLIENT_PASSWORD = /[\s"'](?:-p(?![\s"'$])\S|-[apw]["']?\s["']?(?![-$])\S)/;
