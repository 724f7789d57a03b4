// Prints a hash of what the vector kernels give on fixed input: the same on every processor.
#include "CKernels.h"
#include "CRows.h"
#include <stdio.h>
#include <string.h>

enum { n = 4096 };
static uint64_t hash = 0xCBF29CE484222325u;

static void note(const char *name, const void *data, size_t bytes) {
  const uint8_t *p = data;
  for (size_t i = 0; i < bytes; i++) hash = (hash ^ p[i]) * 0x100000001B3u;
  // The hash so far: a line that differs first names the kernel that does.
  printf("%s %016llx\n", name, (unsigned long long)hash);
}

static const ckernels_address at = {1, 2, 3, 4, 5};
static uint32_t words[n];
static float a32[n], b32[n];
static double a64[n], b64[n];

static void functions(void) {
  for (int i = 0; i < n; i++) {
    a32[i] = (float)((int32_t)words[i]) * 0x1p-25f;
    a64[i] = (double)((int32_t)words[i]) * 0x1p-22;
  }
  ckernels_exp_f32(a32, n, b32), note("exp f32", b32, sizeof b32);
  ckernels_exp_f64(a64, n, b64), note("exp f64", b64, sizeof b64);
  ckernels_expm1_f32(a32, n, b32), note("expm1 f32", b32, sizeof b32);
  ckernels_expm1_f64(a64, n, b64), note("expm1 f64", b64, sizeof b64);
  for (int i = 0; i < n; i++) {
    a32[i] = (float)(words[i] | 1) * 0x1p-20f;
    a64[i] = (double)(words[i] | 1) * 0x1p-20;
  }
  ckernels_log_f32(a32, n, b32), note("log f32", b32, sizeof b32);
  ckernels_log_f64(a64, n, b64), note("log f64", b64, sizeof b64);
  for (int i = 0; i < n; i++) b64[i] = ckernels_normal_quantile((i + 0.5) / n, 1 - (i + 0.5) / n);
  note("normal quantile", b64, sizeof b64);
}

static void draws(void) {
  static const ckernels_law laws[] = {
      {.kind = ckernels_uniform, .a = -2, .b = 5},
      {.kind = ckernels_normal, .a = 0.5, .b = 2},
      {.kind = ckernels_lognormal, .a = -1, .b = 0.5},
      {.kind = ckernels_exponential, .a = 3, .mass = 1},
  };
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    ckernels_fill_f32(laws + i, NULL, at, 3, n, b32), note("draws f32", b32, sizeof b32);
    ckernels_fill_f64(laws + i, at, 3, n, b64), note("draws f64", b64, sizeof b64);
  }
  static uint32_t integers[n];
  ckernels_integers(at, 1000, 5, n, integers), note("integers", integers, sizeof integers);
}

static void rows(void) {
  enum { width = 208, units = 64, samples = 16 };
  static float weights[units * width], gradients[samples * width], sum[width], out[samples * units];
  uint16_t indices[40], order[units];
  uint64_t needed[units];
  for (int i = 0; i < units * width; i++) weights[i] = (float)((int32_t)words[i % n] >> 8) * 0x1p-20f;
  for (int i = 0; i < samples * width; i++) gradients[i] = (float)((int32_t)words[(7 * i + 3) % n] >> 8) * 0x1p-22f;
  for (int i = 0; i < 40; i++) indices[i] = (uint16_t)(words[i] % units);
  for (int i = 0; i < units; i++) order[i] = (uint16_t)i, needed[i] = words[i] & 0xFFFF;
  crows_add(sum, weights, weights, width, width, indices, 40), note("sum of rows", sum, sizeof sum);
  crows_dots(weights, width, units, gradients, width, order, needed, out, units), note("products", out, sizeof out);
}

int main(void) {
  ckernels_philox(at, 0, n / 4, words), note("random words", words, sizeof words);
  functions();
  draws();
  rows();
  return 0;
}
