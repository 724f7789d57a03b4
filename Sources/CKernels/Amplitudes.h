// Amplitudes of counted spikes, added to the inputs of neurons; included once per level.

static int64_t LEVEL(sum_counts)(const uint16_t *restrict counts, int64_t count) {
  int64_t sum = 0;
  for (int64_t i0 = 0; i0 < count; i0 += 4096) {
    uint32_t part = 0;
    int n = count - i0 < 4096 ? (int)(count - i0) : 4096;
    for (int i = 0; i < n; i++) part += counts[i0 + i];
    sum += part;
  }
  return sum;
}

// Up to three amplitudes are added without a branch, since the number of spikes of a neuron cannot be foretold: what is not the neuron's is
// loaded all the same and counts as zero.
#define ADD_AMPLITUDES(type, suffix, word, bits_of, value_of)                                                                              \
  static int64_t LEVEL(add_own_amplitudes_##suffix)(const uint16_t *restrict counts, int64_t count, const type *restrict amplitudes,        \
                                                    type *restrict out) {                                                                   \
    static const word own[4][4] = {{0}, {-(word)1}, {-(word)1, -(word)1}, {-(word)1, -(word)1, -(word)1}};                                  \
    int64_t next = 0;                                                                                                                       \
    for (int64_t i = 0; i < count; i++) {                                                                                                   \
      int spikes = counts[i];                                                                                                               \
      const type *first = amplitudes + next;                                                                                                \
      const word *mask = own[spikes < 3 ? spikes : 3];                                                                                      \
      type sum = out[i] + value_of(bits_of(first[0]) & mask[0]);                                                                            \
      sum += value_of(bits_of(first[1]) & mask[1]);                                                                                         \
      sum += value_of(bits_of(first[2]) & mask[2]);                                                                                         \
      if (__builtin_expect(spikes > 3, 0))                                                                                                  \
        for (int k = 3; k < spikes; k++) sum += first[k];                                                                                   \
      out[i] = sum;                                                                                                                         \
      next += spikes;                                                                                                                       \
    }                                                                                                                                       \
    return next;                                                                                                                            \
  }
ADD_AMPLITUDES(float, f32, uint32_t, bits_of_float, float_of)
ADD_AMPLITUDES(double, f64, uint64_t, bits_of_double, double_of)
#undef ADD_AMPLITUDES

#if defined(TABLES_IN_REGISTERS)
// Sixteen neurons with no more than three spikes each, and two registers of amplitudes in all: each takes its own from there.
static void LEVEL(add_amplitudes_f32)(const uint16_t *counts, int64_t count, const float *amplitudes, float *out) {
  const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi32(1);
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m512i own = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(counts + i))), end = own;
    __mmask16 any = _mm512_test_epi32_mask(own, own);
    end = _mm512_add_epi32(end, _mm512_alignr_epi32(end, zero, 15));
    end = _mm512_add_epi32(end, _mm512_alignr_epi32(end, zero, 14));
    end = _mm512_add_epi32(end, _mm512_alignr_epi32(end, zero, 12));
    end = _mm512_add_epi32(end, _mm512_alignr_epi32(end, zero, 8));
    uint32_t all = (uint32_t)_mm_extract_epi32(_mm512_extracti32x4_epi32(end, 3), 3);
    __mmask16 second = _mm512_cmpgt_epi32_mask(own, one), third = _mm512_cmpgt_epi32_mask(own, _mm512_set1_epi32(2));
    if (__builtin_expect(all > 32 || _mm512_cmpgt_epi32_mask(own, _mm512_set1_epi32(3)) != 0, 0)) {
      amplitudes += LEVEL(add_own_amplitudes_f32)(counts + i, 16, amplitudes, out + i);
      continue;
    }
    __m512 low = _mm512_loadu_ps(amplitudes), high = _mm512_loadu_ps(amplitudes + 16), sum = _mm512_loadu_ps(out + i);
    __m512i place = _mm512_sub_epi32(end, own);
    sum = _mm512_add_ps(sum, _mm512_maskz_permutex2var_ps(any, low, place, high));
    sum = _mm512_add_ps(sum, _mm512_maskz_permutex2var_ps(second, low, _mm512_add_epi32(place, one), high));
    sum = _mm512_add_ps(sum, _mm512_maskz_permutex2var_ps(third, low, _mm512_add_epi32(place, _mm512_set1_epi32(2)), high));
    _mm512_storeu_ps(out + i, sum);
    amplitudes += all;
  }
  LEVEL(add_own_amplitudes_f32)(counts + i, count - i, amplitudes, out + i);
}
#else
static void LEVEL(add_amplitudes_f32)(const uint16_t *counts, int64_t count, const float *amplitudes, float *out) {
  LEVEL(add_own_amplitudes_f32)(counts, count, amplitudes, out);
}
#endif
static void LEVEL(add_amplitudes_f64)(const uint16_t *counts, int64_t count, const double *amplitudes, double *out) {
  LEVEL(add_own_amplitudes_f64)(counts, count, amplitudes, out);
}
