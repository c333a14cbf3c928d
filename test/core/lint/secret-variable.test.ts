/** The rule of thumb that tells secrets, by their names and by their values. */
import { expect, test } from "vitest";
import { holdsSecret, isSecretVariable, looksSecret } from "../../../src/core/lint/secret-variable.ts";

test.each(
  "PGPASS PGPASSWORD PW DB_PW MYSQL_PWD SSHPASS SIGNING AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY SECRET_KEY_BASE API_KEY APIKEY apiKey DSN SESSION_COOKIE PASSWORD_SALT PRIVATE TLS_CERT_KEY AUTH OAUTH_TOKEN X-Api-Key spring.datasource.password VAULT_SECRET_ID DB_PASSWORD2 GOOGLE_CREDENTIALS".split(
    " ",
  ),
)("%s is a secret", (name) => {
  expect(isSecretVariable(name, "hunter2")).toBe(true);
});

test.each(
  "KEYBOARD MONKEY KEYSPACE KEYMAP AUTHOR GIT_AUTHOR_NAME BYPASS COMPASS JWT_PUBLIC_KEY TOKEN_TTL AUTH_URL OAUTH_CLIENT_ID COOKIE_DOMAIN SECRET_NAME PASSENGERS SALTSTACK TOKENIZER PORT MODE".split(
    " ",
  ),
)("%s is none", (name) => {
  expect(isSecretVariable(name, "hunter2")).toBe(false);
});

test.each([
  ["TLS_KEY_FILE", "/custom/key"],
  ["TLS_KEY", "/etc/ssl/key"],
  ["TLS_KEY", "certs/server.pem"],
  ["TOKEN", "%d/token"],
  ["AUTH", "true"],
  ["PASSWORD", ""],
  ["TOKEN", "$OTHER"],
])("%s=%s is none", (name, value) => {
  expect(looksSecret(name, value)).toBe(false);
});

test.each([
  ["TLS_KEY_FILE", "abcdef"],
  ["KEY", "/aB3x9+kd=="],
  ["A", "app:pw@tcp(db)/x"],
  ["A", "https://abc@sentry.io/1"],
  ["A", "postgres://u:p$w@db/x"],
  ["A", "Server=db;Password=x"],
  ["A", '{"password":"x"}'],
  ["A", "ghp_abcdefgh"],
  ["A", "eyJhbGciOiJIUzI1NiJ9.e30.x"],
  ["A", "-----BEGIN RSA PRIVATE KEY-----"],
])("%s=%s is a secret", (name, value) => {
  expect(looksSecret(name, value)).toBe(true);
});

test.each([
  'curl -u admin:PW "http://x" -H "Authorization: Bearer T"',
  "curl -uadmin:PW http://x",
  "curl --user admin:PW http://x",
  "curl -H 'Authorization: Bearer T'",
  "curl -H 'Authorization: Basic YWRtaW46cHc='",
  "mysql -phunter -u root",
  "mysqldump '-phunter'",
  "redis-cli -a hunter",
  "sshpass -p hunter ssh x",
  "/bin/x -phunter2",
  "/bin/x --password X",
  "/bin/x --db-password=X",
  "/bin/x -Dspring.datasource.password=X",
  "/bin/sh -c 'PGPASS=x /bin/x'",
  "/bin/x https://hooks.slack.com/services/T0/B0/x",
])("%s holds a secret", (text) => {
  expect(holdsSecret(text)).toBe(true);
});

test.each([
  "/bin/x -p 8080 -port 80 -p8080:80 -u www-data",
  "/bin/x --token $TOKEN --password-file /etc/x --password-stdin registry",
  "/bin/x --tls-key /etc/ssl/x.key --key=%d/key",
  "curl -u $USER:$PASS https://example.org:8080/a",
  'curl -H "Authorization: Bearer $TOKEN"',
  "docker run -u 1000:1000 --net host registry:5000/app@sha256:0123",
  "mysqld --port=1",
  "ssh git@github.com:org/x",
  "postgres://app@db/x",
  "Basic monitoring",
])("%s holds none", (text) => {
  expect(holdsSecret(text)).toBe(false);
});
