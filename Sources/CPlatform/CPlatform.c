// What the operating system and the processor tell: clocks, memory, host, signals, prefetch.
#define _GNU_SOURCE
#include "CPlatform.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__x86_64__)
// Runs before main: the rest of the program is built for AVX2 and FMA and would end in an illegal instruction.
__attribute__((constructor)) static void check_processor(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v3")) return;
  static const char text[] =
      "colonnade: this processor, or what the virtual machine shows of it, is below x86-64-v3 (AVX2, FMA, BMI; any x86 server since 2013): "
      "run on a newer node\n";
  ssize_t ignored = write(2, text, sizeof text - 1);
  (void)ignored;
  _exit(70);
}
#endif

#ifndef COLONNADE_COMMIT
#define COLONNADE_COMMIT "unknown"
#endif
const char *cplatform_commit(void) { return COLONNADE_COMMIT; }

static uint64_t read_clock(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
uint64_t cplatform_nanoseconds(void) { return read_clock(CLOCK_MONOTONIC); }
uint64_t cplatform_thread_nanoseconds(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

// The value in kB behind "key" in a /proc file, as bytes; -1 if there is none.
static int64_t read_kilobytes(const char *path, const char *key) {
  FILE *f = fopen(path, "r");
  if (!f) return -1;
  char line[256];
  int64_t found = -1;
  while (fgets(line, sizeof line, f))
    if (strncmp(line, key, strlen(key)) == 0) {
      found = atoll(line + strlen(key)) * 1024;
      break;
    }
  fclose(f);
  return found;
}
int64_t cplatform_peak_memory(void) { return read_kilobytes("/proc/self/status", "VmHWM:"); }
int64_t cplatform_resident_memory(void) { return read_kilobytes("/proc/self/status", "VmRSS:"); }
int64_t cplatform_file_memory(void) { return read_kilobytes("/proc/self/status", "RssFile:"); }
int64_t cplatform_proportional_memory(void) { return read_kilobytes("/proc/self/smaps_rollup", "Pss:"); }
int64_t cplatform_proportional_file_memory(void) { return read_kilobytes("/proc/self/smaps_rollup", "Pss_File:"); }

const char *cplatform_host_name(void) {
  static char name[256];
  if (!name[0] && gethostname(name, sizeof name - 1) != 0) strcpy(name, "unknown");
  return name;
}
int cplatform_is_terminal(int descriptor) { return isatty(descriptor); }
int cplatform_terminal_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
int cplatform_write(int descriptor, const void *bytes, int64_t count) {
  const char *p = bytes;
  while (count > 0) {
    ssize_t n = write(descriptor, p, (size_t)count);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    p += n;
    count -= n;
  }
  return 0;
}

#define HUGE_PAGE ((int64_t)2 << 20)
static int64_t mapped_size(int64_t bytes) { return (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE; }
void *cplatform_allocate(int64_t bytes) {
  if (bytes <= 0) bytes = 1;
  int64_t size = mapped_size(bytes);
  // One huge page more than needed, so that the start can be aligned; the ends are given back.
  char *p = mmap(NULL, (size_t)(size + HUGE_PAGE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return NULL;
  int64_t head = (HUGE_PAGE - (int64_t)((uintptr_t)p % (uintptr_t)HUGE_PAGE)) % HUGE_PAGE;
  if (head) munmap(p, (size_t)head);
  if (HUGE_PAGE - head) munmap(p + head + size, (size_t)(HUGE_PAGE - head));
#ifdef MADV_HUGEPAGE
  // From an eighth of a huge page on: state that is touched in every step should not cost a TLB entry per 4 KiB.
  if (bytes >= HUGE_PAGE / 8) madvise(p + head, (size_t)size, MADV_HUGEPAGE);
#endif
  return p + head;
}
void cplatform_free(void *memory, int64_t bytes) {
  if (bytes <= 0) bytes = 1;
  if (memory) munmap(memory, (size_t)mapped_size(bytes));
}
void cplatform_flush_denormals(void) {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
  uint64_t control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  __asm__ volatile("msr fpcr, %0" ::"r"(control | (1u << 24)));
#endif
}
