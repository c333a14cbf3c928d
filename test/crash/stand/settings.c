/* settings.c: systemd-sysctl FILE… and systemd-tmpfiles --create FILE…, as far as the worlds need them. */
#include "stand.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where a key's value is; its first separator tells how it is spelled (sysctl.d(5)). */
static void value_path(const char *key, char *to, size_t size) {
  int is_slashed = key[strcspn(key, "./")] == '/';
  snprintf(to, size, "/proc/sys/%.400s", key);
  for (char *at = to + strlen("/proc/sys/"); *at && !is_slashed; at++) *at = *at == '.' ? '/' : *at == '/' ? '.' : *at;
}

/* 0: the kernel took it, or /proc/sys is read-only, which the real one takes for no failure. */
static int write_value(const char *path, const char *value) {
  int file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  int failed = file < 0 || write(file, value, strlen(value)) < 0;
  int why = errno;
  if (file >= 0) close(file);
  if (!failed || why == EROFS) return 0;
  fprintf(stderr, "Couldn't write '%s' to '%s': %s\n", value, path, strerror(why));
  return 1;
}

static int set_value(char *line) {
  char path[512], *value = strchr(line, '=');
  if (!value) return 0;
  *value++ = 0;
  line[strcspn(line, " \t")] = 0;
  value_path(line, path, sizeof path);
  return write_value(path, value + strspn(value, " \t"));
}

/* /stand/host/boot-values has lines of a path, a blank and what the kernel has there when it starts. */
void set_values_at_boot(void) {
  char line[1200];
  FILE *file = fopen("/stand/host/boot-values", "re");
  while (file && fgets(line, sizeof line, file)) {
    char *rest = line, *path = strsep(&rest, " ");
    if (rest) write_value(path, rest);
  }
  if (file) fclose(file);
}

static int set_values_of(const char *path) {
  char line[1200];
  int failed = 0;
  FILE *file = fopen(path, "re");
  if (!file) { fprintf(stderr, "Failed to open file '%s'\n", path); return 1; }
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    if (*line && *line != '#') failed |= set_value(line);
  }
  fclose(file);
  return failed;
}

int set_values(int count, char **words) {
  int failed = 0;
  for (int i = 1; i < count; i++) failed |= set_values_of(words[i]);
  return failed;
}

/* The number behind a name of /etc/passwd or /etc/group: the third field. */
static int number_of(const char *table, const char *name) {
  char line[512];
  int number = 0;
  FILE *file = fopen(table, "re");
  while (file && fgets(line, sizeof line, file)) {
    char *rest = line, *found = strsep(&rest, ":");
    if (strcmp(found, name) || !rest) continue;
    strsep(&rest, ":");
    number = rest ? atoi(rest) : 0;
  }
  if (file) fclose(file);
  return number;
}

/* d and f alone: a folder, a file with a text where there is none. What is there gets mode and owner. */
static int make_path(char *line) {
  char *rest = line, *word[7] = {0};
  for (int i = 0; i < 6 && rest; i++) word[i] = strsep(&rest, " ");
  if (!word[4]) return 1;
  if (*word[0] == 'd' && mkdir(word[1], 0755) && errno != EEXIST) return 1;
  if (*word[0] == 'f') {
    int file = open(word[1], O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (file < 0 && errno != EEXIST) return 1;
    if (file >= 0 && rest && write(file, rest, strlen(rest)) < 0) return 1;
    if (file >= 0) close(file);
  }
  return chown(word[1], number_of("/etc/passwd", word[3]), number_of("/etc/group", word[4])) ||
    chmod(word[1], strtol(word[2], NULL, 8));
}

int make_paths(int count, char **words) {
  char line[1200];
  int failed = 0;
  for (int i = 1; i < count; i++) {
    FILE *file = *words[i] == '-' ? NULL : fopen(words[i], "re");
    while (file && fgets(line, sizeof line, file)) {
      line[strcspn(line, "\n")] = 0;
      if (!*line || *line == '#' || !make_path(line)) continue;
      fprintf(stderr, "%s: %s\n", line, strerror(errno));
      failed = 73; /* EX_CANTCREAT, as of the real one */
    }
    if (file) fclose(file);
  }
  return failed;
}
