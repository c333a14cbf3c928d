/*
 * strike: runs a command in a folder as its root and counts, over it and all its children, each system call
 * that changes something; stops the whole group, or falsifies one call, at a given number.
 *
 *   strike ROOT LOG FAULT… -- COMMAND ARGUMENT…
 *   FAULT  N:kill-before  N:kill-after  N:ENOSPC  N:EIO  N:fail  N:lost  N:hang  N:hook=COMMAND
 *
 * fail: the program is not run, it ends with 7. lost: it runs, and its exit status is 7. hang: what has a time
 * limit (its parent program was `timeout`) ends with 124 and does nothing; whatever else hangs is killed with
 * the group. hook: the command runs outside of the root, before the call, while all else is held; POINT is its
 * number. ENOSPC and EIO of a call that is no system call with an error (execve) are its failure.
 * LOG: one line a point: number, program, call, paths (of systemctl also what it is asked), divided by tabs;
 * "struck N MODE" where a fault was met.
 * Ends with the command's status, 137 where the group was killed, 125 for its own troubles.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/limits.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "strike reads the registers of x86-64 alone"
#endif

/* Where a call's paths are: -1: it has none; dir: the argument with the folder's descriptor. */
struct call { int number; const char *name; int dir1, path1, dir2, path2, fd, fd2; };
static const struct call calls[] = {
  {SYS_execve, "execve", -1, 0, -1, -1, -1, -1},
  {SYS_open, "open", -1, 0, -1, -1, -1, -1},
  {SYS_creat, "open", -1, 0, -1, -1, -1, -1},
  {SYS_openat, "open", 0, 1, -1, -1, -1, -1},
  {SYS_write, "write", -1, -1, -1, -1, 0, -1},
  {SYS_pwrite64, "write", -1, -1, -1, -1, 0, -1},
  {SYS_writev, "write", -1, -1, -1, -1, 0, -1},
  {SYS_sendfile, "write", -1, -1, -1, -1, 0, -1},
  {SYS_copy_file_range, "write", -1, -1, -1, -1, 2, -1},
  {SYS_rename, "rename", -1, 0, -1, 1, -1, -1},
  {SYS_renameat, "rename", 0, 1, 2, 3, -1, -1},
  {SYS_renameat2, "rename", 0, 1, 2, 3, -1, -1},
  {SYS_link, "link", -1, 0, -1, 1, -1, -1},
  {SYS_linkat, "link", 0, 1, 2, 3, -1, -1},
  {SYS_symlink, "symlink", -1, -1, -1, 1, -1, -1},
  {SYS_symlinkat, "symlink", -1, -1, 1, 2, -1, -1},
  {SYS_unlink, "unlink", -1, 0, -1, -1, -1, -1},
  {SYS_unlinkat, "unlink", 0, 1, -1, -1, -1, -1},
  {SYS_rmdir, "rmdir", -1, 0, -1, -1, -1, -1},
  {SYS_mkdir, "mkdir", -1, 0, -1, -1, -1, -1},
  {SYS_mkdirat, "mkdir", 0, 1, -1, -1, -1, -1},
  {SYS_chmod, "chmod", -1, 0, -1, -1, -1, -1},
  {SYS_fchmodat, "chmod", 0, 1, -1, -1, -1, -1},
  {SYS_fchmod, "chmod", -1, -1, -1, -1, 0, -1},
  {SYS_chown, "chown", -1, 0, -1, -1, -1, -1},
  {SYS_lchown, "chown", -1, 0, -1, -1, -1, -1},
  {SYS_fchown, "chown", -1, -1, -1, -1, 0, -1},
  {SYS_fchownat, "chown", 0, 1, -1, -1, -1, -1},
  {SYS_fsync, "fsync", -1, -1, -1, -1, 0, -1},
  {SYS_fdatasync, "fsync", -1, -1, -1, -1, 0, -1},
  {SYS_syncfs, "syncfs", -1, -1, -1, -1, 0, -1},
  {SYS_truncate, "truncate", -1, 0, -1, -1, -1, -1},
  {SYS_ftruncate, "truncate", -1, -1, -1, -1, 0, -1},
  {SYS_exit_group, "exit", -1, -1, -1, -1, -1, -1},
};
enum { CALLS = sizeof calls / sizeof *calls, MOST = 256, MOST_FAULTS = 4096 };

enum mode { KILL_BEFORE, KILL_AFTER, ERR_NOSPC, ERR_IO, FAIL, LOST, HANG, HOOK };
static const char *modes[] = {"kill-before", "kill-after", "ENOSPC", "EIO", "fail", "lost", "hang", "hook"};
static struct { int at; enum mode mode; const char *hook; } faults[MOST_FAULTS];
static int fault_count, point, is_lossy;
static const char *root;
static FILE *log_file;

