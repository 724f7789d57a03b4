// The kernels compiled per level, and the public functions that pick one.
#include "CKernels.h"
#include <stdatomic.h>
#include <string.h>

#if !defined(__LITTLE_ENDIAN__) && !(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#error "words are stored in pairs: a little-endian target is needed"
#endif

// Sixty-four bytes at any word's address; the compiler cuts them into the registers of the level.
typedef uint64_t u64x8 __attribute__((vector_size(64), aligned(4)));

#define LEVEL(name) name##_baseline
#include "Kernels.h"
#undef LEVEL
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define LEVEL(name) name##_v3
#include "Kernels.h"
#undef LEVEL
#pragma clang attribute pop
// Clang would otherwise keep to 256 bits on this level.
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,no-prefer-256-bit"))), apply_to = function)
#define LEVEL(name) name##_v4
#include "Kernels.h"
#undef LEVEL
#pragma clang attribute pop
#endif

static atomic_int level_in_use;

int ckernels_highest_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return 2;
  if (__builtin_cpu_supports("x86-64-v3")) return 1;
#endif
  return 0;
}
int ckernels_level(void) { return atomic_load_explicit(&level_in_use, memory_order_relaxed); }
int ckernels_force_level(int level) {
  int highest = ckernels_highest_level();
  level = level < 0 ? 0 : level > highest ? highest : level;
  atomic_store_explicit(&level_in_use, level, memory_order_relaxed);
  return level;
}
__attribute__((constructor)) static void choose_level(void) { ckernels_force_level(2); }

#if defined(__x86_64__)
#define DISPATCH(name, ...)                                  \
  do {                                                       \
    int level = ckernels_level();                            \
    if (level == 2) return name##_v4(__VA_ARGS__);           \
    if (level == 1) return name##_v3(__VA_ARGS__);           \
    return name##_baseline(__VA_ARGS__);                     \
  } while (0)
#else
#define DISPATCH(name, ...) return name##_baseline(__VA_ARGS__)
#endif

void ckernels_philox(uint32_t key0, uint32_t key1, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t first, int64_t blocks, uint32_t *out) {
  DISPATCH(philox, key0, key1, c1, c2, c3, first, blocks, out);
}
