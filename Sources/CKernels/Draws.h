// Draws from random words, one word per single and two per double draw, by inversion; included once per level.
//
// A word w stands for the midpoint (w + 1/2) / 2^32, a pair for the midpoint of one of 2^52 parts made of its upper bits.
// Where both widths meet, work goes in blocks, so that each inner loop has one width of lane.

static inline double LEVEL(midpoint_word)(uint32_t w) { return __builtin_fma((double)w, 0x1p-32, 0x1p-33); }
// The upper 52 bits of a pair become the fraction of a number in [1, 2).
static inline double LEVEL(midpoint_pair)(const uint32_t *pair) {
  uint64_t fraction = (uint64_t)pair[1] << 20 | pair[0] >> 12;
  return (double_of(fraction | 0x3ff0000000000000u) - 1.0) + 0x1p-53;
}

static void LEVEL(integers)(const uint32_t *restrict words, int64_t count, uint32_t bound, uint32_t *restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] = (uint32_t)((uint64_t)words[i] * bound >> 32);
}
static void LEVEL(uniform_f32)(const uint32_t *restrict words, int64_t count, float low, float high, float *restrict out) {
  float width = high - low;
  for (int64_t i = 0; i < count; i++) {
    float u = __builtin_fmaf((float)words[i], 0x1p-32f, 0x1p-33f);
    u = u < 0x1.fffffep-1f ? u : 0x1.fffffep-1f;
    out[i] = __builtin_fmaf(u, width, low);
  }
}
static void LEVEL(uniform_f64)(const uint32_t *restrict words, int64_t count, double low, double high, double *restrict out) {
  double width = high - low;
  for (int64_t i = 0; i < count; i++) out[i] = __builtin_fma(LEVEL(midpoint_pair)(words + 2 * i), width, low);
}

// Standard normal draws of a block. The upper bit of a word is the sign; the rest, counted from the end it is nearer to, tells the
// tail's probability t and its complement x.
static inline void LEVEL(standard_normals_f32)(const uint32_t *restrict words, float *restrict z) {
  float t[draw_block], x[draw_block];
  for (int i = 0; i < draw_block; i++) {
    int32_t m = (int32_t)(words[i] ^ (0u - (words[i] >> 31)));
    t[i] = __builtin_fmaf((float)m, 0x1p-31f, 0x1p-32f);
    x[i] = __builtin_fmaf((float)(0x7fffffff - m), 0x1p-31f, 0x1p-32f);
  }
  LEVEL(normal_tails_f32)(t, x, z);
  for (int i = 0; i < draw_block; i++) z[i] = float_of(bits_of_float(z[i]) ^ (~words[i] & 0x80000000u));
}
// The same within bounds, by the law's quantile at start + u mass; `deviation` is the sign's as well.
static inline void LEVEL(restricted_normals_f32)(const uint32_t *restrict words, const ckernels_truncated_normal *law,
                                                 float *restrict z) {
  double start = law->start, mass = law->mass;
  if (law->deep) {
    for (int i = 0; i < draw_block; i++) {
      double p = __builtin_fma(LEVEL(midpoint_word)(words[i]), mass, start);
      z[i] = (float)LEVEL(normal_quantile_f64)(p, 1.0 - p);
    }
    return;
  }
  float t[draw_block], x[draw_block], size[draw_block];
  for (int i = 0; i < draw_block; i++) {
    double p = __builtin_fma(LEVEL(midpoint_word)(words[i]), mass, start);
    x[i] = (float)(1.0 - 2.0 * p);
    t[i] = (float)(2.0 * (p < 0.5 ? p : 1.0 - p));
    size[i] = __builtin_fabsf(x[i]);
  }
  LEVEL(normal_tails_f32)(t, size, z);
  for (int i = 0; i < draw_block; i++) z[i] = x[i] < 0.0f ? z[i] : -z[i];
}

// Runs `draw`, which makes z[draw_block] of from[draw_block], over all words, then `put` for each z[i] and out[i0 + i].
// The last block is filled up with what lies in `padded`; its surplus is dropped.
#define NORMAL_LOOP(draw, put)                                               \
  for (int64_t i0 = 0; i0 < count; i0 += draw_block) {                       \
    uint32_t padded[draw_block] = {0};                                       \
    float z[draw_block];                                                     \
    if (count - i0 >= draw_block) {                                          \
      const uint32_t *from = words + i0;                                     \
      draw;                                                                  \
      for (int i = 0; i < draw_block; i++) put;                              \
    } else {                                                                 \
      const uint32_t *from = padded;                                         \
      memcpy(padded, words + i0, (size_t)(count - i0) * sizeof padded[0]);   \
      draw;                                                                  \
      for (int i = 0; i < (int)(count - i0); i++) put;                       \
    }                                                                        \
  }
