/*
 * stand: what answers for systemd, for time and for the lock's patience where the host scripts run without
 * systemd. Called by the names systemctl, systemd-run, journalctl, timeout, sleep, flock. /stand/uptime is this
 * host's /proc/uptime; `sleep` and whatever waits only moves it on. The rest is kept in /stand/host:
 *   units/NAME        "STATE INVOCATION INPUTS": inputs is a hash over what the process started from
 *   loaded/NAME       a hash over a unit file or its drop-ins, as the manager has read them
 *   inputs/NAME       paths, one a line, that the unit's process reads when it starts
 *   parts/NAME        units that stop with it, one a line (PartOf=)
 *   on-state          lines "STATE<tab>COMMAND": run once when `sleep` or `systemctl` sees that state
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static double read_uptime(void) {
  double now = 0;
  FILE *file = fopen("/stand/uptime", "re");
  if (file) { if (fscanf(file, "%lf", &now) != 1) now = 0; fclose(file); }
  return now;
}

static void pass_time(double seconds) {
  double now = read_uptime() + seconds;
  FILE *file = fopen("/stand/uptime", "r+e");
  if (file) { fprintf(file, "%.2f 0.00\n", now); fclose(file); }
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
  return hash;
}

static uint64_t hash_path(uint64_t hash, const char *path);

static uint64_t hash_folder(uint64_t hash, const char *path) {
  struct dirent **entries;
  int count = scandir(path, &entries, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    char inner[4096];
    snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
    if (strcmp(entries[i]->d_name, ".") && strcmp(entries[i]->d_name, "..")) hash = hash_path(hash, inner);
    free(entries[i]);
  }
  if (count >= 0) free(entries);
  return hash;
}

static uint64_t hash_path(uint64_t hash, const char *path) {
  struct stat found;
  char piece[4096];
  if (lstat(path, &found)) return hash_bytes(hash, "-", 1);
  hash = hash_bytes(hash, path, strlen(path) + 1);
  if (S_ISLNK(found.st_mode)) {
    ssize_t length = readlink(path, piece, sizeof piece);
    return hash_bytes(hash, piece, length < 0 ? 0 : length);
  }
  if (S_ISDIR(found.st_mode)) return hash_folder(hash, path);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  for (ssize_t got; file >= 0 && (got = read(file, piece, sizeof piece)) > 0;) hash = hash_bytes(hash, piece, got);
  if (file >= 0) close(file);
  return hash;
}

static const uint64_t START = 14695981039346656037u;

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "we");
  if (file) { fputs(text, file); fclose(file); }
}

static void read_line_of(const char *folder, const char *name, char *to, size_t size) {
  char path[512];
  snprintf(path, sizeof path, "/stand/host/%s%s%s", folder, *name ? "/" : "", name);
  FILE *file = fopen(path, "re");
  if (!file || !fgets(to, size, file)) *to = 0;
  if (file) fclose(file);
  to[strcspn(to, "\n")] = 0;
}

/* One hash an entry of the folder: a unit's own file, or the folder of its drop-ins. */
static void reload(void) {
  struct dirent **entries;
  char path[1024], text[32];
  mkdir("/stand/host/loaded", 0755);
  int old = scandir("/stand/host/loaded", &entries, NULL, alphasort);
  for (int i = 0; i < old; i++) {
    snprintf(path, sizeof path, "/stand/host/loaded/%s", entries[i]->d_name);
    if (*entries[i]->d_name != '.') unlink(path);
  }
  int count = scandir("/etc/systemd/system", &entries, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    if (*entries[i]->d_name == '.') continue;
    snprintf(path, sizeof path, "/etc/systemd/system/%s", entries[i]->d_name);
    uint64_t hash = hash_path(START, path), bare = hash_bytes(START, path, strlen(path) + 1);
    if (hash == bare) continue; /* a folder without drop-ins says nothing */
    snprintf(text, sizeof text, "%016lx\n", hash);
    snprintf(path, sizeof path, "/stand/host/loaded/%s", entries[i]->d_name);
    write_text(path, text);
  }
}

