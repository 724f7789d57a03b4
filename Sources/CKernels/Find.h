// Places of a value in an array; included once per level.

static int64_t LEVEL(find)(const uint32_t *values, int64_t count, uint32_t value, uint64_t tag, uint64_t *out) {
  int64_t found = 0, i = 0;
#if defined(FIND_BY_MASK)
  __m512i wanted = _mm512_set1_epi32((int32_t)value);
  for (; i + 16 <= count; i += 16) {
    uint32_t mask = _mm512_cmpeq_epi32_mask(_mm512_loadu_si512(values + i), wanted);
    for (; mask != 0; mask &= mask - 1) out[found++] = tag + (uint64_t)i + (uint64_t)__builtin_ctz(mask);
  }
#endif
  // Without a branch, since whether a value is found cannot be foretold: what is written is kept only if the count goes up.
  for (; i < count; i++) {
    out[found] = tag + (uint64_t)i;
    found += values[i] == value;
  }
  return found;
}