static void LEVEL(normal_f32)(const uint32_t *restrict words, int64_t count, float mean, float deviation, float *restrict out) {
  NORMAL_LOOP(LEVEL(standard_normals_f32)(from, z), out[i0 + i] = __builtin_fmaf(deviation, z[i], mean))
}
static void LEVEL(lognormal_f32)(const uint32_t *restrict words, int64_t count, float mean, float deviation, float *restrict out) {
  NORMAL_LOOP(LEVEL(standard_normals_f32)(from, z), out[i0 + i] = LEVEL(exp_f32)(__builtin_fmaf(deviation, z[i], mean)))
}
static inline float LEVEL(clamp_f32)(float v, float low, float high) {
  v = v < low ? low : v;
  return v > high ? high : v;
}
static void LEVEL(truncated_normal_f32)(const uint32_t *restrict words, int64_t count, const ckernels_truncated_normal *law,
                                        float *restrict out) {
  float mean = (float)law->mean, deviation = (float)law->deviation, low = (float)law->low, high = (float)law->high;
  NORMAL_LOOP(LEVEL(restricted_normals_f32)(from, law, z),
              out[i0 + i] = LEVEL(clamp_f32)(__builtin_fmaf(deviation, z[i], mean), low, high))
}
#undef NORMAL_LOOP

static void LEVEL(normal_f64)(const uint32_t *restrict words, int64_t count, double mean, double deviation, double *restrict out) {
  for (int64_t i = 0; i < count; i++) {
    double p = LEVEL(midpoint_pair)(words + 2 * i);
    out[i] = __builtin_fma(deviation, LEVEL(normal_quantile_f64)(p, 1.0 - p), mean);
  }
}
static void LEVEL(lognormal_f64)(const uint32_t *restrict words, int64_t count, double mean, double deviation, double *restrict out) {
  LEVEL(normal_f64)(words, count, mean, deviation, out);
  for (int64_t i = 0; i < count; i++) out[i] = LEVEL(exp_f64)(out[i]);
}
static void LEVEL(truncated_normal_f64)(const uint32_t *restrict words, int64_t count, const ckernels_truncated_normal *law,
                                        double *restrict out) {
  double start = law->start, mass = law->mass, mean = law->mean, deviation = law->deviation, low = law->low, high = law->high;
  for (int64_t i = 0; i < count; i++) {
    // Rounding must not carry the law's end to a probability of one, which has no quantile.
    double p = __builtin_fma(LEVEL(midpoint_pair)(words + 2 * i), mass, start);
    p = p < 0x1.fffffffffffffp-1 ? p : 0x1.fffffffffffffp-1;
    double v = __builtin_fma(deviation, LEVEL(normal_quantile_f64)(p, 1.0 - p), mean);
    v = v < low ? low : v;
    out[i] = v > high ? high : v;
  }
}

// mean * -log(1 - u mass): mass = 1 for the whole law, 1 - exp(-high / mean) for the law restricted to (0, high).
static void LEVEL(exponential_f32)(const uint32_t *restrict words, int64_t count, float mean, double mass, float *restrict out) {
  for (int64_t i0 = 0; i0 < count; i0 += draw_block) {
    int n = count - i0 < draw_block ? (int)(count - i0) : draw_block;
    float f[draw_block], e[draw_block];
    for (int i = 0; i < n; i++) {
      double d = LEVEL(midpoint_word)(words[i0 + i]) * mass;
      f[i] = (float)(1.0 - d);
      e[i] = (float)-d;
    }
    for (int i = 0; i < n; i++) {
      uint32_t bits = bits_of_float(f[i]), m = (bits - 0x3f3504f3u) & 0xff800000u;
      float k = (float)((int32_t)m >> 23), g = float_of(bits - m) - 1.0f;
      // Near one the distance to one is known better than from the rounded difference.
      out[i0 + i] = -mean * LEVEL(log_parts_f32)(k == 0.0f ? e[i] : g, k);
    }
  }
}
static void LEVEL(exponential_f64)(const uint32_t *restrict words, int64_t count, double mean, double mass, double *restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] = mean * LEVEL(exponential_quantile_f64)(LEVEL(midpoint_pair)(words + 2 * i) * mass);
}
