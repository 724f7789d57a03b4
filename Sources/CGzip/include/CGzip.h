// Reading gzip files through zlib, free of the vendor's types.
#pragma once
#include <stdint.h>

/// Inflates a gzip file into an open file. 0: done, with the number of bytes in `length`.
/// -1: failed, with the reason in `reason`, or with errno where that stays empty.
int cgzip_inflate(const char *path, int descriptor, int64_t limit, int64_t *length, char *reason, int capacity);
