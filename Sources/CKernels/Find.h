// Places of the values of a range in an array; included once per level.

static int64_t LEVEL(find)(const uint32_t *values, int64_t count, uint32_t first, uint32_t span, uint64_t tag, uint64_t *out) {
  int64_t found = 0, i = 0;
#if defined(REGISTERS_512)
  __m512i from = _mm512_set1_epi32((int32_t)first), width = _mm512_set1_epi32((int32_t)span);
  for (; i + 16 <= count; i += 16) {
    uint32_t mask = _mm512_cmplt_epu32_mask(_mm512_sub_epi32(_mm512_loadu_si512(values + i), from), width);
    for (; mask != 0; mask &= mask - 1) out[found++] = tag + (uint64_t)i + (uint64_t)__builtin_ctz(mask);
  }
#endif
  // Without a branch, since whether a value is found cannot be foretold: what is written is kept only if the count goes up.
  for (; i < count; i++) {
    out[found] = tag + (uint64_t)i;
    found += values[i] - first < span;
  }
  return found;
}
