// The kernels compiled per level, and the public functions that pick one.
#include "CKernels.h"
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "words are stored in pairs and read in halves: a little-endian target is needed"
#endif

#if defined(__FAST_MATH__)
#error "results must not depend on the compiler's choice of rounding"
#endif
#pragma STDC FP_CONTRACT OFF

// Sixty-four bytes at any word's address; the compiler cuts them into the registers of the level.
typedef uint64_t u64x8 __attribute__((vector_size(64), aligned(2)));
typedef uint32_t u32x16 __attribute__((vector_size(64), aligned(2)));
typedef uint32_t u32x8 __attribute__((vector_size(32), aligned(2)));
typedef int32_t s32x4 __attribute__((vector_size(16), aligned(2)));
typedef float f32x4 __attribute__((vector_size(16), aligned(2)));
typedef float f32x16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t s32x16 __attribute__((vector_size(64), aligned(4)));
typedef double f64x8 __attribute__((vector_size(64), aligned(8)));
typedef int64_t s64x8 __attribute__((vector_size(64), aligned(8)));
typedef uint16_t u16x16 __attribute__((vector_size(32), aligned(2)));
typedef float f32x16u __attribute__((vector_size(64), aligned(2)));
typedef int8_t s8x64 __attribute__((vector_size(64), aligned(2)));

// Draws whose parts are computed loop by loop.
enum { draw_block = 32 };
enum { piece_terms = ckernels_piece_terms };

// Scratch arrays start on a cache line: a load that spans two lines would have to wait for both stores.
#define ALIGNED _Alignas(64)

