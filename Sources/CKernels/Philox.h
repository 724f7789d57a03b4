// Philox 4x32-10 over runs of blocks; included once per level.

// The four counter words of eight blocks lie in the low halves of 64-bit lanes. A product fills a lane: its high half is shifted
// down for the next round, its low half is used where it lies, for the next product reads low halves only.
// Several eights go side by side where there are registers for them: they share the round keys and fill each other's waits.
//
// Round keys lie in memory: from there they come into all lanes at no cost to the units that compute.
static inline void LEVEL(philox_rounds)(const philox_keys *keys, u64x8 x[PHILOX_EIGHTS][4], uint32_t *out) {
  for (int round = 0; round < 10; round++) {
    for (int e = 0; e < PHILOX_EIGHTS; e++) {
      u64x8 a = (x[e][0] & 0xffffffffu) * 0xD2511F53u, b = (x[e][2] & 0xffffffffu) * 0xCD9E8D57u;
      x[e][0] = HIGH_HALVES(b) ^ x[e][1] ^ keys->of[round][0];
      x[e][1] = b;
      x[e][2] = (a >> 32) ^ x[e][3] ^ keys->of[round][1];
      x[e][3] = a;
    }
  }
  for (int e = 0; e < PHILOX_EIGHTS; e++) {
#define PAIRS(p, q) (u64x8) __builtin_shufflevector((u32x16)p, (u32x16)q, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
    u64x8 left = PAIRS(x[e][0], x[e][1]), right = PAIRS(x[e][2], x[e][3]);
#undef PAIRS
    ((u64x8 *)out)[2 * e] = __builtin_shufflevector(left, right, 0, 8, 1, 9, 2, 10, 3, 11);
    ((u64x8 *)out)[2 * e + 1] = __builtin_shufflevector(left, right, 4, 12, 5, 13, 6, 14, 7, 15);
  }
}

// Blocks first ... of one address, `runs` whole runs of lanes.
__attribute__((noinline)) static void LEVEL(philox_range)(const philox_keys *keys, ckernels_address at, uint32_t first, int64_t runs,
                                                          uint32_t *out) {
  const u64x8 lane = {0, 1, 2, 3, 4, 5, 6, 7}, zero = lane ^ lane;
  for (int64_t run = 0; run < runs; run++) {
    u64x8 x[PHILOX_EIGHTS][4];
    for (int e = 0; e < PHILOX_EIGHTS; e++) {
      x[e][0] = lane + (first + 8 * (uint32_t)e);
      x[e][1] = zero + at.a;
      x[e][2] = zero + at.b;
      x[e][3] = zero + at.c;
    }
    LEVEL(philox_rounds)(keys, x, out);
    first += 8 * PHILOX_EIGHTS;
    out += 32 * PHILOX_EIGHTS;
  }
}

// Block first[i] of the address whose counter word a is a[i].
__attribute__((noinline)) static void LEVEL(philox_list)(const philox_keys *keys, ckernels_address at, const uint32_t *first, const uint32_t *a,
                                                         int64_t runs, uint32_t *out) {
  const u64x8 zero = {0};
  for (int64_t run = 0; run < runs; run++) {
    u64x8 x[PHILOX_EIGHTS][4];
    for (int e = 0; e < PHILOX_EIGHTS; e++) {
      x[e][0] = __builtin_convertvector(*(const u32x8 *)(first + 8 * e), u64x8);
      x[e][1] = __builtin_convertvector(*(const u32x8 *)(a + 8 * e), u64x8);
      x[e][2] = zero + at.b;
      x[e][3] = zero + at.c;
    }
    LEVEL(philox_rounds)(keys, x, out);
    first += 8 * PHILOX_EIGHTS;
    a += 8 * PHILOX_EIGHTS;
    out += 32 * PHILOX_EIGHTS;
  }
}

enum { LEVEL(philox_unit) = 8 * PHILOX_EIGHTS };

// At least `blocks` blocks, in whole runs: `out` has room up to the next multiple of 16.
static inline void LEVEL(philox_runs)(ckernels_address at, uint32_t first, int64_t blocks, uint32_t *out) {
  philox_keys keys = keys_of(at);
  LEVEL(philox_range)(&keys, at, first, (blocks + LEVEL(philox_unit) - 1) / LEVEL(philox_unit), out);
}

static void LEVEL(philox)(ckernels_address at, uint32_t first, int64_t blocks, uint32_t *out) {
  int64_t whole = blocks / LEVEL(philox_unit) * LEVEL(philox_unit);
  LEVEL(philox_runs)(at, first, whole, out);
  if (whole < blocks) {
    ALIGNED uint32_t rest[4 * LEVEL(philox_unit)];
    LEVEL(philox_runs)(at, first + (uint32_t)whole, 1, rest);
    memcpy(out + 4 * whole, rest, (size_t)(blocks - whole) * 16);
  }
}
