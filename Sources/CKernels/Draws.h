// Draws from random words by inversion, one word per single and two per double draw; included once per level.
//
// Where both widths meet, work goes in blocks, so that each inner loop has one width of lane.

static inline double LEVEL(midpoint_word)(uint32_t w) { return __builtin_fma((double)w, 0x1p-32, 0x1p-33); }
// The upper 52 bits of a pair become the fraction of a number in [1, 2).
static inline double LEVEL(midpoint_pair)(const uint32_t *pair) {
  uint64_t fraction = (uint64_t)pair[1] << 20 | pair[0] >> 12;
  return (double_of(fraction | 0x3ff0000000000000u) - 1.0) + 0x1p-53;
}

static void LEVEL(uniforms_f32)(const uint32_t *restrict words, int64_t count, float low, float high, float *restrict out) {
  float width = high - low;
  for (int64_t i = 0; i < count; i++) {
    float u = __builtin_fmaf((float)words[i], 0x1p-32f, 0x1p-33f);
    u = u < 0x1.fffffep-1f ? u : 0x1.fffffep-1f;
    out[i] = __builtin_fmaf(u, width, low);
  }
}
static void LEVEL(uniforms_f64)(const uint32_t *restrict words, int64_t count, double low, double high, double *restrict out) {
  double width = high - low;
  for (int64_t i = 0; i < count; i++) out[i] = __builtin_fma(LEVEL(midpoint_pair)(words + 2 * i), width, low);
}

// Standard normal draws of a block. The upper bit of a word is the sign; the rest, counted from the end it is nearer to, tells the
// tail's probability t and its complement x.
static inline void LEVEL(standard_normals_f32)(const uint32_t *restrict words, float *restrict z) {
  ALIGNED float t[draw_block], x[draw_block];
  for (int i = 0; i < draw_block; i++) {
    int32_t m = (int32_t)(words[i] ^ (0u - (words[i] >> 31)));
    t[i] = __builtin_fmaf((float)m, 0x1p-31f, 0x1p-32f);
    x[i] = __builtin_fmaf((float)(0x7fffffff - m), 0x1p-31f, 0x1p-32f);
  }
  LEVEL(normal_tails_f32)(t, x, z);
  for (int i = 0; i < draw_block; i++) z[i] = float_of(bits_of_float(z[i]) ^ (~words[i] & 0x80000000u));
}
// The same within bounds, by the law's quantile at start + u mass; `deviation` is the sign's as well.
static inline void LEVEL(restricted_normals_f32)(const uint32_t *restrict words, const ckernels_law *law,
                                                 float *restrict z) {
  double start = law->start, mass = law->mass;
  if (law->deep) {
    for (int i = 0; i < draw_block; i++) {
      double p = __builtin_fma(LEVEL(midpoint_word)(words[i]), mass, start);
      z[i] = (float)LEVEL(normal_quantile_f64)(p, 1.0 - p);
    }
    return;
  }
  ALIGNED float t[draw_block], x[draw_block], size[draw_block];
  if (law->even) {
    // The upper bit of a word is the side; the rest, counted from the end it is nearer to, tells tail and complement in single precision.
    float tail = (float)(2.0 * start + mass * 0x1p-32), middle = (float)(mass * 0x1p-32), unit = (float)(mass * 0x1p-31);
    for (int i = 0; i < draw_block; i++) {
      int32_t m = (int32_t)(words[i] ^ (0u - (words[i] >> 31)));
      t[i] = __builtin_fmaf((float)m, unit, tail);
      x[i] = __builtin_fmaf((float)(0x7fffffff - m), unit, middle);
    }
    LEVEL(normal_tails_f32)(t, x, z);
    for (int i = 0; i < draw_block; i++) z[i] = float_of(bits_of_float(z[i]) ^ (~words[i] & 0x80000000u));
    return;
  }
  for (int i = 0; i < draw_block; i++) {
    double p = __builtin_fma(LEVEL(midpoint_word)(words[i]), mass, start);
    x[i] = (float)(1.0 - 2.0 * p);
    t[i] = (float)(2.0 * (p < 0.5 ? p : 1.0 - p));
    size[i] = __builtin_fabsf(x[i]);
  }
  LEVEL(normal_tails_f32)(t, size, z);
  for (int i = 0; i < draw_block; i++) z[i] = x[i] < 0.0f ? z[i] : -z[i];
}

