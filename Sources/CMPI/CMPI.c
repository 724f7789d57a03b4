// The calls of MPI that Colonnade makes, over Open MPI (or another library given at build time).
#define _GNU_SOURCE
#include "CMPI.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <mpi.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct cmpi_requests {
  int count;
  int has_collective;  // such requests cannot be freed while they are active
  MPI_Status *statuses;
  MPI_Request row[];
};

static MPI_Comm native(cmpi_comm comm) { return (MPI_Comm)comm.value; }
static cmpi_comm handle(MPI_Comm comm) { return (cmpi_comm){(intptr_t)comm}; }

static MPI_Datatype native_type(int type) {
  switch (type) {
    case CMPI_UINT8: return MPI_UINT8_T;
    case CMPI_INT32: return MPI_INT32_T;
    case CMPI_UINT32: return MPI_UINT32_T;
    case CMPI_INT64: return MPI_INT64_T;
    case CMPI_UINT64: return MPI_UINT64_T;
    case CMPI_FLOAT: return MPI_FLOAT;
    case CMPI_DOUBLE: return MPI_DOUBLE;
    default: return MPI_DATATYPE_NULL;
  }
}
static MPI_Op native_operation(int operation) {
  switch (operation) {
    case CMPI_SUM: return MPI_SUM;
    case CMPI_MIN: return MPI_MIN;
    case CMPI_MAX: return MPI_MAX;
    case CMPI_OR: return MPI_BOR;
    default: return MPI_OP_NULL;
  }
}

// Start and end ------------------------------------------------------------------------------------------------------

static int has_device(const char *class) {
  DIR *devices = opendir(class);
  if (!devices) return 0;
  int found = 0;
  for (struct dirent *entry; (entry = readdir(devices));) found |= entry->d_name[0] != '.';
  closedir(devices);
  return found;
}

// InfiniBand, Omni-Path and RoCE are devices of the first class, HPE Slingshot of the second.
static int has_fast_network(void) { return has_device("/sys/class/infiniband") || has_device("/sys/class/cxi"); }

// Ranks that the launcher started on this node, as far as it tells; 1 if it does not.
static long ranks_on_node(void) {
  static const char *const names[] = {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE"};
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
    const char *text = getenv(names[i]);
    if (text) return atol(text);
  }
  return 1;
}

int cmpi_init(void) {
  // What the user or mpirun --mca has set wins. Without a fast network the probing of its drivers costs a third of a second.
  if (!has_fast_network()) {
    setenv("OMPI_MCA_pml", "ob1", 0);
    setenv("OMPI_MCA_btl", "self,vader,tcp", 0);
  }
  // More ranks than cores would be 500 times slower without yielding; with a core for each rank, yielding would hand the core to any
  // other process for a whole time slice at every wait.
  if (ranks_on_node() > sysconf(_SC_NPROCESSORS_ONLN)) setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
  int provided;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  return code;
}
int cmpi_finalize(void) { return MPI_Finalize(); }
_Noreturn void cmpi_abort(int code) {
  MPI_Abort(MPI_COMM_WORLD, code);
  _exit(code);
}
int cmpi_is_finalized(void) {
  int finalized = 0;
  MPI_Finalized(&finalized);
  return finalized;
}
int cmpi_is_running(void) {
  int initialized = 0;
  MPI_Initialized(&initialized);
  return initialized && !cmpi_is_finalized();
}
const char *cmpi_library_version(void) {
  static char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length;
  if (!text[0]) {
    if (MPI_Get_library_version(text, &length) != MPI_SUCCESS) strcpy(text, "MPI");
    text[strcspn(text, "\n,")] = 0;
  }
  return text;
}
void cmpi_error_text(int code, char *text, int capacity) {
  char full[MPI_MAX_ERROR_STRING + 1] = "unknown error";
  int length;
  if (cmpi_is_running()) MPI_Error_string(code, full, &length);
  snprintf(text, (size_t)capacity, "%s", full);
}

// The first process binds an abstract socket name, which no other can bind while it lives and which leaves no file behind.
// The descriptor stays open on purpose.
int cmpi_first_to_speak(uint64_t key) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "colonnade-%u-%016llx", getuid(), (unsigned long long)key);
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return 1;
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
  if (bind(descriptor, (struct sockaddr *)&address, size) == 0 || errno != EADDRINUSE) return 1;
  close(descriptor);
  return 0;
}

// Communicators ------------------------------------------------------------------------------------------------------

static int made_communicator(int code, MPI_Comm comm, cmpi_comm *made) {
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
  *made = handle(comm);
  return code;
}
cmpi_comm cmpi_world(void) { return handle(MPI_COMM_WORLD); }
int cmpi_rank(cmpi_comm comm, int *rank) { return MPI_Comm_rank(native(comm), rank); }
int cmpi_size(cmpi_comm comm, int *size) { return MPI_Comm_size(native(comm), size); }
int cmpi_duplicate(cmpi_comm comm, cmpi_comm *made) {
  MPI_Comm new = MPI_COMM_NULL;
  return made_communicator(MPI_Comm_dup(native(comm), &new), new, made);
}
int cmpi_split(cmpi_comm comm, int color, int key, cmpi_comm *made) {
  MPI_Comm new = MPI_COMM_NULL;
  return made_communicator(MPI_Comm_split(native(comm), color, key, &new), new, made);
}
int cmpi_split_by_node(cmpi_comm comm, int key, cmpi_comm *made) {
  MPI_Comm new = MPI_COMM_NULL;
  return made_communicator(MPI_Comm_split_type(native(comm), MPI_COMM_TYPE_SHARED, key, MPI_INFO_NULL, &new), new, made);
}
void cmpi_free(cmpi_comm comm) {
  MPI_Comm old = native(comm);
  if (cmpi_is_running() && old != MPI_COMM_NULL) MPI_Comm_free(&old);
}

