// Poisson counts from the bytes of random words by a table of thresholds; included once per level.
//
// The number of thresholds at or below a uniform number is a draw by inversion. Eight bits decide it, except where they are the upper bits
// of a threshold: such a draw is open, and takes sixteen more bits from words of the address that open draws share in their order. Where
// these are a threshold's as well, 32 more bits of another block decide.

// Counts the thresholds below each of the 64 bytes of 16 words. Returns one bit per byte that is open.
// Bytes and thresholds are compared as signed numbers, with the upper bit turned over: that is one instruction on every level. A byte's
// lower four bits choose a byte of the map of open ones, of which one half is for upper bits from 8 on, and its upper ones a bit of that.
static inline uint64_t LEVEL(poisson_count)(const ckernels_poisson_table *table, const uint32_t *words, uint8_t *counts) {
#if defined(REGISTERS_512)
  __m512i byte = _mm512_loadu_si512(words), u = _mm512_xor_si512(byte, _mm512_set1_epi8(-0x80));
  __m512i count = _mm512_set1_epi8((int8_t)table->bottom), nibble = _mm512_set1_epi8(0x0f);
  __m512i low = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table->open));
  __m512i high = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(table->open + 16)));
  __m512i map = _mm512_shuffle_epi8(low, _mm512_and_si512(byte, nibble));
  map = _mm512_mask_shuffle_epi8(map, _mm512_movepi8_mask(byte), high, _mm512_and_si512(byte, nibble));
  __m512i bit = _mm512_shuffle_epi8(_mm512_set1_epi64((int64_t)0x8040201008040201), _mm512_and_si512(_mm512_srli_epi16(byte, 4), nibble));
  for (int k = 0; k < table->steps; k++)
    count = _mm512_sub_epi8(count, _mm512_movm_epi8(_mm512_cmpgt_epi8_mask(u, _mm512_set1_epi8(table->step[k]))));
  _mm512_storeu_si512(counts, count);
  return _mm512_test_epi8_mask(map, bit);
#elif defined(REGISTERS_256)
  const __m256i nibble = _mm256_set1_epi8(0x0f), bits = _mm256_set1_epi64x((int64_t)0x8040201008040201);
  __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table->open));
  __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table->open + 16)));
  __m256i u[2], count[2];
  uint64_t open = 0;
  for (int j = 0; j < 2; j++) {
    __m256i byte = _mm256_loadu_si256((const __m256i *)words + j), place = _mm256_and_si256(byte, nibble);
    __m256i map = _mm256_blendv_epi8(_mm256_shuffle_epi8(low, place), _mm256_shuffle_epi8(high, place), byte);
    __m256i bit = _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(byte, 4), nibble));
    uint32_t found = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_and_si256(map, bit), bit));
    open |= (uint64_t)found << (32 * j);
    u[j] = _mm256_xor_si256(byte, _mm256_set1_epi8(-0x80));
    count[j] = _mm256_set1_epi8((int8_t)table->bottom);
  }
  for (int k = 0; k < table->steps; k++) {
    __m256i threshold = _mm256_set1_epi8(table->step[k]);
    for (int j = 0; j < 2; j++) count[j] = _mm256_sub_epi8(count[j], _mm256_cmpgt_epi8(u[j], threshold));
  }
  for (int j = 0; j < 2; j++) _mm256_storeu_si256((__m256i *)counts + j, count[j]);
  return open;
#else
  s8x64 u = *(const s8x64 *)words ^ (int8_t)-0x80, zero = u ^ u, count = zero + (int8_t)table->bottom;
  s8x64 open = u == 0x7f;
  if (table->bottom > 0) open |= u == (int8_t)-0x80;
  for (int k = 0; k < table->steps; k++) {
    s8x64 threshold = zero + table->step[k];
    count -= u > threshold;
    open |= u == threshold;
  }
  memcpy(counts, &count, sizeof count);
  // The lowest bits of eight bytes, brought together by a product.
  uint64_t eight[8], bits = 0;
  memcpy(eight, &open, sizeof open);
  for (int j = 0; j < 8; j++) bits |= ((eight[j] & 0x0101010101010101u) * 0x0102040810204080u >> 56) << (8 * j);
  return bits;