// Normal draws within bounds that lie evenly around the mean, by the law's own table. The upper bit of a word is the side; the rest, counted
// from the end it is nearer to, says by exponent and next bit which piece of the table holds, by its further bits where in the piece.
static inline float LEVEL(clamp_f32)(float v, float low, float high) {
  v = v < low ? low : v;
  return v > high ? high : v;
}
#if defined(REGISTERS_256)
// The coefficients of eight pieces, lane by lane, from loads of all of one piece: these are eight, where a load per coefficient and lane (a
// gather) would be made of forty-eight.
INLINE void LEVEL(eight_pieces)(const float *rows, const int32_t number[8], __m256 c[piece_terms]) {
#define BOTH(j, k) \
  _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(rows + number[j] + k)), _mm_loadu_ps(rows + number[j + 4] + k), 1)
  for (int k = 0; k < piece_terms; k += 4) {
    __m256 r0 = BOTH(0, k), r1 = BOTH(1, k), r2 = BOTH(2, k), r3 = BOTH(3, k);
    __m256 low01 = _mm256_unpacklo_ps(r0, r1), low23 = _mm256_unpacklo_ps(r2, r3);
    c[k] = _mm256_shuffle_ps(low01, low23, 0x44);
    c[k + 1] = _mm256_shuffle_ps(low01, low23, 0xee);
    if (k + 2 == piece_terms) break;
    __m256 high01 = _mm256_unpackhi_ps(r0, r1), high23 = _mm256_unpackhi_ps(r2, r3);
    c[k + 2] = _mm256_shuffle_ps(high01, high23, 0x44);
    c[k + 3] = _mm256_shuffle_ps(high01, high23, 0xee);
  }
#undef BOTH
}
#endif
static void LEVEL(even_normals_f32)(const ckernels_law *law, const float *restrict pieces, const uint32_t *restrict words, int64_t count,
                                    float *restrict out) {
  const float mean = (float)law->a, low = (float)law->low, high = (float)law->high;
  const float scale = (float)ckernels_piece_scale, least = (float)ckernels_piece_least;
  int64_t i = 0;
#if defined(REGISTERS_512)
  __m512 first[piece_terms], second[piece_terms];
  for (int k = 0; k < piece_terms; k++) first[k] = _mm512_loadu_ps(pieces + 32 * k), second[k] = _mm512_loadu_ps(pieces + 32 * k + 16);
  for (; i < count; i += 16) {
    __mmask16 own = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : (__mmask16)0xffff;
    __m512i w = _mm512_maskz_loadu_epi32(own, words + i), m = _mm512_xor_si512(w, _mm512_srai_epi32(w, 31));
    __m512i bits = _mm512_castps_si512(_mm512_fmadd_ps(_mm512_cvtepi32_ps(m), _mm512_set1_ps(scale), _mm512_set1_ps(least)));
    __m512i number = _mm512_srli_epi32(bits, 22);
    // (bits & 0x3fffff) | one
    __m512i place = _mm512_ternarylogic_epi32(bits, _mm512_set1_epi32(0x3fffff), _mm512_set1_epi32(0x3f800000), 0xea);
    __m512 u = _mm512_sub_ps(_mm512_castsi512_ps(place), _mm512_set1_ps(1.25f));
    __m512 z = _mm512_permutex2var_ps(first[piece_terms - 1], number, second[piece_terms - 1]);
    for (int k = piece_terms - 2; k >= 0; k--) z = _mm512_fmadd_ps(z, u, _mm512_permutex2var_ps(first[k], number, second[k]));
    // z ^ (~w & sign)
    z = _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(z), w, _mm512_set1_epi32(INT32_MIN), 0xd2));
    z = _mm512_add_ps(_mm512_set1_ps(mean), z);
    z = _mm512_min_ps(_mm512_set1_ps(high), _mm512_max_ps(_mm512_set1_ps(low), z));
    _mm512_mask_storeu_ps(out + i, own, z);
  }
