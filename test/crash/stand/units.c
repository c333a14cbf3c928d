/* units.c: what the manager knows of a unit: its file, its state, and what its process was started from. */
#include "stand.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/etc/systemd/system"

/* Calls a function with the path of each entry of a folder, in the order of their names. */
static void each_entry(const char *folder, void (*call)(const char *path, const char *name)) {
  struct dirent **entries;
  char path[1024];
  int count = scandir(folder, &entries, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
    if (*entries[i]->d_name != '.') call(path, entries[i]->d_name);
    free(entries[i]);
  }
  if (count >= 0) free(entries);
}

static void forget(const char *path, const char *name) { (void)name; unlink(path); }

/* A folder without drop-ins says nothing. */
static void load(const char *path, const char *name) {
  char text[32], to[1024];
  uint64_t hash = hash_path(HASH_START, path), bare = hash_bytes(HASH_START, path, strlen(path) + 1);
  if (hash == bare) return;
  snprintf(text, sizeof text, "%016lx\n", hash);
  snprintf(to, sizeof to, "/stand/host/loaded/%s", name);
  write_text(to, text);
}

void reload_manager(void) {
  mkdir("/stand/host/loaded", 0755);
  each_entry("/stand/host/loaded", forget);
  each_entry(FOLDER, load);
}

/* foo@bar.service → foo@.service; 0: it is no instance. */
static int template_of(const char *unit, char *to, size_t size) {
  const char *at = strchr(unit, '@'), *end = strrchr(unit, '.');
  if (at && end) snprintf(to, size, "%.*s%s", (int)(at + 1 - unit), unit, end);
  return at && end;
}

/* The path of a unit's file or its template's; 0: there is none. */
int file_of(const char *unit, char *to, size_t size) {
  char name[300];
  snprintf(to, size, FOLDER "/%s", unit);
  if (is_there(to)) return 1;
  if (!template_of(unit, name, sizeof name)) return 0;
  snprintf(to, size, FOLDER "/%s", name);
  return is_there(to);
}

/* A hash over the files that a unit is made of: as they are, or as the manager has read them. */
uint64_t hash_unit(const char *unit, int is_loaded) {
  char names[3][300] = {{0}}, text[64];
  uint64_t hash = HASH_START;
  snprintf(names[0], sizeof names[0], "%s", unit);
  snprintf(names[1], sizeof names[1], "%s.d", unit);
  template_of(unit, names[2], sizeof names[2]);
  for (int i = 0; i < 3; i++) {
    if (!*names[i]) continue;
    if (is_loaded) read_line_of("loaded", names[i], text, sizeof text);
    else {
      char path[512];
      snprintf(path, sizeof path, FOLDER "/%.300s", names[i]);
      uint64_t found = hash_path(HASH_START, path), bare = hash_bytes(HASH_START, path, strlen(path) + 1);
      if (is_there(path) && found != bare) snprintf(text, sizeof text, "%016lx", found); else *text = 0;
    }
    hash = hash_bytes(hash, text, strlen(text));
  }
  return hash;
}

/* A hash over what the unit's process reads when it starts. */
uint64_t hash_inputs(const char *unit) {
  char path[512], name[4096];
  uint64_t hash = HASH_START;
  snprintf(path, sizeof path, "/stand/host/inputs/%s", unit);
  FILE *file = fopen(path, "re");
  while (file && fgets(name, sizeof name, file)) { name[strcspn(name, "\n")] = 0; hash = hash_path(hash, name); }
  if (file) fclose(file);
  return hash;
}

/* What stands behind the last line of a unit's file that begins so; 0: no line does. */
int rest_of_line(const char *unit, const char *beginning, char *to, size_t size) {
  char path[512], line[1024];
  int found = 0;
  FILE *file = file_of(unit, path, sizeof path) ? fopen(path, "re") : NULL;
  while (file && fgets(line, sizeof line, file)) {
    if (strncmp(line, beginning, strlen(beginning))) continue;
    line[strcspn(line, "\n")] = 0;
    snprintf(to, size, "%s", line + strlen(beginning));
    found = 1;
  }
  if (file) fclose(file);
  return found;
}

int has_line(const char *unit, const char *beginning) {
  char rest[512];
  return rest_of_line(unit, beginning, rest, sizeof rest);
}

static const char *whole, *tie;
static void (*on_part)(const char *unit);

