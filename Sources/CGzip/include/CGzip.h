// Reading gzip files through zlib, free of the vendor's types.
#pragma once
#include <stdint.h>

/// Inflates a gzip file into a nameless file in memory and returns its descriptor, which the caller closes.
/// -1: failed, with the reason in `reason`, or with errno where that stays empty.
int cgzip_inflate(const char *path, int64_t limit, char *reason, int capacity);