// Collectives --------------------------------------------------------------------------------------------------------

int cmpi_barrier(cmpi_comm comm) { return MPI_Barrier(native(comm)); }
int cmpi_broadcast(cmpi_comm comm, void *data, int bytes, int root) { return MPI_Bcast(data, bytes, MPI_BYTE, root, native(comm)); }
int cmpi_all_reduce(cmpi_comm comm, void *data, int count, int type, int operation) {
  return MPI_Allreduce(MPI_IN_PLACE, data, count, native_type(type), native_operation(operation), native(comm));
}
int cmpi_all_gather(cmpi_comm comm, const void *data, int bytes, void *all) {
  return MPI_Allgather(data, bytes, MPI_BYTE, all, bytes, MPI_BYTE, native(comm));
}
int cmpi_all_gather_v(cmpi_comm comm, const void *data, int bytes, void *all, const int *counts, const int *offsets) {
  return MPI_Allgatherv(data, bytes, MPI_BYTE, all, counts, offsets, MPI_BYTE, native(comm));
}
int cmpi_gather(cmpi_comm comm, const void *data, int bytes, void *all, int root) {
  return MPI_Gather(data, bytes, MPI_BYTE, all, bytes, MPI_BYTE, root, native(comm));
}

// Messages -----------------------------------------------------------------------------------------------------------

int cmpi_send(cmpi_comm comm, const void *data, int bytes, int to, int tag) {
  return MPI_Send(data, bytes, MPI_BYTE, to, tag, native(comm));
}
int cmpi_receive(cmpi_comm comm, void *data, int bytes, int from, int tag, int *received) {
  MPI_Status status;
  int code = MPI_Recv(data, bytes, MPI_BYTE, from, tag, native(comm), &status);
  return code == MPI_SUCCESS ? MPI_Get_count(&status, MPI_BYTE, received) : code;
}

cmpi_requests *cmpi_requests_create(int count) {
  cmpi_requests *requests = malloc(sizeof *requests + (size_t)count * sizeof(MPI_Request));
  if (!requests) return NULL;
  requests->statuses = calloc((size_t)count + 1, sizeof(MPI_Status));
  if (!requests->statuses) {
    free(requests);
    return NULL;
  }
  requests->count = count;
  requests->has_collective = 0;
  for (int i = 0; i < count; i++) requests->row[i] = MPI_REQUEST_NULL;
  return requests;
}
void cmpi_requests_free(cmpi_requests *requests) {
  if (cmpi_is_running() && !requests->has_collective)
    for (int i = 0; i < requests->count; i++)
      if (requests->row[i] != MPI_REQUEST_NULL) MPI_Request_free(&requests->row[i]);
  free(requests->statuses);
  free(requests);
}
// The library says only that one of several requests failed: the code of the first failure says more.
static int first_failure(int code, const MPI_Status *statuses, int count) {
  if (code != MPI_ERR_IN_STATUS) return code;
  for (int i = 0; i < count; i++)
    if (statuses[i].MPI_ERROR != MPI_SUCCESS && statuses[i].MPI_ERROR != MPI_ERR_PENDING) return statuses[i].MPI_ERROR;
  return code;
}
int cmpi_start_receive(cmpi_comm comm, void *data, int bytes, int from, int tag, cmpi_requests *requests, int index) {
  return MPI_Irecv(data, bytes, MPI_BYTE, from, tag, native(comm), &requests->row[index]);
}
int cmpi_start_send(cmpi_comm comm, const void *data, int bytes, int to, int tag, cmpi_requests *requests, int index) {
  return MPI_Isend(data, bytes, MPI_BYTE, to, tag, native(comm), &requests->row[index]);
}
int cmpi_prepare_receive(cmpi_comm comm, void *data, int bytes, int from, int tag, cmpi_requests *requests, int index) {
  return MPI_Recv_init(data, bytes, MPI_BYTE, from, tag, native(comm), &requests->row[index]);
}
int cmpi_restart(cmpi_requests *requests, int first, int count) { return MPI_Startall(count, requests->row + first); }
int cmpi_start_all_reduce(cmpi_comm comm, const void *data, void *result, int count, int type, int operation, cmpi_requests *requests,
                          int index) {
  requests->has_collective = 1;
  return MPI_Iallreduce(data, result, count, native_type(type), native_operation(operation), native(comm), &requests->row[index]);
}
int cmpi_wait(cmpi_requests *requests, int first, int count) {
  MPI_Status *statuses = requests->statuses + first;
  return first_failure(MPI_Waitall(count, requests->row + first, statuses), statuses, count);
}
int cmpi_test(cmpi_requests *requests, int first, int count, int *complete) {
  MPI_Status *statuses = requests->statuses + first;
  return first_failure(MPI_Testall(count, requests->row + first, complete, statuses), statuses, count);
}