#else
#if defined(REGISTERS_256)
  const float *rows = pieces + 32 * piece_terms;
  for (; i + 8 <= count; i += 8) {
    __m256i w = _mm256_loadu_si256((const __m256i *)(words + i)), m = _mm256_xor_si256(w, _mm256_srai_epi32(w, 31));
    __m256 f = _mm256_fmadd_ps(_mm256_cvtepi32_ps(m), _mm256_set1_ps(scale), _mm256_set1_ps(least));
    __m256i bits = _mm256_castps_si256(f);
    // The pieces' places in `rows`.
    ALIGNED int32_t number[8];
    _mm256_store_si256((__m256i *)number, _mm256_and_si256(_mm256_srli_epi32(bits, 19), _mm256_set1_epi32(31 << 3)));
    __m256i place = _mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi32(0x3fffff)), _mm256_set1_epi32(0x3f800000));
    __m256 u = _mm256_sub_ps(_mm256_castsi256_ps(place), _mm256_set1_ps(1.25f));
    __m256 c[piece_terms];
    LEVEL(eight_pieces)(rows, number, c);
    __m256 z = c[piece_terms - 1];
    for (int k = piece_terms - 2; k >= 0; k--) z = _mm256_fmadd_ps(z, u, c[k]);
    z = _mm256_xor_ps(z, _mm256_castsi256_ps(_mm256_andnot_si256(w, _mm256_set1_epi32(INT32_MIN))));
    z = _mm256_add_ps(_mm256_set1_ps(mean), z);
    z = _mm256_min_ps(_mm256_set1_ps(high), _mm256_max_ps(_mm256_set1_ps(low), z));
    _mm256_storeu_ps(out + i, z);
  }
#endif
  for (; i < count; i++) {
    int32_t m = (int32_t)(words[i] ^ (0u - (words[i] >> 31)));
    uint32_t bits = bits_of_float(__builtin_fmaf((float)m, scale, least)), number = bits >> 22 & 31;
    float u = float_of((bits & 0x3fffff) | 0x3f800000) - 1.25f, z = pieces[32 * (piece_terms - 1) + number];
    for (int k = piece_terms - 2; k >= 0; k--) z = __builtin_fmaf(z, u, pieces[32 * k + number]);
    z = float_of(bits_of_float(z) ^ (~words[i] & 0x80000000u));
    out[i] = LEVEL(clamp_f32)(mean + z, low, high);
  }
#endif
}

// Runs `draw`, which makes z[draw_block] of from[draw_block], over all words, then `put` for each z[i] and out[i0 + i].
// The last block is filled up with zeros; its surplus is dropped.
#define NORMAL_LOOP(draw, put)                                               \
  for (int64_t i0 = 0; i0 < count; i0 += draw_block) {                       \
    ALIGNED float z[draw_block];                                                     \
    if (count - i0 >= draw_block) {                                          \
      const uint32_t *from = words + i0;                                     \
      draw;                                                                  \
      for (int i = 0; i < draw_block; i++) put;                              \
    } else {                                                                 \
      ALIGNED uint32_t from[draw_block] = {0};                                       \
      memcpy(from, words + i0, (size_t)(count - i0) * sizeof from[0]);     \
      draw;                                                                  \
      for (int i = 0; i < (int)(count - i0); i++) put;                       \
    }                                                                        \
  }
static void LEVEL(normals_f32)(const uint32_t *restrict words, int64_t count, float mean, float deviation, float *restrict out) {
  NORMAL_LOOP(LEVEL(standard_normals_f32)(from, z), out[i0 + i] = __builtin_fmaf(deviation, z[i], mean))
}
static void LEVEL(lognormals_f32)(const uint32_t *restrict words, int64_t count, float mean, float deviation, float *restrict out) {
  NORMAL_LOOP(LEVEL(standard_normals_f32)(from, z), out[i0 + i] = LEVEL(exp_f32)(__builtin_fmaf(deviation, z[i], mean)))
}
static void LEVEL(truncated_normals_f32)(const uint32_t *restrict words, int64_t count, const ckernels_law *law,
                                        float *restrict out) {
  float mean = (float)law->a, deviation = (float)law->b, low = (float)law->low, high = (float)law->high;
  NORMAL_LOOP(LEVEL(restricted_normals_f32)(from, law, z),
              out[i0 + i] = LEVEL(clamp_f32)(__builtin_fmaf(deviation, z[i], mean), low, high))
}
#undef NORMAL_LOOP

