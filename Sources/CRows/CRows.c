// Choice between the versions of the row kernels; see CRows.h for what they compute.
#include "CRows.h"
#include <stdlib.h>
#include <string.h>
#include "versions.h"

#if defined(__x86_64__)
static int is_wide;

// COLONNADE_VECTOR=avx2 keeps to registers of 256 bits, as CKernels does too.
__attribute__((constructor)) static void choose_width(void) {
  const char *wanted = getenv("COLONNADE_VECTOR");
  __builtin_cpu_init();
  is_wide = __builtin_cpu_supports("x86-64-v4") && !(wanted && strcmp(wanted, "avx2") == 0);
}

static int wide(void) { return is_wide; }

void crows_add(
    float *sum, const float *base, const float *rows, int64_t stride, int64_t width, const uint16_t *indices, int64_t count) {
  if (wide()) crows_add_512(sum, base, rows, stride, width, indices, count);
  else crows_add_256(sum, base, rows, stride, width, indices, count);
}

void crows_dots(
    const float *weights, int64_t width, int64_t units, const float *gradients, int64_t gradient_stride, const uint16_t *order,
    const uint64_t *needed, float *out, int64_t out_stride) {
  if (wide()) crows_dots_512(weights, width, units, gradients, gradient_stride, order, needed, out, out_stride);
  else crows_dots_256(weights, width, units, gradients, gradient_stride, order, needed, out, out_stride);
}
#else
#include <math.h>

void crows_add(
    float *sum, const float *base, const float *rows, int64_t stride, int64_t width, const uint16_t *indices, int64_t count) {
  if (sum != base)
    for (int64_t i = 0; i < width; i++) sum[i] = base[i];
  for (int64_t j = 0; j < count; j++)
    for (int64_t i = 0; i < width; i++) sum[i] += rows[indices[j] * stride + i];
}

void crows_dots(
    const float *weights, int64_t width, int64_t units, const float *gradients, int64_t gradient_stride, const uint16_t *order,
    const uint64_t *needed, float *out, int64_t out_stride) {
  for (int64_t i = 0; i < units; i++) {
    int64_t u = order[i];
    for (uint64_t left = needed[u]; left != 0; left &= left - 1) {
      int64_t s = __builtin_ctzll(left);
      float part[16] = {0};
      for (int64_t k = 0; k < width; k++) part[k % 16] = fmaf(weights[u * width + k], gradients[s * gradient_stride + k], part[k % 16]);
      for (int half = 8; half > 0; half /= 2)
        for (int k = 0; k < half; k++) part[k] += part[k + half];
      out[s * out_stride + u] += part[0];
    }
  }
}
#endif