static uint64_t hash_loaded(uint64_t hash, const char *unit) {
  char text[64], name[300];
  const char *at = strchr(unit, '@'), *end = strrchr(unit, '.');
  read_line_of("loaded", unit, text, sizeof text);
  hash = hash_bytes(hash, text, strlen(text));
  snprintf(name, sizeof name, "%s.d", unit);
  read_line_of("loaded", name, text, sizeof text);
  hash = hash_bytes(hash, text, strlen(text));
  if (!at || !end) return hash;
  snprintf(name, sizeof name, "%.*s%s", (int)(at + 1 - unit), unit, end);
  read_line_of("loaded", name, text, sizeof text);
  return hash_bytes(hash, text, strlen(text));
}

/* The part of a unit's state: 0 its state, 1 its invocation. */
static const char *part(const char *unit, int number, char *to, size_t size) {
  char line[512], *rest = line, *word;
  read_line_of("units", unit, line, sizeof line);
  while ((word = strsep(&rest, " ")) && number--) {}
  snprintf(to, size, "%s", word ? word : "");
  return to;
}

static void set_unit(const char *unit, const char *state) {
  char path[512], text[512], inputs[512], name[4096], invocation[64];
  uint64_t hash = START;
  if (strcmp(state, "active")) snprintf(text, sizeof text, "%s\n", state);
  else {
    char count[64];
    read_line_of("invocations", "", count, sizeof count);
    snprintf(invocation, sizeof invocation, "%d\n", atoi(count) + 1);
    write_text("/stand/host/invocations", invocation);
    hash = hash_loaded(hash, unit);
    snprintf(inputs, sizeof inputs, "/stand/host/inputs/%s", unit);
    FILE *file = fopen(inputs, "re");
    while (file && fgets(name, sizeof name, file)) { name[strcspn(name, "\n")] = 0; hash = hash_path(hash, name); }
    if (file) fclose(file);
    snprintf(text, sizeof text, "active %032d %016lx\n", atoi(invocation), hash);
  }
  snprintf(path, sizeof path, "/stand/host/units/%s", unit);
  write_text(path, text);
}

static void stop(const char *unit) {
  char state[64], path[512], name[512];
  if (!strcmp(part(unit, 0, state, sizeof state), "active")) set_unit(unit, "inactive");
  snprintf(path, sizeof path, "/stand/host/parts/%s", unit);
  FILE *file = fopen(path, "re");
  while (file && fgets(name, sizeof name, file)) { name[strcspn(name, "\n")] = 0; set_unit(name, "inactive"); }
  if (file) fclose(file);
}

/* Whether the manager knows a file for the unit: without one it cannot be started. */
static int is_known(const char *unit) {
  char path[512], *at;
  struct stat found;
  snprintf(path, sizeof path, "/etc/systemd/system/%s", unit);
  if (!stat(path, &found)) return 1;
  if (!(at = strchr(path, '@'))) return 0;
  snprintf(at + 1, sizeof path - (at + 1 - path), "%s", strrchr(unit, '.'));
  return !stat(path, &found);
}

/* Runs the commands that wait for the transaction's state, each once. */
static void look_at_state(void) {
  char state[64] = "", line[4096], pattern[64], mark[64];
  struct stat found;
  DIR *folder = opendir("/var/lib/svcdeploy/txn");
  if (stat("/stand/host/on-state", &found)) { if (folder) closedir(folder); return; }
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    if (*entry->d_name == '.') continue;
    char path[1024];
    snprintf(path, sizeof path, "/var/lib/svcdeploy/txn/%s/state", entry->d_name);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%63s", state) != 1) *state = 0;
    if (file) fclose(file);
  }
  if (folder) closedir(folder);
  FILE *file = fopen("/stand/host/on-state", "re");
  for (int number = 0; file && fgets(line, sizeof line, file); number++) {
    char *tab = strchr(line, '\t');
    if (!tab) continue;
    snprintf(pattern, sizeof pattern, "%.*s", (int)(tab - line), line);
    snprintf(mark, sizeof mark, "/stand/host/did-%d", number);
    if (strcmp(pattern, state) || !stat(mark, &found)) continue;
    write_text(mark, state);
    if (system(tab + 1)) write_text("/stand/host/trouble", line);
  }
  if (file) fclose(file);
}