#define INLINE static inline __attribute__((always_inline))
INLINE uint32_t bits_of_float(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
INLINE float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
INLINE uint64_t bits_of_double(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
INLINE double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// One block in plain C, for single draws.
static void philox_one(ckernels_address at, uint32_t first, uint32_t x[4]) {
  x[0] = first, x[1] = at.a, x[2] = at.b, x[3] = at.c;
  for (uint32_t round = 0; round < 10; round++) {
    uint64_t a = (uint64_t)x[0] * 0xD2511F53u, b = (uint64_t)x[2] * 0xCD9E8D57u;
    x[0] = (uint32_t)(b >> 32) ^ x[1] ^ (at.key0 + round * 0x9E3779B9u);
    x[1] = (uint32_t)b;
    x[2] = (uint32_t)(a >> 32) ^ x[3] ^ (at.key1 + round * 0xBB67AE85u);
    x[3] = (uint32_t)a;
  }
}
// The keys of the rounds, first and second word.
typedef struct {
  uint64_t of[10][2];
} philox_keys;
static inline philox_keys keys_of(ckernels_address at) {
  philox_keys keys;
  for (uint32_t round = 0; round < 10; round++) {
    keys.of[round][0] = (uint32_t)(at.key0 + round * 0x9E3779B9u);
    keys.of[round][1] = (uint32_t)(at.key1 + round * 0xBB67AE85u);
  }
  return keys;
}

// The count of a draw that eight bits leave open, by these and sixteen more, `u`; `k` thresholds have lower upper bits. It is number
// `place` of the address's open draws.
INLINE uint8_t poisson_refined(const ckernels_poisson_table *table, ckernels_address at, uint64_t place, uint32_t k, uint32_t u) {
  // Mostly one threshold is in question. Which side of it a draw lies on cannot be foretold, so this is no branch.
  k += table->high[k] < u;
  while (__builtin_expect(table->high[k] < u, 0)) k++;
  if (__builtin_expect(table->high[k] == u, 0)) {
    uint32_t last[4];
    philox_one(at, (uint32_t)(place >> 2) | 0x80000000u, last);
    while (table->high[k] == u && table->low[k] <= last[place & 3]) k++;
  }
  return (uint8_t)k;
}

// Draw number `draw` of word u: the entries at or below it, found from the guide.
static inline uint16_t long_poisson(const ckernels_long_poisson_table *table, ckernels_address at, uint64_t draw, uint32_t u) {
  int k = table->guide[u >> 22];
  while (table->high[k] < u) k++;
  if (table->high[k] == u) {
    uint32_t further[4];
    philox_one(at, (uint32_t)(draw >> 2) | 0x80000000u, further);
    while (k < table->all && table->high[k] == u && table->low[k] <= further[draw & 3]) k++;
  }
  return (uint16_t)(table->first_count + k);
}

// Blocks of several rows that are made together, in whole runs of lanes: block first[i] of the row of source[i].
enum { row_units = 256 };
typedef struct {
  ALIGNED uint32_t first[row_units + 16];
  ALIGNED uint32_t source[row_units + 16];
  int count;
} unit_list;
// Adds blocks first ..< first + n of a row; sixteen are written at a time, whatever n is. Marks them as fully used.
INLINE void add_units(unit_list *list, uint32_t first, uint32_t source, int n, uint32_t *used) {
  const u32x16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, zero = lane ^ lane;
  int at = list->count, k = 0;
  do {
    *(u32x16 *)(list->first + at + k) = lane + (first + (uint32_t)k);
    *(u32x16 *)(list->source + at + k) = zero + source;
    if (used) *(u32x16 *)(used + at + k) = zero + 4;
    k += 16;
  } while (k < n);
  list->count = at + n;
}

// Whether a target whose 16 bits leave it open is one, by its further bits.
static inline int further_success(const ckernels_pair_law *law, ckernels_address at, uint32_t target) {
  uint32_t further[4];
  philox_one(at, target >> 2 | 0x80000000u, further);
  return further[target & 3] < law->low;
}

// Synapses that are laid side by side before they are added: their places and weights stay in the first cache.
enum { staged_synapses = 1024 };
// Moves over empty buckets; the delay of the bucket found relative to the one before, 0 at the end of the row.
INLINE uint32_t following_bucket(const uint16_t **bucket) {
  uint32_t delay = **bucket >> 8;
  while ((**bucket & 0xff) == 0 && **bucket != 0) delay += *++*bucket >> 8;
  return delay;
}

// By the guide, by halving where it does not tell.
static inline uint32_t number_of_word(const ckernels_delay_table *table, uint32_t w) {
  int32_t low = 0, high = table->count - 1;
  if (table->guide) {
    uint32_t part = table->guide[w >> 21], within = part & 0x3fffffu;
    low = (int32_t)(part >> 22);
    if (within) return (uint32_t)low + ((w & 0x1fffffu) >= within);
  }
  while (low < high) {
    int32_t middle = (low + high) / 2;
    if (w <= table->last[middle]) high = middle;
    else low = middle + 1;
  }
  return (uint32_t)low;
}

// A chunk of events: events, then the next chunk, which is written when the events' last line is at hand. Chunks lie at multiples of their
// size, so a list's end tells how full its last one is, and which it is.
enum { event_chunk = ckernels_event_chunk, event_link = event_chunk - 8, event_full_f32 = 681 * 6, event_full_f64 = 408 * 10 };
INLINE uint8_t *chunk_of(uint8_t *event) { return (uint8_t *)((uintptr_t)event & ~(uintptr_t)(event_chunk - 1)); }
// Adds a chunk to a list; where its first event goes.
static uint8_t *longer_list(ckernels_event_list *list, ckernels_event_chunks *chunks) {
  uint8_t *chunk = chunks->free[--chunks->count];
  // The one that will be taken next has left the cache long ago; its further lines are asked for when events come near them.
  if (chunks->count > 0)
    for (int line = 0; line < 3 * 64; line += 64) __builtin_prefetch(chunks->free[chunks->count - 1] + line, 1, 3);
  if (list->first) memcpy(chunk_of(list->end) + event_link, &chunk, sizeof chunk);
  else list->first = chunk;
  return chunk;
}

// The upper halves of lanes in their lower ones. Where a wide register shifts in one unit only, a shuffle in the other one shares the work.
#define HIGH_HALVES(x) ((x) >> 32)
#define PHILOX_EIGHTS 1
#define LEVEL(name) name##_baseline
#include "Kernels.h"
#undef LEVEL
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define LEVEL(name) name##_v3
#define REGISTERS_256
#include "Kernels.h"
#undef REGISTERS_256
#undef LEVEL
#pragma clang attribute pop
// Clang would otherwise keep to 256 bits on this level.
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,no-prefer-256-bit"))), apply_to = function)
#define LEVEL(name) name##_v4
#undef PHILOX_EIGHTS
#define PHILOX_EIGHTS 2
#undef HIGH_HALVES
#define HIGH_HALVES(x) ((u64x8)_mm512_shuffle_epi32((__m512i)(x), _MM_PERM_DDBB))
#define REGISTERS_512
#include "Kernels.h"
#undef LEVEL
#undef REGISTERS_512
#pragma clang attribute pop
#endif

static int chosen_level;
// In tests: a level for the calls of one thread, so that tests that run side by side do not meet; -1 for none.
static _Thread_local int forced_level = -1;

int ckernels_highest_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return 2;
  if (__builtin_cpu_supports("x86-64-v3")) return 1;
#endif
  return 0;
}
int ckernels_level(void) { return forced_level < 0 ? chosen_level : forced_level; }
int ckernels_force_level(int level) {
  int highest = ckernels_highest_level();
  forced_level = level < 0 ? -1 : level > highest ? highest : level;
  return ckernels_level();
}
// COLONNADE_VECTOR=avx2 keeps to registers of 256 bits, as CRows does too: for comparing bits, and for processors that clock down.
__attribute__((constructor)) static void choose_level(void) {
  const char *wanted = getenv("COLONNADE_VECTOR");
  int most = wanted && strcmp(wanted, "avx2") == 0 ? 1 : 2, highest = ckernels_highest_level();
  chosen_level = most < highest ? most : highest;
}

#if defined(__x86_64__)
#define DISPATCH(name, ...)                        \
  {                                                \
    int level = ckernels_level();                  \
    if (level == 2) return name##_v4(__VA_ARGS__); \
    if (level == 1) return name##_v3(__VA_ARGS__); \
    return name##_baseline(__VA_ARGS__);           \
  }
#else
#define DISPATCH(name, ...) \
  { return name##_baseline(__VA_ARGS__); }
#endif

void ckernels_philox(ckernels_address at, uint32_t first, int64_t blocks, uint32_t *out) DISPATCH(philox, at, first, blocks, out)

void ckernels_exp_f32(const float *x, int64_t count, float *y) DISPATCH(exp_f32_array, x, count, y)
void ckernels_exp_f64(const double *x, int64_t count, double *y) DISPATCH(exp_f64_array, x, count, y)
void ckernels_expm1_f32(const float *x, int64_t count, float *y) DISPATCH(expm1_f32_array, x, count, y)
void ckernels_expm1_f64(const double *x, int64_t count, double *y) DISPATCH(expm1_f64_array, x, count, y)
void ckernels_log_f32(const float *x, int64_t count, float *y) DISPATCH(log_f32_array, x, count, y)
void ckernels_log_f64(const double *x, int64_t count, double *y) DISPATCH(log_f64_array, x, count, y)
double ckernels_exp(double x) DISPATCH(exp_f64, x)
double ckernels_expm1(double x) DISPATCH(expm1_f64, x)
double ckernels_log(double x) DISPATCH(log_f64, x)
double ckernels_normal_quantile(double p, double q) DISPATCH(normal_quantile_f64, p, q)
double ckernels_exponential_quantile(double p) DISPATCH(exponential_quantile_f64, p)

void ckernels_draw_f32(const ckernels_law *law, const float *pieces, const uint32_t *words, int64_t count, float *out)
    DISPATCH(table_draw_f32, law, pieces, words, count, out)
void ckernels_draw_f64(const ckernels_law *law, const uint32_t *words, int64_t count, double *out)
    DISPATCH(draw_f64, law, words, count, out)
void ckernels_fill_f32(const ckernels_law *law, const float *pieces, ckernels_address at, int64_t first, int64_t count, float *out)
    DISPATCH(fill_f32, law, pieces, at, first, count, out)
void ckernels_fill_f64(const ckernels_law *law, ckernels_address at, int64_t first, int64_t count, double *out)
    DISPATCH(fill_f64, law, at, first, count, out)
void ckernels_integers(ckernels_address at, uint32_t bound, int64_t first, int64_t count, uint32_t *out)
    DISPATCH(integers, at, bound, first, count, out)

#define POISSON const ckernels_poisson_table *table, ckernels_address at, int64_t count
void ckernels_poisson_u16(POISSON, uint16_t *out) DISPATCH(poisson_u16, table, at, count, out)
void ckernels_poisson_add_f32(POISSON, float weight, int anew, float *out) DISPATCH(poisson_add_f32, table, at, count, weight, anew, out)
void ckernels_poisson_add_f64(POISSON, double weight, int anew, double *out) DISPATCH(poisson_add_f64, table, at, count, weight, anew, out)
void ckernels_long_poisson_u16(const ckernels_long_poisson_table *table, ckernels_address at, int64_t first, int64_t count, uint16_t *out)
    DISPATCH(long_poisson_u16, table, at, first, count, out)
int64_t ckernels_pair_rows(const ckernels_pair_law *laws, ckernels_address at, const uint32_t *sources, const uint16_t *law_of, int64_t rows,
                           int32_t targets, uint16_t *out, uint32_t *counts)
    DISPATCH(pair_rows, laws, at, sources, law_of, rows, targets, out, counts)
void ckernels_row_words(ckernels_address at, const uint32_t *sources, const uint32_t *counts, int64_t rows, int64_t per, uint32_t *out,
                        uint32_t *next)
    DISPATCH(row_words, at, sources, counts, rows, per, out, next)
void ckernels_delays(const ckernels_delay_table *table, const uint32_t *words, int64_t count, uint16_t *out)
    DISPATCH(delays, table, words, count, out)
#define EVENTS ckernels_event_list *lists, ckernels_event_form form, uint32_t step, const uint16_t *targets
void ckernels_put_events_f32(EVENTS, const float *weights, const uint16_t *delays, int64_t count, ckernels_event_chunks *chunks)
    DISPATCH(put_events_f32, lists, form, step, targets, weights, delays, count, chunks)
void ckernels_put_events_f64(EVENTS, const double *weights, const uint16_t *delays, int64_t count, ckernels_event_chunks *chunks)
    DISPATCH(put_events_f64, lists, form, step, targets, weights, delays, count, chunks)
int64_t ckernels_add_events_f32(ckernels_event_list *list, float *input, ckernels_event_chunks *chunks)
    DISPATCH(add_events_f32, list, input, chunks)
int64_t ckernels_add_events_f64(ckernels_event_list *list, double *input, ckernels_event_chunks *chunks)
    DISPATCH(add_events_f64, list, input, chunks)
void ckernels_clear_event_lists(ckernels_event_list *lists, int64_t count, int64_t scalar_bytes) {
  uint8_t *end = (uint8_t *)(uintptr_t)(scalar_bytes == 4 ? event_full_f32 : event_full_f64);
  for (int64_t i = 0; i < count; i++) lists[i] = (ckernels_event_list){end, NULL};
}
void ckernels_prefetch_event_lists(const ckernels_event_list *lists, uint32_t mask, uint32_t channels, uint32_t step, int64_t steps) {
  for (int64_t i = 0; i < steps; i++)
    for (uint32_t channel = 0; channel < channels; channel++) {
      const uint8_t *end = lists[((step + (uint32_t)i) & mask) * channels + channel].end;
      // What lies further is asked for when the list comes near it.
      for (int line = 0; line < 2; line++) __builtin_prefetch(end + 64 * line, 1, 2);
    }
}
void ckernels_spread_f32(ckernels_address at, uint32_t block, int64_t count, uint32_t bound, uint32_t *places, uint32_t *words)
    DISPATCH(spread_f32, at, block, count, bound, places, words)
void ckernels_spread_f64(ckernels_address at, uint32_t block, int64_t count, uint32_t bound, uint32_t *places, uint32_t *words)
    DISPATCH(spread_f64, at, block, count, bound, places, words)
void ckernels_add_placed_f32(const uint32_t *places, const float *amplitudes, int64_t count, float *out)
    DISPATCH(add_placed_f32, places, amplitudes, count, out)
void ckernels_add_placed_f64(const uint32_t *places, const double *amplitudes, int64_t count, double *out)
    DISPATCH(add_placed_f64, places, amplitudes, count, out)
void ckernels_add_counts_f32(const uint16_t *counts, int64_t count, float weight, float *out)
    DISPATCH(add_counts_f32, counts, count, weight, out)
void ckernels_add_counts_f64(const uint16_t *counts, int64_t count, double weight, double *out)
    DISPATCH(add_counts_f64, counts, count, weight, out)

int64_t ckernels_find(const uint32_t *values, int64_t count, uint32_t first, uint32_t span, uint64_t tag, uint64_t *out)
    DISPATCH(find, values, count, first, span, tag, out)
void ckernels_add_rows_f32(ckernels_row_list *lists, const uint64_t *ready, int64_t count, ckernels_row_window window, float *input,
                           int64_t *events) DISPATCH(add_rows_f32, lists, ready, count, window, input, events)
void ckernels_add_rows_f64(ckernels_row_list *lists, const uint64_t *ready, int64_t count, ckernels_row_window window, double *input,
                           int64_t *events) DISPATCH(add_rows_f64, lists, ready, count, window, input, events)
void ckernels_clear_lines(void *lines, int64_t count) DISPATCH(clear_lines, lines, count)
#define TILE(type) type *columns, int64_t stride, const type *input, int64_t input_stride, const type *current, int64_t count, uint16_t *fired
int64_t ckernels_iaf_psc_exp_f32_step(const ckernels_iaf_psc_exp_f32 *constants, TILE(float))
    DISPATCH(iaf_psc_exp_f32, constants, columns, stride, input, input_stride, current, count, fired)
int64_t ckernels_iaf_psc_exp_f64_step(const ckernels_iaf_psc_exp_f64 *constants, TILE(double))
    DISPATCH(iaf_psc_exp_f64, constants, columns, stride, input, input_stride, current, count, fired)
int64_t ckernels_lif_sfa_f32_step(const ckernels_lif_sfa_f32 *constants, TILE(float))
    DISPATCH(lif_sfa_f32, constants, columns, stride, input, input_stride, current, count, fired)
int64_t ckernels_lif_sfa_f64_step(const ckernels_lif_sfa_f64 *constants, TILE(double))
    DISPATCH(lif_sfa_f64, constants, columns, stride, input, input_stride, current, count, fired)
