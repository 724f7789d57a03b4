// Poisson counts from 16-bit halves of random words by a table of thresholds; included once per level.
//
// The number of thresholds at or below a uniform number is a draw by inversion. Sixteen bits decide it, except where they equal the
// upper bits of a threshold (or are all zero or all one, where several thresholds may lie): then 32 more bits from another block do.

// Counts the thresholds below each of the 64 halves of 32 words. Returns one bit per half that equals a threshold.
// Halves and thresholds are compared as signed numbers, with the upper bit turned over: that is one instruction on every level.
static inline uint64_t LEVEL(poisson_count)(const ckernels_poisson_table *table, const uint32_t *words, uint16_t *counts) {
#if defined(POISSON_BY_SEARCH)
  // Binary search, the table being in two registers; the threshold a half may equal is the first not below it.
  __m512i first = _mm512_loadu_si512(table->step), second = _mm512_loadu_si512(table->step + 32);
  uint64_t hits = 0;
  for (int j = 0; j < 2; j++) {
    __m512i u = _mm512_xor_si512(_mm512_loadu_si512(words + 16 * j), _mm512_set1_epi16(-0x8000));
    __m512i position = _mm512_setzero_si512(), next;
    if (table->steps < 32) {
      for (int half = 1 << table->levels >> 1; half > 0; half >>= 1) {
        next = _mm512_permutexvar_epi16(_mm512_add_epi16(position, _mm512_set1_epi16((int16_t)(half - 1))), first);
        position = _mm512_mask_add_epi16(position, _mm512_cmpgt_epi16_mask(u, next), position, _mm512_set1_epi16((int16_t)half));
      }
      next = _mm512_permutexvar_epi16(position, first);
    } else {
      for (int half = 32; half > 0; half >>= 1) {
        next = _mm512_permutex2var_epi16(first, _mm512_add_epi16(position, _mm512_set1_epi16((int16_t)(half - 1))), second);
        position = _mm512_mask_add_epi16(position, _mm512_cmpgt_epi16_mask(u, next), position, _mm512_set1_epi16((int16_t)half));
      }
      next = _mm512_permutex2var_epi16(first, position, second);
    }
    __mmask32 hit = _mm512_cmpeq_epi16_mask(next, u) | _mm512_cmpeq_epi16_mask(u, _mm512_set1_epi16(-0x8000)) |
                    _mm512_cmpeq_epi16_mask(u, _mm512_set1_epi16(0x7fff));
    hits |= (uint64_t)hit << (32 * j);
    _mm512_storeu_si512(counts + 32 * j, _mm512_add_epi16(position, _mm512_set1_epi16((int16_t)table->bottom)));
  }
  return hits;
#else
  s16x32 u[2], count[2], hit[2];
  for (int j = 0; j < 2; j++) {
    u[j] = ((const s16x32 *)words)[j] ^ (int16_t)-0x8000;
    count[j] = (u[j] ^ u[j]) + (int16_t)table->bottom;
    hit[j] = (u[j] == (int16_t)-0x8000) | (u[j] == (int16_t)0x7fff);
  }
  for (int k = 0; k < table->steps; k++) {
    int16_t threshold = table->step[k];
    for (int j = 0; j < 2; j++) {
      count[j] -= u[j] > threshold;
      hit[j] |= u[j] == threshold;
    }
  }
  for (int j = 0; j < 2; j++) ((s16x32 *)counts)[j] = count[j];
  if (__builtin_reduce_or(hit[0] | hit[1]) == 0) return 0;
  uint64_t hits = 0;
  for (int i = 0; i < 64; i++) hits |= (uint64_t)(((const int16_t *)hit)[i] & 1) << i;
  return hits;
#endif
}

// Words are made for this many draws at a time: long runs of either part overlap better than short ones in turn.
// `each` handles draw i + j, for j in 0 ..< n.
#define POISSON_LOOP(each)                                                                                    \
  for (int64_t i0 = 0; i0 < count; i0 += 1024) {                                                              \
    ALIGNED uint32_t words[512];                                                                                      \
    int64_t end = count - i0 < 1024 ? count : i0 + 1024;                                                      \
    LEVEL(philox_runs)(at, (uint32_t)(i0 / 8), (end - i0 + 63) / 64 * 8, words);                              \
    for (int64_t i = i0; i < end; i += 64) {                                                                  \
      ALIGNED uint16_t counts[64];                                                                                    \
      const uint32_t *own = words + (i - i0) / 2;                                                             \
      uint64_t hits = LEVEL(poisson_count)(table, own, counts);                                               \
      for (; hits != 0; hits &= hits - 1) {                                                                   \
        int j = __builtin_ctzll(hits);                                                                        \
        counts[j] = poisson_refined(table, at, (uint64_t)(i + j), own[j >> 1] >> (16 * (j & 1)) & 0xffffu);   \
      }                                                                                                       \
      if (end - i >= 64)                                                                                      \
        for (int j = 0; j < 64; j++) each;                                                                    \
      else                                                                                                    \
        for (int j = 0; j < (int)(end - i); j++) each;                                                        \
    }                                                                                                         \
  }
static void LEVEL(poisson_u8)(const ckernels_poisson_table *table, ckernels_address at, int64_t count, uint8_t *restrict out) {
  POISSON_LOOP(out[i + j] = (uint8_t)counts[j])
}
static void LEVEL(poisson_u16)(const ckernels_poisson_table *table, ckernels_address at, int64_t count, uint16_t *restrict out) {
  POISSON_LOOP(out[i + j] = counts[j])
}
static void LEVEL(poisson_add_f32)(const ckernels_poisson_table *table, ckernels_address at, int64_t count, float weight,
                                   float *restrict out) {
  POISSON_LOOP(out[i + j] = __builtin_fmaf(weight, (float)counts[j], out[i + j]))
}
static void LEVEL(poisson_add_f64)(const ckernels_poisson_table *table, ckernels_address at, int64_t count, double weight,
                                   double *restrict out) {
  POISSON_LOOP(out[i + j] = __builtin_fma(weight, (double)counts[j], out[i + j]))
}
#undef POISSON_LOOP

static void LEVEL(add_counts_f32)(const uint16_t *restrict counts, int64_t count, float weight, float *restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] = __builtin_fmaf(weight, (float)counts[i], out[i]);
}
static void LEVEL(add_counts_f64)(const uint16_t *restrict counts, int64_t count, double weight, double *restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] = __builtin_fma(weight, (double)counts[i], out[i]);
}
