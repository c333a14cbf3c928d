/* manager.c: systemctl, for the verbs and properties that the host scripts use. test/e2e/stand-in.test.ts holds it against the real one. */
#include "stand.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *kind_of(const char *unit) { const char *dot = strrchr(unit, '.'); return dot ? dot + 1 : ""; }
static int is_kind(const char *unit, const char *kind) { return !strcmp(kind_of(unit), kind); }

/* What runs, or failed, the manager knows until it reads its files again; for the rest it looks for a file. */
static int is_known(const char *unit) {
  char path[512], text[64];
  read_line_of("loaded", unit, text, sizeof text);
  return (*text && !is_state(unit, "inactive")) || file_of(unit, path, sizeof path);
}

static int is_masked(const char *unit) {
  char path[512];
  return file_of(unit, path, sizeof path) && is_link_to(path, "/dev/null");
}

/* NAME.socket → NAME.service, and the other way. */
static void counterpart(const char *unit, const char *kind, char *to, size_t size) {
  snprintf(to, size, "%.*s.%s", (int)(strrchr(unit, '.') - unit), unit, kind);
}

static const char *sub_state(const char *unit, const char *state) {
  char service[300];
  if (!strcmp(state, "failed")) return "failed";
  if (strcmp(state, "active")) return "dead";
  if (is_kind(unit, "mount")) return "mounted";
  if (is_kind(unit, "slice")) return "active";
  if (!is_kind(unit, "socket")) return "running";
  counterpart(unit, "service", service, sizeof service);
  return is_state(service, "active") ? "running" : "listening";
}

/* A property that only units of one kind have is not printed for the others. */
static int is_of(const char *unit, const char *name) {
  static const char *const services[] = {"MainPID", "NRestarts", "ExecMainCode", "ExecMainStatus", "StatusText", "ReloadResult"};
  for (size_t i = 0; i < sizeof services / sizeof *services; i++)
    if (!strcmp(name, services[i])) return is_kind(unit, "service");
  if (!strcmp(name, "Type")) return is_kind(unit, "service") || is_kind(unit, "mount");
  if (!strcmp(name, "ControlGroup")) return !is_kind(unit, "timer");
  return strcmp(name, "Result") || !is_kind(unit, "slice");
}

static void show_property(const char *unit, const char *name) {
  char state[64], text[300] = "";
  const char *value = text;
  if (!is_of(unit, name)) return;
  part_of(unit, 0, state, sizeof state);
  if (!*state) strcpy(state, "inactive");
  int is_active = !strcmp(state, "active"), is_failed = !strcmp(state, "failed");
  if (!strcmp(name, "Id")) value = unit;
  else if (!strcmp(name, "ActiveState")) value = state;
  else if (!strcmp(name, "SubState")) value = sub_state(unit, state);
  else if (!strcmp(name, "LoadState")) value = is_masked(unit) ? "masked" : is_known(unit) ? "loaded" : "not-found";
  else if (!strcmp(name, "InvocationID")) part_of(unit, 1, text, sizeof text);
  else if (!strcmp(name, "MainPID")) snprintf(text, sizeof text, "%d", is_active ? atoi(part_of(unit, 1, (char[64]){0}, 64)) : 0);
  else if (!strcmp(name, "Result")) value = is_failed ? "exit-code" : "success";
  else if (!strcmp(name, "ReloadResult")) value = "success";
  else if (!strcmp(name, "ConditionResult")) value = is_active || is_failed ? "yes" : "no";
  else if (!strcmp(name, "Type")) {
    if (!rest_of_line(unit, "Type=", text, sizeof text) && is_known(unit) && is_kind(unit, "service")) value = "simple";
  }
  else if (!strcmp(name, "NRestarts") || !strncmp(name, "ExecMain", 8)) value = "0";
  else if (!strcmp(name, "ControlGroup") && is_active) snprintf(text, sizeof text, "/%s", unit);
  else if (!strcmp(name, "Triggers") && is_kind(unit, "socket")) counterpart(unit, "service", text, sizeof text);
  printf("%s=%s\n", name, value);
}

