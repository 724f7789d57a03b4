// Reading gzip files through zlib, block by block.
#include "CGzip.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

static int copy(gzFile file, int descriptor, int64_t limit, int64_t *length, char *reason, int capacity) {
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
  if (code == Z_ERRNO) goto done;
  // A stream that is cut off ends with the buffer error, after its last bytes were handed out as if all were well.
  if (count < 0 || code != Z_OK) {
    snprintf(reason, (size_t)capacity, "%s after %lld bytes", code == Z_BUF_ERROR ? "the file is cut off" : message, (long long)total);
    goto done;
  }
  *length = total;
  result = 0;
done:
  free(bytes);
  return result;
}

int cgzip_inflate(const char *path, int descriptor, int64_t limit, int64_t *length, char *reason, int capacity) {
  reason[0] = 0;
  gzFile file = gzopen(path, "rbe");
  if (!file) return -1;
  gzbuffer(file, 1 << 17);
  int result = copy(file, descriptor, limit, length, reason, capacity);
  int number = errno;
  gzclose_r(file);
  errno = number;
  return result;
}
