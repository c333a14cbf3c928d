/*
 * stand: what answers for systemd, for time and for the lock's patience where the host scripts run without
 * systemd. Called by the names systemctl, systemd-run, systemd-sysctl, systemd-tmpfiles, journalctl, timeout,
 * sleep, flock; and by the suite as boot (the machine starts) and drift (what runs from other files than there
 * are). /stand/uptime is this host's /proc/uptime; `sleep` and whatever waits only moves it on. In /stand/host:
 *   units/NAME        "STATE INVOCATION FILES INPUTS": hashes over what the process started from
 *   loaded/NAME       a hash over a unit file or its drop-ins, as the manager has read them
 *   inputs/NAME       paths, one a line, that the unit's process reads when it starts
 *   enabled/NAME      a unit that a boot starts, beside those of multi-user.target.wants
 *   boot-values       lines of a path, a blank and what the kernel has there when it starts
 *   launched          the last units that systemd-run was asked for, one a line
 *   stopping          there while the machine shuts down
 *   on-state          lines "STATE<tab>COMMAND": run once when `sleep` or `systemctl` sees that state
 */
#include "stand.h"
#include <dirent.h>
#include <fcntl.h>
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

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
  return hash;
}

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

uint64_t hash_path(uint64_t hash, const char *path) {
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

void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "we");
  if (file) { fputs(text, file); fclose(file); }
}

void read_line_of(const char *folder, const char *name, char *to, size_t size) {
  char path[512];
  snprintf(path, sizeof path, "/stand/host/%s%s%s", folder, *name ? "/" : "", name);
  FILE *file = fopen(path, "re");
  if (!file || !fgets(to, size, file)) *to = 0;
  if (file) fclose(file);
  to[strcspn(to, "\n")] = 0;
}

int is_there(const char *path) {
  struct stat found;
  return !lstat(path, &found);
}

int is_link_to(const char *path, const char *target) {
  char text[512];
  ssize_t length = readlink(path, text, sizeof text);
  return length == (ssize_t)strlen(target) && !strncmp(text, target, length);
}

/* Runs the commands that wait for the transaction's state, each once. */
void look_at_state(void) {
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

/* timeout [-k N] N COMMAND…: what runs here ends by itself. */
static int limit(int count, char **words) {
  int at = 1;
  if (at < count && !strcmp(words[at], "-k")) at += 2;
  if (at + 1 >= count) return 125;
  execvp(words[at + 1], words + at + 1);
  return 127;
}

/* flock [-n] [-w N] FD, or FILE COMMAND…: who holds the lock here does not give it up. */
static int take_lock(int count, char **words) {
  double patience = 0;
  int at = 1;
  for (; at < count && *words[at] == '-'; at++) if (!strcmp(words[at], "-w")) patience = atof(words[++at]);
  if (at >= count) return 64;
  int is_file = at + 1 < count, lock = is_file ? open(words[at], O_RDONLY | O_CREAT, 0666) : atoi(words[at]);
  if (lock < 0) return 66;
  if (flock(lock, LOCK_EX | LOCK_NB)) { pass_time(patience); return 1; }
  if (!is_file) return 0;
  execvp(words[at + 1], words + at + 1);
  return 69;
}

/* systemd-run …: what is launched is run by the test. */
static int launch(int count, char **words) {
  FILE *file = fopen("/stand/host/launched", "ae");
  for (int i = 1; file && i < count; i++)
    if (!strncmp(words[i], "--unit=", 7)) fprintf(file, "%s\n", words[i] + 7);
  if (file) fclose(file);
  return 0;
}

int main(int count, char **words) {
  const char *name = strrchr(words[0], '/') ? strrchr(words[0], '/') + 1 : words[0];
  if (!strcmp(name, "systemctl")) return systemctl(count, words);
  if (!strcmp(name, "systemd-run")) return launch(count, words);
  if (!strcmp(name, "systemd-sysctl")) return set_values(count, words);
  if (!strcmp(name, "systemd-tmpfiles")) return make_paths(count, words);
  if (!strcmp(name, "timeout")) return limit(count, words);
  if (!strcmp(name, "flock")) return take_lock(count, words);
  if (!strcmp(name, "boot")) return boot();
  if (!strcmp(name, "drift")) return say_drift();
  if (!strcmp(name, "sleep")) {
    look_at_state();
    pass_time(atof(words[1]));
  }
  return 0; /* journalctl has nothing to say */
}