static void look_at_part(const char *path, const char *name) {
  char beginning[32], rest[300];
  struct stat found;
  snprintf(beginning, sizeof beginning, "%s=", tie);
  if (stat(path, &found) || !S_ISREG(found.st_mode)) return;
  if (rest_of_line(name, beginning, rest, sizeof rest) && !strcmp(rest, whole)) on_part(name);
}

/* Calls a function for each unit whose file ties it to this one: PartOf, Requires. */
void each_tied(const char *by, const char *unit, void (*call)(const char *unit)) {
  tie = by;
  whole = unit;
  on_part = call;
  each_entry(FOLDER, look_at_part);
}

/* 0: the unit's state, 1: its invocation, 2 and 3: hashes over its files and over what its process read. */
const char *part_of(const char *unit, int number, char *to, size_t size) {
  char line[512], *rest = line, *word;
  read_line_of("units", unit, line, sizeof line);
  while ((word = strsep(&rest, " ")) && number--) {}
  snprintf(to, size, "%s", word ? word : "");
  return to;
}

int is_state(const char *unit, const char *state) {
  char text[64];
  part_of(unit, 0, text, sizeof text);
  return !strcmp(*text ? text : "inactive", state);
}

/* The state, with a new invocation where it is none yet, or the one that it has where the unit only reloads. */
void set_unit(const char *unit, const char *state, int is_reload) {
  char path[512], text[512], invocation[64], count[64];
  snprintf(path, sizeof path, "/stand/host/units/%s", unit);
  if (!strcmp(state, "inactive")) { write_text(path, "inactive\n"); return; }
  if (is_reload) part_of(unit, 1, invocation, sizeof invocation);
  else {
    read_line_of("invocations", "", count, sizeof count);
    snprintf(text, sizeof text, "%d\n", atoi(count) + 1);
    write_text("/stand/host/invocations", text);
    snprintf(invocation, sizeof invocation, "%032d", atoi(text));
  }
  char files[32];
  if (is_reload) part_of(unit, 2, files, sizeof files);
  else snprintf(files, sizeof files, "%016lx", hash_unit(unit, 1));
  snprintf(text, sizeof text, "%s %s %s %016lx\n", state, invocation, files, hash_inputs(unit));
  write_text(path, text);
}

static int drifted;

static void look_at_drift(const char *path, const char *unit) {
  char text[64], now[64];
  (void)path;
  if (!is_state(unit, "active")) return;
  snprintf(now, sizeof now, "%016lx", hash_unit(unit, 0));
  if (strcmp(part_of(unit, 2, text, sizeof text), now)) { printf("%s runs from another unit file than is there\n", unit); drifted = 1; }
  snprintf(now, sizeof now, "%016lx", hash_inputs(unit));
  if (strcmp(part_of(unit, 3, text, sizeof text), now)) { printf("%s runs from other inputs than are there\n", unit); drifted = 1; }
  if (hash_unit(unit, 0) != hash_unit(unit, 1)) { printf("%s is on the disk as the manager has not read it\n", unit); drifted = 1; }
}

/* Each unit that runs from something else than is on the disk now. */
int say_drift(void) {
  each_entry("/stand/host/units", look_at_drift);
  return drifted;
}

static void end_unit(const char *path, const char *unit) { (void)unit; unlink(path); }

static void start_enabled(const char *path, const char *unit) {
  char file[512];
  (void)path;
  if (strcmp(unit, "svcdeploy-recover.service") && is_state(unit, "inactive") && file_of(unit, file, sizeof file))
    set_unit(unit, has_line(unit, "ExecStartPre=/bin/false") ? "failed" : "active", 0);
}

static void set_values_in(const char *path, const char *name) { char *words[] = {(char *)name, (char *)path}; set_values(2, words); }
static void make_paths_in(const char *path, const char *name) { char *words[] = {(char *)name, (char *)path}; make_paths(2, words); }

/* The machine starts, with the kernel's own values before those of /etc/sysctl.d. */
int boot(void) {
  set_values_at_boot();
  each_entry("/etc/sysctl.d", set_values_in);
  each_entry("/etc/tmpfiles.d", make_paths_in);
  reload_manager();
  each_entry("/stand/host/units", end_unit);
  each_entry("/stand/host/enabled", start_enabled);
  each_entry(FOLDER "/multi-user.target.wants", start_enabled);
  return 0;
}
