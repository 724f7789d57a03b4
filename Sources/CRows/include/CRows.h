// Sums and products of selected rows of a matrix in single precision, the inner loops of training through time.
//
// Same bits on every processor: a sum adds rows in list order, lane by lane; a product keeps sixteen interleaved partial sums, which
// are one AVX-512 register or two AVX registers, and adds them in a fixed order. Widths are multiples of eight elements.
#pragma once
#include <stdint.h>
#if defined(__AVX__)
#include <immintrin.h>
#endif

typedef float crows_float8 __attribute__((ext_vector_type(8)));
typedef double crows_double8 __attribute__((ext_vector_type(8)));

/// Bit i is set where lane i is strictly positive.
static inline uint8_t crows_positive(crows_float8 x) {
#if defined(__AVX__)
  return (uint8_t)_mm256_movemask_ps(_mm256_cmp_ps((__m256)x, _mm256_setzero_ps(), _CMP_GT_OQ));
#else
  uint8_t bits = 0;
  for (int i = 0; i < 8; i++) bits |= (uint8_t)((x[i] > 0) << i);
  return bits;
#endif
}

/// Square roots, rounded exactly: no call of a library, which would look at each lane for a negative number.
static inline crows_float8 crows_roots_f32(crows_float8 x) { return __builtin_elementwise_sqrt(x); }
static inline crows_double8 crows_roots_f64(crows_double8 x) { return __builtin_elementwise_sqrt(x); }

/// Asks for the line of `address` in the second cache: for the tape of the step to come, which lies in memory.
static inline void crows_fetch(const void *address) { __builtin_prefetch(address, 0, 2); }

/// sum[0..<width] = base[0..<width] + for each j of `count`: rows[indices[j] * stride + 0..<width]. `base` may be `sum`.
void crows_add(
    float *sum, const float *base, const float *rows, int64_t stride, int64_t width, const uint16_t *indices, int64_t count);

/// For each of the `units` units u in `order` and each sample s whose bit is set in needed[u]:
/// out[s * out_stride + u] += weights[u * width + 0..<width] . gradients[s * gradient_stride + 0..<width].
/// Units in order of their number of samples keep the branches predictable; the order does not change the result.
void crows_dots(
    const float *weights, int64_t width, int64_t units, const float *gradients, int64_t gradient_stride, const uint16_t *order,
    const uint64_t *needed, float *out, int64_t out_stride);