/* What is known of a process. */
static struct process { pid_t pid; char program[64]; int was_timeout, die_after, lose; } processes[MOST];

static struct process *process_of(pid_t pid) {
  for (int i = 0; i < MOST; i++) if (processes[i].pid == pid) return &processes[i];
  for (int i = 0; i < MOST; i++) if (!processes[i].pid) {
    memset(&processes[i], 0, sizeof *processes);
    processes[i].pid = pid;
    snprintf(processes[i].program, sizeof processes[i].program, "%s", "sh");
    return &processes[i];
  }
  fprintf(stderr, "strike: more than %d processes\n", MOST);
  exit(125);
}

static void give_up(const char *what) { perror(what); exit(125); }

static void install_filter(void) {
  struct sock_filter code[256];
  int at = 0;
  code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < CALLS; i++) {
    /* How a process ends is looked at only where its status is to be lost. */
    if (calls[i].number == SYS_exit_group && !is_lossy) continue;
    if (calls[i].number == SYS_openat || calls[i].number == SYS_open) {
      int flags = calls[i].number == SYS_openat ? 2 : 1;
      code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 4);
      code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * flags);
      code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1);
      code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
      code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
      continue;
    }
    code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  }
  code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {.len = at, .filter = code};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) give_up("strike: seccomp");
}

static void read_text(pid_t pid, unsigned long from, char *to, size_t size) {
  size_t got = 0;
  while (got + 1 < size) {
    size_t piece = 256 - (from + got) % 256;
    if (piece > size - 1 - got) piece = size - 1 - got;
    struct iovec here = {to + got, piece}, there = {(void *)(from + got), piece};
    if (process_vm_readv(pid, &here, 1, &there, 1, 0) <= 0) break;
    if (memchr(to + got, 0, piece)) return;
    got += piece;
  }
  to[got] = 0;
}

/* Cuts the root off, so that a path is what the command calls it. */
static void inside(char *path) {
  size_t length = strlen(root);
  if (!strncmp(path, root, length) && (path[length] == '/' || !path[length])) {
    memmove(path, path + length, strlen(path + length) + 1);
    if (!*path) strcpy(path, "/");
  }
}

static void path_of_fd(pid_t pid, int fd, char *to) {
  char name[64];
  snprintf(name, sizeof name, fd == AT_FDCWD ? "/proc/%d/cwd" : "/proc/%d/fd/%d", pid, fd);
  ssize_t length = readlink(name, to, PATH_MAX - 1);
  to[length < 0 ? 0 : length] = 0;
  inside(to);
}

static void path_at(pid_t pid, int folder, unsigned long address, char *to) {
  char name[PATH_MAX];
  read_text(pid, address, name, sizeof name);
  if (*name == '/') { strcpy(to, name); return; }
  path_of_fd(pid, folder, to);
  snprintf(to + strlen(to), PATH_MAX - strlen(to), "%s%s", strcmp(to, "/") ? "/" : "", name);
}

static unsigned long argument(const struct user_regs_struct *regs, int number) {
  const unsigned long all[] = {regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};
  return all[number];
}

static int starts(const char *text, const char *with) { return !strncmp(text, with, strlen(with)); }

static int ends(const char *text, const char *with) {
  size_t length = strlen(text), end = strlen(with);
  return length >= end && !strcmp(text + length - end, with);
}

/* What a program is asked: its arguments that are no options, with a blank after each but the last. */
static void words_of(pid_t pid, unsigned long vector, char *to) {
  unsigned long address;
  char word[256];
  *to = 0;
  for (int i = 1; i < 16; i++) {
    struct iovec here = {&address, sizeof address}, there = {(void *)(vector + i * sizeof address), sizeof address};
    if (process_vm_readv(pid, &here, 1, &there, 1, 0) != sizeof address || !address) return;
    read_text(pid, address, word, sizeof word);
    if (*word == '-' || strpbrk(word, "\t\n")) continue;
    snprintf(to + strlen(to), PATH_MAX - strlen(to), "%s%s", *to ? " " : "", word);
  }
}

/* What the stand-ins keep, devices and pipes are no part of the host. */
static int is_apart(const char *path) {
  int is_kernels = starts(path, "/proc/") && !starts(path, "/proc/sys/");
  return *path != '/' || starts(path, "/stand/") || starts(path, "/dev/") || is_kernels;
}

