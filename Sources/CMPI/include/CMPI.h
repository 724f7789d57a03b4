// The calls of MPI that Colonnade makes, behind a header without MPI's own names: any MPI library fits below it.
#pragma once
#include <stdint.h>

/// A communicator of the MPI library. A copy of the handle is not a copy of the communicator.
typedef struct {
  intptr_t value;
} cmpi_comm;
/// A row of requests of nonblocking calls.
typedef struct cmpi_requests cmpi_requests;

/// Element types of reductions.
enum { CMPI_UINT8, CMPI_INT32, CMPI_UINT32, CMPI_INT64, CMPI_UINT64, CMPI_FLOAT, CMPI_DOUBLE };
/// Operations of reductions. CMPI_OR works on the bits of integers.
enum { CMPI_SUM, CMPI_MIN, CMPI_MAX, CMPI_OR };

// Every function that returns int returns 0, or the error code of the library, whose text is cmpi_error_text(code).
// Counts are in bytes where the function says bytes, else in elements; neither exceeds INT_MAX: the caller cuts.

/// Sets the defaults of Open MPI that the user has not set, and starts MPI for calls from the main thread only.
int cmpi_init(void);
/// Ends MPI; every rank must take part.
int cmpi_finalize(void);
/// Ends every rank of the job with the code. Does not return.
_Noreturn void cmpi_abort(int code);
/// 1 from the end of cmpi_init to cmpi_finalize.
int cmpi_is_running(void);
/// 1 if MPI was ended (it cannot start again in the same process).
int cmpi_is_finalized(void);
/// The library's name and version, its first line; works before cmpi_init. In a buffer of the process.
const char *cmpi_library_version(void);
/// The library's text for an error code, copied into text (at least 16 bytes).
void cmpi_error_text(int code, char *text, int capacity);
/// 1 in the first process on this machine that asks with this key, 0 in the later ones, while the first one lives.
int cmpi_first_to_speak(uint64_t key);

cmpi_comm cmpi_world(void);
int cmpi_rank(cmpi_comm comm, int *rank);
int cmpi_size(cmpi_comm comm, int *size);
int cmpi_duplicate(cmpi_comm comm, cmpi_comm *made);
int cmpi_split(cmpi_comm comm, int color, int key, cmpi_comm *made);
int cmpi_split_by_node(cmpi_comm comm, int key, cmpi_comm *made);
/// Frees a communicator made by one of the calls above; nothing to do once MPI has ended.
void cmpi_free(cmpi_comm comm);

int cmpi_barrier(cmpi_comm comm);
int cmpi_broadcast(cmpi_comm comm, void *data, int bytes, int root);
int cmpi_all_reduce(cmpi_comm comm, void *data, int count, int type, int operation);
/// Every rank gives the same number of bytes.
int cmpi_all_gather(cmpi_comm comm, const void *data, int bytes, void *all);
int cmpi_all_gather_v(cmpi_comm comm, const void *data, int bytes, void *all, const int *counts, const int *offsets);
int cmpi_gather(cmpi_comm comm, const void *data, int bytes, void *all, int root);

int cmpi_send(cmpi_comm comm, const void *data, int bytes, int to, int tag);
/// The bytes that came are in `received`; a longer message is an error.
int cmpi_receive(cmpi_comm comm, void *data, int bytes, int from, int tag, int *received);

/// A row of null requests, NULL if there is no memory.
cmpi_requests *cmpi_requests_create(int count);
/// Releases the row; requests that are still active are left to the library, so their buffers must live on.
void cmpi_requests_free(cmpi_requests *requests);
int cmpi_start_receive(cmpi_comm comm, void *data, int bytes, int from, int tag, cmpi_requests *requests, int index);
int cmpi_start_send(cmpi_comm comm, const void *data, int bytes, int to, int tag, cmpi_requests *requests, int index);
/// A receive that cmpi_restart starts, again and again.
int cmpi_prepare_receive(cmpi_comm comm, void *data, int bytes, int from, int tag, cmpi_requests *requests, int index);
int cmpi_restart(cmpi_requests *requests, int first, int count);
int cmpi_start_all_reduce(cmpi_comm comm, const void *data, void *result, int count, int type, int operation, cmpi_requests *requests,
                          int index);
int cmpi_wait(cmpi_requests *requests, int first, int count);
int cmpi_test(cmpi_requests *requests, int first, int count, int *complete);