static void show(const char *unit, int count, char **words) {
  for (int i = 1; i < count - 1; i++) {
    if (strcmp(words[i], "-p")) continue;
    char list[512], *rest = list, *name;
    snprintf(list, sizeof list, "%s", words[++i]);
    while ((name = strsep(&rest, ","))) show_property(unit, name);
  }
}

static void stop_part(const char *unit) { if (is_state(unit, "active")) set_unit(unit, "inactive", 0); }

/* A unit that failed stays failed. */
static int stop(const char *unit) {
  if (!is_known(unit) && !is_state(unit, "active") && !is_state(unit, "failed")) return 5;
  stop_part(unit);
  each_tied("PartOf", unit, stop_part);
  each_tied("Requires", unit, stop_part);
  return 0;
}

static int start_new(const char *unit) {
  int fails = has_line(unit, "ExecStartPre=/bin/false");
  set_unit(unit, fails ? "failed" : "active", 0);
  return fails;
}

static void restart_part(const char *unit) { if (is_state(unit, "active")) start_new(unit); }

/* Restarts what runs along with it; what requires it cannot run where it failed. */
static void restart_tied(const char *unit, int failed) {
  each_tied("PartOf", unit, restart_part);
  each_tied("Requires", unit, failed ? stop_part : restart_part);
}

/* A socket does not listen while its service runs without it. */
static int start(const char *unit, int is_again) {
  char service[300];
  if (is_masked(unit)) return 1;
  if (!is_known(unit)) return 5;
  if (is_kind(unit, "socket") && (is_again || !is_state(unit, "active"))) {
    counterpart(unit, "service", service, sizeof service);
    if (is_state(service, "active")) return 1;
  }
  if (!is_again && is_state(unit, "active")) return 0;
  int failed = start_new(unit);
  if (is_again) restart_tied(unit, failed);
  return failed;
}

static int reload(const char *unit) {
  int is_able = is_kind(unit, "mount") || has_line(unit, "ExecReload=");
  if (is_masked(unit)) return 1;
  if (!is_known(unit)) return 5;
  if (is_kind(unit, "slice") || !is_able || is_state(unit, "failed")) return 3;
  if (!is_state(unit, "active")) return 1;
  set_unit(unit, "active", 1);
  return 0;
}

static int reset_failed(const char *unit) {
  if (is_state(unit, "inactive")) return 1; /* it is not loaded */
  if (is_state(unit, "failed")) set_unit(unit, "inactive", 0);
  return 0;
}

/* stopping: as long as /stand/host/stopping is there. */
static int say_system(void) {
  int is_degraded = 0;
  DIR *folder = opendir("/stand/host/units");
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (*entry->d_name != '.' && is_state(entry->d_name, "failed")) is_degraded = 1;
  if (folder) closedir(folder);
  if (is_there("/stand/host/stopping")) { puts("stopping"); return 1; }
  puts(is_degraded ? "degraded" : "running");
  return is_degraded;
}

static int act(const char *verb, const char *unit) {
  if (!strcmp(verb, "stop")) return stop(unit);
  if (!strcmp(verb, "start")) return start(unit, 0);
  if (!strcmp(verb, "restart")) return start(unit, 1);
  if (!strcmp(verb, "reload")) return reload(unit);
  if (!strcmp(verb, "reset-failed")) return reset_failed(unit);
  if (!strcmp(verb, "cancel")) return 1; /* no job is ever queued here */
  fprintf(stderr, "stand: systemctl %s is not known here\n", verb);
  return 90;
}

int systemctl(int count, char **words) {
  const char *verb = "", *units[16];
  int many = 0, status = 0;
  for (int i = 1; i < count; i++) {
    if (!strcmp(words[i], "-p")) { i++; continue; }
    if (*words[i] == '-') continue;
    if (!*verb) verb = words[i]; else if (many < 16) units[many++] = words[i];
  }
  look_at_state();
  if (!strcmp(verb, "is-system-running")) return say_system();
  if (!strcmp(verb, "daemon-reload")) { reload_manager(); return 0; }
  for (int i = 0; i < many; i++) {
    if (strcmp(verb, "show")) { int ended = act(verb, units[i]); status = ended ? ended : status; continue; }
    if (i) puts("");
    show(units[i], count, words);
  }
  return status;
}