#endif
}

// The sixteen further bits of open draws, a run of blocks at a time.
typedef struct {
  uint64_t used;
  ALIGNED uint16_t halves[8 * LEVEL(philox_unit)];
} LEVEL(poisson_further);

// Draws first ..< first + count, at most 1,024 and from a multiple of them on.
static void LEVEL(poisson_bytes)(const ckernels_poisson_table *table, const philox_keys *keys, ckernels_address at, int64_t first, int count,
                                 LEVEL(poisson_further) *further, uint8_t *counts) {
  ALIGNED uint32_t words[256];
  uint16_t open[1024 + 4];
  LEVEL(philox_range)(keys, at, (uint32_t)(first / 16), (count + 16 * LEVEL(philox_unit) - 1) / (16 * LEVEL(philox_unit)), words);
  int found = 0;
  for (int i = 0; i < count; i += 64) {
    uint64_t bits = LEVEL(poisson_count)(table, words + i / 4, counts + i);
    if (count - i < 64) bits &= (1ull << (count - i)) - 1;
    // Mostly no more than four, which are written whether they are there or not: how many there are cannot be foretold.
    int next = found + __builtin_popcountll(bits);
    for (int k = 0; k < 4; k++, bits &= bits - 1) open[found + k] = (uint16_t)(i + __builtin_ctzll(bits | 1ull << 63));
    for (int k = found + 4; k < next; k++, bits &= bits - 1) open[k] = (uint16_t)(i + __builtin_ctzll(bits));
    found = next;
  }
  for (int k = 0; k < found; k++) {
    uint64_t place = further->used++, within = place % (8 * LEVEL(philox_unit));
    if (within == 0) LEVEL(philox_range)(keys, at, (uint32_t)(place / 8) | 0x40000000u, 1, (uint32_t *)further->halves);
    uint32_t byte = ((const uint8_t *)words)[open[k]];
    counts[open[k]] = poisson_refined(table, at, place, table->start[byte], byte << 16 | further->halves[within]);
  }
}

// `each` handles draw i + j, for j in 0 ..< n.
#define POISSON_LOOP(each)                                                    \
  philox_keys keys = keys_of(at);                                             \
  LEVEL(poisson_further) further = {.used = 0};                               \
  for (int64_t i = 0; i < count; i += 1024) {                                 \
    ALIGNED uint8_t counts[1024];                                             \
    int n = count - i < 1024 ? (int)(count - i) : 1024;                       \
    LEVEL(poisson_bytes)(table, &keys, at, i, n, &further, counts);           \
    for (int j = 0; j < n; j++) each;                                         \
  }
static void LEVEL(poisson_u16)(const ckernels_poisson_table *table, ckernels_address at, int64_t count, uint16_t *restrict out) {
  POISSON_LOOP(out[i + j] = counts[j])
}
static void LEVEL(poisson_add_f32)(const ckernels_poisson_table *table, ckernels_address at, int64_t count, float weight, int anew,
                                   float *restrict out) {
  if (anew) { POISSON_LOOP(out[i + j] = __builtin_fmaf(weight, (float)counts[j], 0)) }
  else { POISSON_LOOP(out[i + j] = __builtin_fmaf(weight, (float)counts[j], out[i + j])) }
}
static void LEVEL(poisson_add_f64)(const ckernels_poisson_table *table, ckernels_address at, int64_t count, double weight, int anew,
                                   double *restrict out) {
  if (anew) { POISSON_LOOP(out[i + j] = __builtin_fma(weight, (double)counts[j], 0)) }
  else { POISSON_LOOP(out[i + j] = __builtin_fma(weight, (double)counts[j], out[i + j])) }
}
#undef POISSON_LOOP

static void LEVEL(add_counts_f32)(const uint16_t *restrict counts, int64_t count, float weight, float *restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] = __builtin_fmaf(weight, (float)counts[i], out[i]);
}
static void LEVEL(add_counts_f64)(const uint16_t *restrict counts, int64_t count, double weight, double *restrict out) {
  for (int64_t i = 0; i < count; i++) out[i] = __builtin_fma(weight, (double)counts[i], out[i]);
}