static void LEVEL(normals_f64)(const uint32_t *restrict words, int64_t count, double mean, double deviation, double *restrict out) {
  for (int64_t i = 0; i < count; i++) {
    double p = LEVEL(midpoint_pair)(words + 2 * i);
    out[i] = __builtin_fma(deviation, LEVEL(normal_quantile_f64)(p, 1.0 - p), mean);
  }
}
static void LEVEL(lognormals_f64)(const uint32_t *restrict words, int64_t count, double mean, double deviation, double *restrict out) {
  LEVEL(normals_f64)(words, count, mean, deviation, out);
  for (int64_t i = 0; i < count; i++) out[i] = LEVEL(exp_f64)(out[i]);
}
static void LEVEL(truncated_normals_f64)(const uint32_t *restrict words, int64_t count, const ckernels_law *law,
                                        double *restrict out) {
  double start = law->start, mass = law->mass, mean = law->a, deviation = law->b, low = law->low, high = law->high;
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
static void LEVEL(exponentials_f32)(const uint32_t *restrict words, int64_t count, float mean, double mass, float *restrict out) {
  for (int64_t i0 = 0; i0 < count; i0 += draw_block) {
    int n = count - i0 < draw_block ? (int)(count - i0) : draw_block;
    ALIGNED float f[draw_block], e[draw_block];
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
static void LEVEL(exponentials_f64)(const uint32_t *restrict words, int64_t count, double mean, double mass, double *restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] = mean * LEVEL(exponential_quantile_f64)(LEVEL(midpoint_pair)(words + 2 * i) * mass);
}

#define DRAW(type, suffix)                                                                                                          \
  static void LEVEL(draw_##suffix)(const ckernels_law *law, const uint32_t *words, int64_t count, type *out) {                      \
    switch (law->kind) {                                                                                                            \
      case ckernels_uniform: return LEVEL(uniforms_##suffix)(words, count, (type)law->a, (type)law->b, out);                        \
      case ckernels_normal: return LEVEL(normals_##suffix)(words, count, (type)law->a, (type)law->b, out);                          \
      case ckernels_lognormal: return LEVEL(lognormals_##suffix)(words, count, (type)law->a, (type)law->b, out);                    \
      case ckernels_truncated_normal: return LEVEL(truncated_normals_##suffix)(words, count, law, out);                             \
      case ckernels_exponential: return LEVEL(exponentials_##suffix)(words, count, (type)law->a, law->mass, out);                   \
      default:                                                                                                                      \
        for (int64_t i = 0; i < count; i++) out[i] = (type)law->a;                                                                  \
    }                                                                                                                               \
  }
DRAW(float, f32)
DRAW(double, f64)
#undef DRAW
static void LEVEL(table_draw_f32)(const ckernels_law *law, const float *pieces, const uint32_t *words, int64_t count, float *out) {
  if (pieces) LEVEL(even_normals_f32)(law, pieces, words, count, out);
  else LEVEL(draw_f32)(law, words, count, out);
}

// Makes the words of draws first ..< first + count, `per` each, run by run; `body` turns the words of n draws into out[0 ..< n].
#define WORD_LOOP(per, body)                                                                          \
  while (count > 0) {                                                                                 \
    ALIGNED uint32_t buffer[1024 + 64];                                                                       \
    int64_t n = count < 1024 / (per) ? count : 1024 / (per), word = first * (per);                    \
    LEVEL(philox_runs)(at, (uint32_t)(word / 4), (word % 4 + n * (per) + 3) / 4, buffer);             \
    const uint32_t *words = buffer + word % 4;                                                        \
    body;                                                                                             \
    first += n, count -= n, out += n;                                                                 \
  }
static void LEVEL(fill_f32)(const ckernels_law *law, const float *pieces, ckernels_address at, int64_t first, int64_t count, float *out) {
  WORD_LOOP(1, LEVEL(table_draw_f32)(law, pieces, words, n, out))
}
static void LEVEL(fill_f64)(const ckernels_law *law, ckernels_address at, int64_t first, int64_t count, double *out) {
  WORD_LOOP(2, LEVEL(draw_f64)(law, words, n, out))
}
static void LEVEL(integers)(ckernels_address at, uint32_t bound, int64_t first, int64_t count, uint32_t *restrict out) {
  WORD_LOOP(1, for (int64_t i = 0; i < n; i++) out[i] = (uint32_t)((uint64_t)words[i] * bound >> 32))
}
static void LEVEL(long_poisson_u16)(const ckernels_long_poisson_table *table, ckernels_address at, int64_t first, int64_t count,
                                    uint16_t *restrict out) {
  WORD_LOOP(1, for (int64_t i = 0; i < n; i++) out[i] = long_poisson(table, at, (uint64_t)(first + i), words[i]))
}
#undef WORD_LOOP
