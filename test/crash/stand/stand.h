/* stand.h: what the files of the stand-ins share. stand.c says what is kept where. */
#ifndef STAND_H
#define STAND_H
#define _GNU_SOURCE
#include <stdint.h>
#include <stddef.h>

/* stand.c */
void write_text(const char *path, const char *text);
void read_line_of(const char *folder, const char *name, char *to, size_t size);
int is_there(const char *path);
int is_link_to(const char *path, const char *target);
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size);
uint64_t hash_path(uint64_t hash, const char *path);
void look_at_state(void);
#define HASH_START 14695981039346656037u

/* units.c */
void reload_manager(void);
int file_of(const char *unit, char *to, size_t size);
int rest_of_line(const char *unit, const char *beginning, char *to, size_t size);
int has_line(const char *unit, const char *beginning);
void each_tied(const char *by, const char *unit, void (*call)(const char *unit));
const char *part_of(const char *unit, int number, char *to, size_t size);
int is_state(const char *unit, const char *state);
void set_unit(const char *unit, const char *state, int is_reload);
int say_drift(void);
int boot(void);

/* manager.c */
int systemctl(int count, char **words);

/* settings.c */
void set_values_at_boot(void);
int set_values(int count, char **words);
int make_paths(int count, char **words);

#endif
