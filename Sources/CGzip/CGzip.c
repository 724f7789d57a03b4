// Reading gzip files through zlib, in blocks, into memory that lives as long as its descriptor.
#define _GNU_SOURCE
#include "CGzip.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

static int write_all(int descriptor, const unsigned char *bytes, int count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, (size_t)count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -1;
    bytes += written;
    count -= (int)written;
  }
  return 0;
}

static int copy(gzFile file, int descriptor, int64_t limit, char *reason, int capacity) {
  enum { block = 1 << 20 };
  unsigned char *bytes = malloc(block);
  if (!bytes) return -1;
  int64_t total = 0;
  int count = 0, result = -1;
  while ((count = gzread(file, bytes, block)) > 0) {
    total += count;
    if (total > limit) {
      snprintf(reason, (size_t)capacity, "it inflates to more than %lld bytes", (long long)limit);
      goto done;
    }
    if (write_all(descriptor, bytes, count) < 0) goto done;
  }
  int code = Z_OK;
  const char *message = gzerror(file, &code);
  // A stream that is cut off ends with the buffer error, a damaged one with the data error; both are silent at the last block.
  if (code == Z_ERRNO) goto done;
  if (count < 0 || code == Z_BUF_ERROR || code == Z_DATA_ERROR) {
    snprintf(reason, (size_t)capacity, "%s after %lld bytes", code == Z_BUF_ERROR ? "the file is cut off" : message, (long long)total);
    goto done;
  }
  result = 0;
done:
  free(bytes);
  return result;
}

int cgzip_inflate(const char *path, int64_t limit, char *reason, int capacity) {
  reason[0] = 0;
  gzFile file = gzopen(path, "rbe");
  if (!file) return -1;
  gzbuffer(file, 1 << 17);
  int descriptor = memfd_create("inflated", MFD_CLOEXEC);
  if (descriptor >= 0 && copy(file, descriptor, limit, reason, capacity) < 0) {
    int number = errno;
    close(descriptor);
    errno = number;
    descriptor = -1;
  }
  int number = errno;
  gzclose_r(file);
  errno = number;
  return descriptor;
}
