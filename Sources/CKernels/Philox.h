// Philox 4x32-10 over runs of blocks; included once per level.

// The four counter words of eight blocks lie in the low halves of 64-bit lanes. A product fills a lane: its high half is shifted
// down for the next round, its low half is used where it lies, for the next product reads low halves only.
// Several eights go side by side where there are registers for them: they share the round keys and fill each other's waits.
static inline void LEVEL(philox_eights)(ckernels_address at, uint32_t first, uint32_t *out) {
  const u64x8 lane = {0, 1, 2, 3, 4, 5, 6, 7}, zero = lane ^ lane;
  u64x8 x[PHILOX_EIGHTS][4];
  for (int e = 0; e < PHILOX_EIGHTS; e++) {
    x[e][0] = lane + (first + 8 * (uint32_t)e);
    x[e][1] = zero + at.a;
    x[e][2] = zero + at.b;
    x[e][3] = zero + at.c;
  }
  for (int round = 0; round < 10; round++) {
    for (int e = 0; e < PHILOX_EIGHTS; e++) {
      u64x8 a = (x[e][0] & 0xffffffffu) * 0xD2511F53u, b = (x[e][2] & 0xffffffffu) * 0xCD9E8D57u;
      x[e][0] = (b >> 32) ^ x[e][1] ^ at.key0;
      x[e][1] = b;
      x[e][2] = (a >> 32) ^ x[e][3] ^ at.key1;
      x[e][3] = a;
    }
    at.key0 += 0x9E3779B9u;
    at.key1 += 0xBB67AE85u;
  }
  for (int e = 0; e < PHILOX_EIGHTS; e++) {
#define PAIRS(p, q) (u64x8) __builtin_shufflevector((u32x16)p, (u32x16)q, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
    u64x8 left = PAIRS(x[e][0], x[e][1]), right = PAIRS(x[e][2], x[e][3]);
#undef PAIRS
    ((u64x8 *)out)[2 * e] = __builtin_shufflevector(left, right, 0, 8, 1, 9, 2, 10, 3, 11);
    ((u64x8 *)out)[2 * e + 1] = __builtin_shufflevector(left, right, 4, 12, 5, 13, 6, 14, 7, 15);
  }
}

static void LEVEL(philox)(ckernels_address at, uint32_t first, int64_t blocks, uint32_t *out) {
  enum { unit = 8 * PHILOX_EIGHTS };
  int64_t i = 0;
  for (; i + unit <= blocks; i += unit) LEVEL(philox_eights)(at, first + (uint32_t)i, out + 4 * i);
  if (i < blocks) {
    ALIGNED uint32_t rest[4 * unit];
    LEVEL(philox_eights)(at, first + (uint32_t)i, rest);
    memcpy(out + 4 * i, rest, (size_t)(blocks - i) * 16);
  }
}

// At least `blocks` blocks, in whole runs: `out` has room up to the next multiple of 16.
static inline void LEVEL(philox_runs)(ckernels_address at, uint32_t first, int64_t blocks, uint32_t *out) {
  for (int64_t i = 0; i < blocks; i += 8 * PHILOX_EIGHTS) LEVEL(philox_eights)(at, first + (uint32_t)i, out + 4 * i);
}
