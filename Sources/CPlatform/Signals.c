// Signals that are noted for later instead of ending the process, and the end of a process together with its parent.
#define _GNU_SOURCE
#include "CPlatform.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t noted_end, noted_checkpoint, follower;
static const int numbers[] = {SIGUSR1, SIGTERM, SIGINT};
static struct sigaction before[3];
static int is_noted[3];

// Only what a handler may do: set a flag, tell the program that this one waits for, and at the second request to end let the signal do its own.
static void note(int number) {
  int error = errno;
  if (follower > 0) kill((pid_t)follower, number);
  errno = error;
  if (number == SIGUSR1) {
    noted_checkpoint = 1;
    return;
  }
  if (noted_end) {
    signal(number, SIG_DFL);
    raise(number);
  }
  noted_end = number;
}
static void begin_noting(int index) {
  if (is_noted[index]) return;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  is_noted[index] = sigaction(numbers[index], &action, &before[index]) == 0;
  // Whoever started this process from a thread that blocks signals has passed that on: the signal would wait for ever.
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, numbers[index]);
  pthread_sigmask(SIG_UNBLOCK, &own, NULL);
}
void cplatform_note_checkpoint_signal(void) { begin_noting(0); }
void cplatform_note_end_signals(void) {
  begin_noting(1);
  begin_noting(2);
}
void cplatform_pass_end_signals_to(int process) {
  follower = process;
  // One that came before is passed on now; one that comes between these lines is passed on twice, which does no harm.
  if (process > 0 && noted_end) kill((pid_t)process, noted_end);
}
int cplatform_noted_signal(void) { return noted_end ? noted_end : noted_checkpoint ? SIGUSR1 : 0; }
int cplatform_release_signals(void) {
  for (int i = 0; i < 3; i++) {
    if (is_noted[i]) sigaction(numbers[i], &before[i], NULL);
    is_noted[i] = 0;
  }
  // What came until the signals were let go counts.
  int noted = cplatform_noted_signal();
  follower = 0;
  noted_end = noted_checkpoint = 0;
  return noted;
}

// A signal at the parent's death would come when the thread ends that started this process, which launchers do in threads of their own.
static void *look_after_parent(void *parent) {
  while (getppid() == (pid_t)(intptr_t)parent) usleep(500000);
  kill(getpid(), SIGKILL);
  return NULL;
}
int cplatform_end_with_parent(void) {
  pthread_t thread;
  sigset_t all, old;
  // Signals are for the main thread.
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  int failure = pthread_create(&thread, NULL, look_after_parent, (void *)(intptr_t)getppid());
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (failure) return -1;
  pthread_detach(thread);
  return 0;
}

double cplatform_process_age(void) {
  // The 22nd field of the line is the start in clock ticks since boot; the second one, in parentheses, may hold spaces.
  char line[1024];
  FILE *f = fopen("/proc/self/stat", "r");
  if (!f) return 0;
  size_t n = fread(line, 1, sizeof line - 1, f);
  fclose(f);
  line[n] = 0;
  char *p = strrchr(line, ')');
  unsigned long long start = 0;
  if (!p || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &start) != 1) return 0;
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  double age = (double)now.tv_sec + (double)now.tv_nsec * 1e-9 - (double)start / (double)sysconf(_SC_CLK_TCK);
  return age > 0 ? age : 0;
}
