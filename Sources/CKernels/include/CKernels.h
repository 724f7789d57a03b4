// Vector kernels over plain arrays: random words, draws, elementary functions. Same bits on every processor.
#pragma once
#include <stdint.h>

// A kernel is compiled once per level and chosen at run time. No level changes a bit of any result: every fused multiply-add is
// written as such, nothing is contracted, no library function is called whose last bit is the host's.

/// Level of the kernels in use: 0 baseline of the target, 1 x86-64-v3 (AVX2, FMA), 2 x86-64-v4 (AVX-512).
int ckernels_level(void);
/// The highest level this processor can run.
int ckernels_highest_level(void);
/// Uses the kernels of a lower level from now on, in all threads; cut to what the processor can run. Returns the level in use.
int ckernels_force_level(int level);

/// Philox 4x32-10 (Salmon et al. 2011): block i has the counter (first + i, c1, c2, c3) and gives out[4 i ..< 4 i + 4].
/// The first counter word wraps at 2^32. The key is passed low word first.
void ckernels_philox(uint32_t key0, uint32_t key1, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t first, int64_t blocks, uint32_t *out);