static int is_there(const char *path) {
  char outside[2 * PATH_MAX];
  struct stat found;
  snprintf(outside, sizeof outside, "%s%s", root, path);
  return lstat(outside, &found) == 0;
}

/* The calls' paths; 0: this call is no point. */
static int paths_of(pid_t pid, const struct call *call, const struct user_regs_struct *regs, char *one, char *two) {
  *one = *two = 0;
  if (call->path1 >= 0)
    path_at(pid, call->dir1 < 0 ? AT_FDCWD : (int)argument(regs, call->dir1), argument(regs, call->path1), one);
  if (call->path2 >= 0)
    path_at(pid, call->dir2 < 0 ? AT_FDCWD : (int)argument(regs, call->dir2), argument(regs, call->path2), two);
  if (call->fd >= 0) path_of_fd(pid, (int)argument(regs, call->fd), one);
  /* The word that a transaction's state is about to be. */
  if (call->number == SYS_write && starts(one, "/var/lib/svcdeploy/txn/")) {
    read_text(pid, argument(regs, 1), two, 32);
    two[strcspn(two, " \n\t")] = 0;
  }
  /* A shell looks for a program in several folders, rm removes what is not there, mkdir makes what is there, mv
   * first tries not to replace. */
  if (call->number == SYS_execve) {
    if (ends(one, "/systemctl")) words_of(pid, argument(regs, 1), two);
    return is_there(one);
  }
  int is_removal = !strcmp(call->name, "unlink") || !strcmp(call->name, "rmdir");
  if (is_removal && !is_there(one)) return 0;
  if (!strcmp(call->name, "mkdir") && is_there(one)) return 0;
  if (call->number == SYS_renameat2 && argument(regs, 4) & RENAME_NOREPLACE && is_there(two)) return 0;
  if (call->number == SYS_unlinkat && argument(regs, 2) & AT_REMOVEDIR) return !is_apart(one) ? 2 : 0;
  return !is_apart(*one ? one : two);
}

static void kill_all(int status) {
  for (int i = 0; i < MOST; i++) if (processes[i].pid > 0) kill(processes[i].pid, SIGKILL);
  /* A process that was forked just now is not known yet: it comes up here, stopped. */
  int stopped;
  pid_t pid;
  while ((pid = waitpid(-1, &stopped, __WALL)) > 0 || errno == EINTR)
    if (pid > 0 && WIFSTOPPED(stopped)) kill(pid, SIGKILL);
  fclose(log_file);
  exit(status);
}

static void skip_call(pid_t pid, struct user_regs_struct *regs, int error) {
  regs->orig_rax = -1;
  regs->rax = -error;
  ptrace(PTRACE_SETREGS, pid, 0, regs);
}

/* The call becomes the process's end. */
static void end_with(pid_t pid, struct user_regs_struct *regs, int status) {
  regs->orig_rax = SYS_exit_group;
  regs->rdi = status;
  ptrace(PTRACE_SETREGS, pid, 0, regs);
}

static void run_hook(const char *command) {
  char number[32];
  snprintf(number, sizeof number, "%d", point);
  if (setenv("POINT", number, 1) || system(command)) give_up("strike: hook");
}

/* Strikes at this point where a fault names it; says how the process goes on. */
static int strike(struct process *it, const struct call *call, struct user_regs_struct *regs) {
  int is_exec = call->number == SYS_execve, on = PTRACE_CONT;
  for (int i = 0; i < fault_count; i++) {
    if (faults[i].at != point) continue;
    enum mode mode = faults[i].mode;
    fprintf(log_file, "struck\t%d\t%s\n", point, modes[mode]);
    if (mode == KILL_BEFORE) kill_all(137);
    if (mode == KILL_AFTER && !is_exec) { it->die_after = 1; on = PTRACE_SYSCALL; }
    if (mode == KILL_AFTER && is_exec) it->die_after = 2;
    if (mode == HOOK) run_hook(faults[i].hook);
    if (is_exec && (mode == FAIL || mode == ERR_NOSPC || mode == ERR_IO)) end_with(it->pid, regs, 7);
    if (is_exec && mode == LOST) it->lose = 1;
    if (is_exec && mode == HANG) {
      if (!it->was_timeout) kill_all(137);
      end_with(it->pid, regs, 124);
    }
    if (!is_exec && mode == ERR_NOSPC) skip_call(it->pid, regs, ENOSPC);
    if (!is_exec && mode == ERR_IO) skip_call(it->pid, regs, EIO);
  }
  return on;
}

static const char *base_name(const char *path) { const char *last = strrchr(path, '/'); return last ? last + 1 : path; }

