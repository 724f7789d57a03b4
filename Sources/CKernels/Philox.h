// Philox 4x32-10, eight blocks at a time; included once per level.

// The four counter words of eight blocks lie in the low halves of 64-bit lanes. A product fills a lane: its high half is shifted
// down for the next round, its low half is used where it lies, for the next product reads low halves only.
static inline void LEVEL(philox_rounds)(uint32_t k0, uint32_t k1, u64x8 x[4]) {
  for (int round = 0; round < 10; round++) {
    u64x8 a = (x[0] & 0xffffffffu) * 0xD2511F53u, b = (x[2] & 0xffffffffu) * 0xCD9E8D57u;
    x[0] = (b >> 32) ^ x[1] ^ k0;
    x[1] = b;
    x[2] = (a >> 32) ^ x[3] ^ k1;
    x[3] = a;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

// Eight blocks in block order, 32 words.
static inline void LEVEL(philox_eight)(uint32_t k0, uint32_t k1, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t first, uint32_t *out) {
  const u64x8 lane = {0, 1, 2, 3, 4, 5, 6, 7}, zero = lane ^ lane, low = zero + 0xffffffffu;
  u64x8 x[4] = {lane + first, zero + c1, zero + c2, zero + c3};
  LEVEL(philox_rounds)(k0, k1, x);
  u64x8 left = (x[0] & low) | (x[1] << 32), right = (x[2] & low) | (x[3] << 32);
  *(u64x8 *)out = __builtin_shufflevector(left, right, 0, 8, 1, 9, 2, 10, 3, 11);
  *(u64x8 *)(out + 16) = __builtin_shufflevector(left, right, 4, 12, 5, 13, 6, 14, 7, 15);
}

static void LEVEL(philox)(uint32_t k0, uint32_t k1, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t first, int64_t blocks, uint32_t *out) {
  int64_t i = 0;
  for (; i + 8 <= blocks; i += 8) LEVEL(philox_eight)(k0, k1, c1, c2, c3, first + (uint32_t)i, out + 4 * i);
  if (i < blocks) {
    uint32_t rest[32];
    LEVEL(philox_eight)(k0, k1, c1, c2, c3, first + (uint32_t)i, rest);
    memcpy(out + 4 * i, rest, (size_t)(blocks - i) * 16);
  }
}
