// What the operating system and the processor tell: clocks, memory, host, signals, prefetch.
#pragma once
#include <stdint.h>

/// The commit that the program was built from, "unknown" if the build was not told.
const char *cplatform_commit(void);
/// Monotonic wall clock in nanoseconds.
uint64_t cplatform_nanoseconds(void);
/// Processor time of this thread in nanoseconds.
uint64_t cplatform_thread_nanoseconds(void);
/// Peak resident memory of this process in bytes (VmHWM).
int64_t cplatform_peak_memory(void);
/// Resident memory of this process in bytes now.
int64_t cplatform_resident_memory(void);
/// Proportional set size of this process in bytes now (shared pages counted in part), or -1 where the system does not tell.
int64_t cplatform_proportional_memory(void);
/// What of the two is pages of files, the program and its libraries above all; -1 where the system does not tell.
int64_t cplatform_file_memory(void);
int64_t cplatform_proportional_file_memory(void);
/// Host name, in a buffer that lives as long as the process.
const char *cplatform_host_name(void);
/// 1 if the descriptor is a terminal.
int cplatform_is_terminal(int descriptor);
/// Columns of the terminal behind the descriptor, 0 if unknown.
int cplatform_terminal_columns(int descriptor);
/// Writes to a descriptor until all is written; returns 0 or the errno of the failure.
int cplatform_write(int descriptor, const void *bytes, int64_t count);
/// Memory aligned to 2 MiB with huge pages asked for; zeroed; NULL if there is none. Freed with cplatform_free.
void *cplatform_allocate(int64_t bytes);
void cplatform_free(void *memory, int64_t bytes);
/// Denormals count as zero in this thread from now on (the same on every processor).
void cplatform_flush_denormals(void);

/// From now on USR1 is noted instead of ending the process.
void cplatform_note_checkpoint_signal(void);
/// From now on TERM and INT are noted instead of ending the process; the second of them ends it.
void cplatform_note_end_signals(void);
/// TERM and INT that are noted, before or from now on, are sent to this process as well; 0 ends that.
void cplatform_pass_end_signals_to(int process);
/// The first TERM or INT that was noted, else USR1 if it was, else 0.
int cplatform_noted_signal(void);
/// The signals do again what they did before, and what was noted is forgotten. Returns what cplatform_noted_signal would have until then.
int cplatform_release_signals(void);
/// From now on this process is killed within a second after the one that started it has ended. Returns 0, or -1 if there is no thread for it.
int cplatform_end_with_parent(void);
/// Seconds since this process was started.
double cplatform_process_age(void);

/// Asks the processor to fetch a line for reading.
static inline void cplatform_prefetch(const void *p) { __builtin_prefetch(p, 0, 3); }
/// Asks the processor to fetch a line for writing.
static inline void cplatform_prefetch_write(const void *p) { __builtin_prefetch(p, 1, 3); }
