// Row kernels in registers of 512 bits.
#if defined(__x86_64__)
#include <immintrin.h>

#include "versions.h"

#define INNER static inline __attribute__((always_inline)) __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#define OUTER __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))

// A sum over `n` registers (a literal at every call), the last of which may be half one: totals stay in registers over the whole list.
INNER void tile(
    const int n, float *sum, const float *base, const float *rows, int64_t stride, const uint16_t *indices, int64_t count,
    __mmask16 last) {
  __m512 total[26];
#pragma clang loop unroll(full)
  for (int i = 0; i < n - 1; i++) total[i] = _mm512_loadu_ps(base + 16 * i);
  total[n - 1] = _mm512_maskz_loadu_ps(last, base + 16 * (n - 1));
  for (int64_t j = 0; j < count; j++) {
    const float *row = rows + indices[j] * stride;
#pragma clang loop unroll(full)
    for (int i = 0; i < n - 1; i++) total[i] = _mm512_add_ps(total[i], _mm512_loadu_ps(row + 16 * i));
    total[n - 1] = _mm512_add_ps(total[n - 1], _mm512_maskz_loadu_ps(last, row + 16 * (n - 1)));
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < n - 1; i++) _mm512_storeu_ps(sum + 16 * i, total[i]);
  _mm512_mask_storeu_ps(sum + 16 * (n - 1), last, total[n - 1]);
}

#define CASE(n) \
  case n: tile(n, sum + done, base + done, rows + done, stride, indices, count, mask); break;

OUTER void crows_add_512(
    float *sum, const float *base, const float *rows, int64_t stride, int64_t width, const uint16_t *indices, int64_t count) {
  // Tiles of nearly equal width, at most 26 registers.
  int64_t left = (width + 15) / 16, tiles = (left + 25) / 26, done = 0;
  for (; tiles > 0; tiles--) {
    int64_t n = (left + tiles - 1) / tiles;
    __mmask16 mask = tiles == 1 && width % 16 != 0 ? 0x00FF : 0xFFFF;
    switch (n) {
      CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
      CASE(6) CASE(7) CASE(8) CASE(9) CASE(10)
      CASE(11) CASE(12) CASE(13) CASE(14) CASE(15)
      CASE(16) CASE(17) CASE(18) CASE(19) CASE(20)
      CASE(21) CASE(22) CASE(23) CASE(24) CASE(25)
      CASE(26)
    }
    left -= n;
    done += 16 * n;
  }
}

// Lower and upper half of each register, added: the eight sums of `a`, then those of `b`.
INNER __m512 halves(__m512 a, __m512 b) {
  return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xEE));
}
// The same within each half: four sums of each of four dots.
INNER __m512 quarters(__m512 a, __m512 b) {
  return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xDD));
}
// The same within each quarter: two sums, of dot k and then of dot k + 4 in quarter k.
INNER __m512 pairs(__m512 a, __m512 b) {
  __m512d x = _mm512_castps_pd(a), y = _mm512_castps_pd(b);
  return _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(x, y)), _mm512_castpd_ps(_mm512_unpackhi_pd(x, y)));
}

// Products of `n` samples with one row; register i of a dot is its sixteen partial sums.
INNER void dots(
    const int n, const float *row, int64_t width, const float *gradients, int64_t stride, const uint8_t *samples, float *out,
    int64_t out_stride) {
  const float *g[8];
  __m512 part[8];
#pragma clang loop unroll(full)
  for (int k = 0; k < 8; k++) part[k] = _mm512_setzero_ps();
#pragma clang loop unroll(full)
  for (int k = 0; k < n; k++) g[k] = gradients + samples[k] * stride;
  int64_t i = 0;
  for (; i + 16 <= width; i += 16) {
    __m512 w = _mm512_loadu_ps(row + i);
#pragma clang loop unroll(full)
    for (int k = 0; k < n; k++) part[k] = _mm512_fmadd_ps(w, _mm512_loadu_ps(g[k] + i), part[k]);
  }
  if (i < width) {
    // The mask leaves the upper partial sums alone, as the narrow version does.
    __m512 w = _mm512_maskz_loadu_ps(0x00FF, row + i);
#pragma clang loop unroll(full)
    for (int k = 0; k < n; k++) part[k] = _mm512_mask3_fmadd_ps(w, _mm512_maskz_loadu_ps(0x00FF, g[k] + i), part[k], 0x00FF);
  }
  // The sixteen partial sums of each dot are added as halves, quarters, pairs, all dots at a time.
  __m512 eights[4], fours[2], twos;
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++) eights[k] = halves(part[2 * k], part[2 * k + 1]);
#pragma clang loop unroll(full)
  for (int k = 0; k < 2; k++) fours[k] = quarters(eights[2 * k], eights[2 * k + 1]);
  twos = pairs(fours[0], fours[1]);
  float sums[16] __attribute__((aligned(64)));
  _mm512_store_ps(sums, _mm512_add_ps(twos, _mm512_permute_ps(twos, 0xB1)));
#pragma clang loop unroll(full)
  for (int k = 0; k < n; k++) out[samples[k] * out_stride] += sums[k % 4 * 4 + k / 4 * 2];
}

OUTER void crows_dots_512(
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
    for (; left > 8; left -= 8, list += 8) dots(8, row, width, gradients, gradient_stride, list, out + u, out_stride);
    switch (left) {
      case 1: dots(1, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 2: dots(2, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 3: dots(3, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 4: dots(4, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 5: dots(5, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 6: dots(6, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 7: dots(7, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
      case 8: dots(8, row, width, gradients, gradient_stride, list, out + u, out_stride); break;
    }
  }
}
#endif
