// Row kernels in registers of 256 bits.
#if defined(__x86_64__)
#include <immintrin.h>

#include "versions.h"

#define INNER static inline __attribute__((always_inline)) __attribute__((target("avx2,fma")))
#define OUTER __attribute__((target("avx2,fma")))

// A sum over `n` registers (a literal at every call): totals stay in registers over the whole list.
INNER void tile(const int n, float *sum, const float *base, const float *rows, int64_t stride, const uint16_t *indices, int64_t count) {
  __m256 total[13];
#pragma clang loop unroll(full)
  for (int i = 0; i < n; i++) total[i] = _mm256_loadu_ps(base + 8 * i);
  for (int64_t j = 0; j < count; j++) {
    const float *row = rows + indices[j] * stride;
#pragma clang loop unroll(full)
    for (int i = 0; i < n; i++) total[i] = _mm256_add_ps(total[i], _mm256_loadu_ps(row + 8 * i));
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < n; i++) _mm256_storeu_ps(sum + 8 * i, total[i]);
}

#define CASE(n) \
  case n: tile(n, sum + done, base + done, rows + done, stride, indices, count); break;

OUTER void crows_add_256(
    float *sum, const float *base, const float *rows, int64_t stride, int64_t width, const uint16_t *indices, int64_t count) {
  // Tiles of nearly equal width, at most 13 registers.
  int64_t left = (width + 7) / 8, tiles = (left + 12) / 13, done = 0;
  for (; tiles > 0; tiles--) {
    int64_t n = (left + tiles - 1) / tiles;
    switch (n) {
      CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
      CASE(6) CASE(7) CASE(8) CASE(9) CASE(10)
      CASE(11) CASE(12) CASE(13)
    }
    left -= n;
    done += 8 * n;
  }
}

// Products of `n` samples with one row; `even` and `odd` are the sixteen partial sums of a dot.
INNER void dots(
    const int n, const float *row, int64_t width, const float *gradients, int64_t stride, const uint8_t *samples, float *out,
    int64_t out_stride) {
  const float *g[6];
  __m256 even[6], odd[6];
#pragma clang loop unroll(full)
  for (int k = 0; k < n; k++) {
    g[k] = gradients + samples[k] * stride;
    even[k] = odd[k] = _mm256_setzero_ps();
  }
  int64_t i = 0;
  for (; i + 16 <= width; i += 16) {
    __m256 w = _mm256_loadu_ps(row + i), x = _mm256_loadu_ps(row + i + 8);
#pragma clang loop unroll(full)
    for (int k = 0; k < n; k++) {
      even[k] = _mm256_fmadd_ps(w, _mm256_loadu_ps(g[k] + i), even[k]);
      odd[k] = _mm256_fmadd_ps(x, _mm256_loadu_ps(g[k] + i + 8), odd[k]);
    }
  }
  if (i < width) {
    __m256 w = _mm256_loadu_ps(row + i);
#pragma clang loop unroll(full)
    for (int k = 0; k < n; k++) even[k] = _mm256_fmadd_ps(w, _mm256_loadu_ps(g[k] + i), even[k]);
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < n; k++) {
    __m256 eight = _mm256_add_ps(even[k], odd[k]);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    out[samples[k] * out_stride] += _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
}

OUTER void crows_dots_256(
    const float *weights, int64_t width, int64_t units, const float *gradients, int64_t gradient_stride, const uint16_t *order,
    const uint64_t *needed, float *out, int64_t out_stride) {
  for (int64_t i = 0; i < units; i++) {
    int64_t u = order[i], left = 0;
    const float *row = weights + u * width;
    uint8_t places[64], *list = places;
    for (uint64_t bits = needed[u]; bits != 0; bits &= bits - 1) places[left++] = (uint8_t)__builtin_ctzll(bits);
    if (i + 1 < units) {
      const float *next = weights + order[i + 1] * width;
      for (int64_t k = 0; k < width; k += 16) __builtin_prefetch(next + k);
    }
    for (; left > 6; left -= 6, list += 6) dots(6, row, width, gradients, gradient_stride, list, out + u, out_stride);
    switch (left) {
      case 1: dots(1, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 2: dots(2, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 3: dots(3, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 4: dots(4, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 5: dots(5, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 6: dots(6, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
    }
  }
}
#endif
