// Spikes from outside with drawn amplitudes: each falls on one of a tile's neurons; included once per level.

// A word times the number of neurons: the upper half says which, the lower one is as even and is left for the amplitude. Words lie in pairs
// in 64-bit lanes, as products do; the last sixteen may be more than there are spikes.
static void LEVEL(spread_words)(uint32_t *restrict words, int64_t count, uint32_t bound, uint32_t *restrict places) {
  for (int64_t i = 0; i < count; i += 16) {
    u64x8 w = *(u64x8 *)(words + i), even = (w & 0xffffffffu) * bound, odd = (w >> 32) * bound;
    *(u64x8 *)(places + i) = (even >> 32) | (odd & ~(uint64_t)0xffffffffu);
    *(u64x8 *)(words + i) = (even & 0xffffffffu) | (odd << 32);
  }
}
// The same with pairs of words, low one first.
static void LEVEL(spread_pairs)(uint32_t *restrict words, int64_t count, uint32_t bound, uint32_t *restrict places) {
  for (int64_t i = 0; i < count; i++) {
    uint64_t low = (uint64_t)words[2 * i] * bound, product = (uint64_t)words[2 * i + 1] * bound + (low >> 32);
    places[i] = (uint32_t)(product >> 32);
    words[2 * i] = (uint32_t)low;
    words[2 * i + 1] = (uint32_t)product;
  }
}
static void LEVEL(spread_f32)(ckernels_address at, uint32_t block, int64_t count, uint32_t bound, uint32_t *places, uint32_t *words) {
  LEVEL(philox_runs)(at, block, (count + 3) / 4, words);
  LEVEL(spread_words)(words, count, bound, places);
}
static void LEVEL(spread_f64)(ckernels_address at, uint32_t block, int64_t count, uint32_t bound, uint32_t *places, uint32_t *words) {
  LEVEL(philox_runs)(at, block, (2 * count + 3) / 4, words);
  LEVEL(spread_pairs)(words, count, bound, places);
}

// Several spikes may fall on one neuron, so they are added one by one.
#define ADD_PLACED(type, suffix)                                                                                                  \
  static void LEVEL(add_placed_##suffix)(const uint32_t *restrict places, const type *restrict amplitudes, int64_t count,         \
                                         type *restrict out) {                                                                    \
    for (int64_t i = 0; i < count; i++) out[places[i]] += amplitudes[i];                                                          \
  }
ADD_PLACED(float, f32)
ADD_PLACED(double, f64)
#undef ADD_PLACED