/* A counted call begins. */
static int meet(struct process *it) {
  struct user_regs_struct regs;
  if (ptrace(PTRACE_GETREGS, it->pid, 0, &regs)) return PTRACE_CONT;
  if (regs.orig_rax == SYS_exit_group) {
    if (it->lose) { regs.rdi = 7; ptrace(PTRACE_SETREGS, it->pid, 0, &regs); }
    return PTRACE_CONT;
  }
  const struct call *call = NULL;
  for (int i = 0; i < CALLS; i++) if (calls[i].number == (int)regs.orig_rax) call = &calls[i];
  if (!call) return PTRACE_CONT;
  char one[PATH_MAX], two[PATH_MAX];
  int kind = paths_of(it->pid, call, &regs, one, two);
  if (!kind) return PTRACE_CONT;
  const char *program = base_name(one);
  if (call->number == SYS_execve && (!strcmp(program, "timeout") || !strcmp(program, "sleep"))) {
    it->was_timeout = !strcmp(program, "timeout");
    return PTRACE_CONT;
  }
  point++;
  fprintf(log_file, "%d\t%s\t%s\t%s\t%s\n", point, it->program, kind == 2 ? "rmdir" : call->name, one, two);
  int on = strike(it, call, &regs);
  if (call->number == SYS_execve) snprintf(it->program, sizeof it->program, "%.63s", program);
  return on;
}

static void read_fault(char *text) {
  char *colon = strchr(text, ':');
  if (!colon || fault_count == MOST_FAULTS) { fprintf(stderr, "strike: no fault: %s\n", text); exit(125); }
  faults[fault_count].at = atoi(text);
  for (int mode = 0; mode <= HOOK; mode++) {
    if (!starts(colon + 1, modes[mode])) continue;
    faults[fault_count].mode = mode;
    is_lossy |= mode == LOST;
    if (mode == HOOK) faults[fault_count].hook = strchr(colon, '=') + 1;
    fault_count++;
    return;
  }
  fprintf(stderr, "strike: no fault: %s\n", text);
  exit(125);
}

static void be_child(char **command) {
  if (chroot(root) || chdir("/")) give_up("strike: chroot");
  ptrace(PTRACE_TRACEME, 0, 0, 0);
  raise(SIGSTOP);
  install_filter();
  execvp(*command, command);
  give_up("strike: exec");
}

/* One event of a process; says how it goes on, or -1 where it is no more. */
static int event(struct process *it, int status, int *signal) {
  *signal = 0;
  if (!WIFSTOPPED(status)) return -1;
  int what = status >> 16, stopped = WSTOPSIG(status);
  if (what == PTRACE_EVENT_SECCOMP) return meet(it);
  if (what == PTRACE_EVENT_FORK || what == PTRACE_EVENT_VFORK || what == PTRACE_EVENT_CLONE) {
    unsigned long child = 0;
    ptrace(PTRACE_GETEVENTMSG, it->pid, 0, &child);
    snprintf(process_of(child)->program, sizeof it->program, "%s", it->program);
    return PTRACE_CONT;
  }
  if (what) return PTRACE_CONT;
  if (stopped == (SIGTRAP | 0x80)) { if (it->die_after == 1) kill_all(137); return PTRACE_CONT; }
  if (stopped != SIGSTOP && stopped != SIGTRAP) *signal = stopped;
  return PTRACE_CONT;
}

int main(int count, char **words) {
  int at = 3;
  if (count < 5) { fprintf(stderr, "strike ROOT LOG FAULT... -- COMMAND...\n"); return 125; }
  root = words[1];
  if (!(log_file = fopen(words[2], "we"))) give_up("strike: log");
  for (; at < count && strcmp(words[at], "--"); at++) read_fault(words[at]);
  if (at + 1 >= count) { fprintf(stderr, "strike: no command\n"); return 125; }
  pid_t first = fork();
  if (!first) be_child(words + at + 1);
  int status, ended = 125, signal;
  waitpid(first, &status, 0);
  process_of(first);
  ptrace(PTRACE_SETOPTIONS, first, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  ptrace(PTRACE_CONT, first, 0, 0);
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
    if (pid <= 0) continue;
    struct process *it = process_of(pid);
    int on = event(it, status, &signal);
    if (on >= 0) { ptrace(on, pid, 0, signal); continue; }
    int after = it->die_after == 2;
    it->pid = 0;
    if (pid == first) ended = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (after) kill_all(137);
    /* With the main process its whole group ends, as in a unit. */
    if (pid == first) kill_all(ended);
  }
  kill_all(ended);
}