static void show(int count, char **words) {
  const char *unit = words[count - 1];
  char text[64];
  for (int i = 1; i < count - 1; i++) {
    if (strcmp(words[i], "-p")) continue;
    char list[512], *rest = list, *name;
    snprintf(list, sizeof list, "%s", words[++i]);
    while ((name = strsep(&rest, ","))) {
      if (!strcmp(name, "ActiveState")) printf("ActiveState=%s\n", *part(unit, 0, text, sizeof text) ? text : "inactive");
      else if (!strcmp(name, "InvocationID")) printf("InvocationID=%s\n", part(unit, 1, text, sizeof text));
      else if (!strcmp(name, "MainPID")) printf("MainPID=%d\n", atoi(part(unit, 1, text, sizeof text)));
      else if (!strcmp(name, "NRestarts")) printf("NRestarts=0\n");
      else if (!strcmp(name, "LoadState")) printf("LoadState=%s\n", is_known(unit) ? "loaded" : "not-found");
      else printf("%s=\n", name);
    }
  }
}

static int systemctl(int count, char **words) {
  const char *verb = "", *unit = "";
  char state[64];
  for (int i = 1; i < count; i++) {
    if (!strcmp(words[i], "-p")) { i++; continue; }
    if (*words[i] == '-') continue;
    if (!*verb) verb = words[i]; else unit = words[i];
  }
  look_at_state();
  if (!strcmp(verb, "show")) show(count, words);
  else if (!strcmp(verb, "is-system-running")) puts("running");
  else if (!strcmp(verb, "daemon-reload")) reload();
  else if (!strcmp(verb, "stop")) stop(unit);
  else if (!strcmp(verb, "start") || !strcmp(verb, "restart") || !strcmp(verb, "reload")) {
    if (!is_known(unit)) return 5;
    part(unit, 0, state, sizeof state);
    if (!strcmp(verb, "restart")) stop(unit);
    if (!strcmp(verb, "start") && !strcmp(state, "active")) return 0;
    set_unit(unit, "active");
  } else if (strcmp(verb, "reset-failed") && strcmp(verb, "cancel")) {
    fprintf(stderr, "stand: systemctl %s is not known here\n", verb);
    return 90;
  }
  return 0;
}

/* timeout [-k N] N COMMAND…: what runs here ends by itself. */
static int limit(int count, char **words) {
  int at = 1;
  if (at < count && !strcmp(words[at], "-k")) at += 2;
  if (at + 1 >= count) return 125;
  execvp(words[at + 1], words + at + 1);
  return 127;
}

/* flock [-n] [-w N] FD: who holds the lock here does not give it up. */
static int take_lock(int count, char **words) {
  double patience = 0;
  for (int i = 1; i < count - 1; i++) if (!strcmp(words[i], "-w")) patience = atof(words[++i]);
  if (!flock(atoi(words[count - 1]), LOCK_EX | LOCK_NB)) return 0;
  pass_time(patience);
  return 1;
}

int main(int count, char **words) {
  const char *name = strrchr(words[0], '/') ? strrchr(words[0], '/') + 1 : words[0];
  if (!strcmp(name, "systemctl")) return systemctl(count, words);
  if (!strcmp(name, "timeout")) return limit(count, words);
  if (!strcmp(name, "flock")) return take_lock(count, words);
  if (!strcmp(name, "sleep")) {
    look_at_state();
    pass_time(atof(words[1]));
    return 0;
  }
  return 0; /* journalctl has nothing to say; what systemd-run launches is run by the test */
}
