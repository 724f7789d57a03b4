// Rows of synapses, many at a time: targets by pair, words for weights and delays; included once per level.

static inline void LEVEL(list_words)(const philox_keys *keys, ckernels_address at, const unit_list *list, uint32_t *words) {
  LEVEL(philox_list)(keys, at, list->first, list->source, (list->count + LEVEL(philox_unit) - 1) / LEVEL(philox_unit), words);
}

// -log u for u in the middle of each word's part of (0, 1).
static inline void LEVEL(negative_logs)(const uint32_t *restrict words, int count, float *restrict out) {
  for (int i = 0; i < count; i++) {
    float u = __builtin_fmaf((float)words[i], 0x1p-32f, 0x1p-33f), rest = __builtin_fmaf((float)~words[i], 0x1p-32f, 0x1p-33f);
    uint32_t bits = bits_of_float(u), m = (bits - 0x3f3504f3u) & 0xff800000u;
    // Near one the distance to one is known better than from the rounded number.
    float k = (float)((int32_t)m >> 23), f = k == 0.0f ? -rest : float_of(bits - m) - 1.0f;
    out[i] = -LEVEL(log_parts_f32)(f, k);
  }
}

// Adds the targets that four gaps lead to; `position` is the last one so far, in all lanes. Later ones are all beyond the tile if one is,
// so those within come first.
static inline int LEVEL(four_targets)(const float *logs, float scale, int32_t targets, s32x4 *position, uint16_t *out) {
  f32x4 gap = *(const f32x4 *)logs * scale, most = (f32x4){} + 0x1p20f;
  s32x4 far = gap > most, zero = {};
  gap = (f32x4)(((s32x4)gap & ~far) | ((s32x4)most & far));
  s32x4 step = __builtin_convertvector(gap, s32x4) + 1;
  step += __builtin_shufflevector(zero, step, 0, 4, 5, 6);
  step += __builtin_shufflevector(zero, step, 0, 0, 4, 5);
  step += *position;
  *position = __builtin_shufflevector(step, step, 3, 3, 3, 3);
  for (int j = 0; j < 4; j++) out[j] = (uint16_t)step[j];
  s32x4 within = step < targets;
  return -__builtin_reduce_add(within);
}

// What four gaps at a time did not finish.
static int LEVEL(further_targets)(const ckernels_pair_law *law, ckernels_address at, int32_t targets, s32x4 position, uint16_t *out) {
  int count = 0;
  for (uint32_t block = (uint32_t)law->units; position[0] < targets; block++) {
    ALIGNED uint32_t words[4];
    ALIGNED float logs[4];
    philox_one(at, block, words);
    LEVEL(negative_logs)(words, 4, logs);
    count += LEVEL(four_targets)(logs, law->scale, targets, &position, out + count);
  }
  return count;
}

#if defined(REGISTERS_256)
// The places of the bits that are set in a number of four bits, as a number of four halves, low one first.
static const uint64_t bits_set[16] = {
    0, 0, 1, 0x10000, 2, 0x20000, 0x20001, 0x200010000, 3, 0x30000, 0x30001, 0x300010000, 0x30002, 0x300020000, 0x300020001, 0x3000200010000,
};
#endif
static int LEVEL(dense_targets)(const philox_keys *keys, const ckernels_pair_law *law, ckernels_address at, int32_t targets, uint16_t *out) {
  int count = 0;
  if (law->high > 0xffffu) {
    for (int i = 0; i < targets; i++) out[i] = (uint16_t)i;
    return targets;
  }
  for (int32_t i0 = 0; i0 < targets; i0 += 512) {
    ALIGNED uint32_t words[256];
    int n = targets - i0 < 512 ? targets - i0 : 512;
    LEVEL(philox_range)(keys, at, (uint32_t)i0 / 8, ((n + 7) / 8 + LEVEL(philox_unit) - 1) / LEVEL(philox_unit), words);
#if defined(REGISTERS_512)
    __m512i place = _mm512_add_epi32(_mm512_set1_epi32(i0), _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    __m256i high = _mm256_set1_epi16((int16_t)law->high);
    for (int i = 0; i < n; i += 16) {
      __m256i u = _mm256_load_si256((const __m256i *)(words + i / 2));
      uint32_t valid = n - i < 16 ? (1u << (n - i)) - 1 : 0xffffu;
      uint32_t below = _mm256_cmplt_epu16_mask(u, high) & valid, equal = _mm256_cmpeq_epu16_mask(u, high) & valid;
      for (; equal != 0; equal &= equal - 1) {
        int j = __builtin_ctz(equal);
        below |= (uint32_t)further_success(law, at, (uint32_t)(i0 + i + j)) << j;
      }
      __m512i chosen = _mm512_maskz_compress_epi32((__mmask16)below, place);
      _mm256_storeu_si256((__m256i *)(out + count), _mm512_cvtepi32_epi16(chosen));
      count += __builtin_popcount(below);
      place = _mm512_add_epi32(place, _mm512_set1_epi32(16));
    }
#elif defined(REGISTERS_256)
    // Four pairs at a time: their targets as a number of four halves. What is written behind the chosen ones is overwritten.
    const __m256i high = _mm256_set1_epi16((int16_t)(law->high ^ 0x8000));
    uint64_t place = (uint64_t)i0 * 0x0001000100010001u;
    for (int i = 0; i < n; i += 16) {
      __m256i u = _mm256_xor_si256(_mm256_load_si256((const __m256i *)(words + i / 2)), _mm256_set1_epi16(-0x8000));
      // Two eights of bits for the pairs below, each followed by those of the equal ones.
      __m256i both = _mm256_packs_epi16(_mm256_cmpgt_epi16(high, u), _mm256_cmpeq_epi16(high, u));
      uint32_t bits = (uint32_t)_mm256_movemask_epi8(both), equal = (bits >> 8 & 0xff) | (bits >> 16 & 0xff00);
      uint32_t below = (bits & 0xff) | (bits >> 8 & 0xff00), valid = n - i < 16 ? (1u << (n - i)) - 1 : 0xffffu;
      for (equal &= valid; __builtin_expect(equal != 0, 0); equal &= equal - 1) {
        int j = __builtin_ctz(equal);
        below |= (uint32_t)further_success(law, at, (uint32_t)(i0 + i + j)) << j;
      }
      below &= valid;
      for (int j = 0; j < 16; j += 4, place += 0x0004000400040004u) {
        uint64_t four = place + bits_set[below >> j & 15];
        memcpy(out + count, &four, sizeof four);
        count += __builtin_popcount(below >> j & 15);
      }
    }
#else
    uint16_t halves[512];
    memcpy(halves, words, sizeof halves);
    for (int i = 0; i < n; i++) {
      uint32_t u = halves[i];
      out[count] = (uint16_t)(i0 + i);
      count += u < law->high;
      if (__builtin_expect(u == law->high, 0)) count += further_success(law, at, (uint32_t)(i0 + i));
    }
#endif
  }
  return count;
}

static int64_t LEVEL(pair_rows)(const ckernels_pair_law *laws, ckernels_address at, const uint32_t *sources, const uint16_t *law_of, int64_t rows,
                                int32_t targets, uint16_t *out, uint32_t *counts) {
  philox_keys keys = keys_of(at);
  unit_list list;
  ALIGNED uint32_t words[4 * row_units];
  ALIGNED float logs[4 * row_units];
  uint16_t *begin = out;
  for (int64_t row = 0; row < rows;) {
    const ckernels_pair_law *law = laws + law_of[row];
    at.a = sources[row];
    if (law->dense || law->units > row_units) {
      int count = 0;
      if (law->dense) count = LEVEL(dense_targets)(&keys, law, at, targets, out);
      else {
        s32x4 position = {-1, -1, -1, -1};
        for (int32_t done = 0; done < law->units; done += row_units) {
          int n = law->units - done < row_units ? law->units - done : row_units;
          LEVEL(philox_runs)(at, (uint32_t)done, n, words);
          LEVEL(negative_logs)(words, 4 * row_units, logs);
          for (int k = 0; k < n; k++) count += LEVEL(four_targets)(logs + 4 * k, law->scale, targets, &position, out + count);
        }
        if (position[0] < targets) count += LEVEL(further_targets)(law, at, targets, position, out + count);
      }
      counts[row++] = (uint32_t)count;
      out += count;
      continue;
    }
    int64_t end = row;
    list.count = 0;
    for (; end < rows; end++) {
      const ckernels_pair_law *own = laws + law_of[end];
      if (own->dense || list.count + own->units > row_units) break;
      add_units(&list, 0, sources[end], own->units, NULL);
    }
    LEVEL(list_words)(&keys, at, &list, words);
    LEVEL(negative_logs)(words, (4 * list.count + 15) / 16 * 16, logs);
    const float *next = logs;
    for (; row < end; row++) {
      const ckernels_pair_law *own = laws + law_of[row];
      s32x4 position = {-1, -1, -1, -1};
      int count = 0;
      for (int k = 0; k < own->units; k++, next += 4) count += LEVEL(four_targets)(next, own->scale, targets, &position, out + count);
      if (__builtin_expect(position[0] < targets, 0)) {
        at.a = sources[row];
        count += LEVEL(further_targets)(own, at, targets, position, out + count);
      }
      counts[row] = (uint32_t)count;
      out += count;
    }
  }
  return out - begin;
}

// Words of the units of a list, packed: each unit's surplus is overwritten by the next.
static inline uint32_t *LEVEL(packed_words)(const philox_keys *keys, ckernels_address at, const unit_list *list, const uint32_t *restrict used,
                                            uint32_t *restrict out) {
  ALIGNED uint32_t words[4 * row_units];
  LEVEL(list_words)(keys, at, list, words);
  for (int i = 0; i < list->count; i++) {
    memcpy(out, words + 4 * i, 16);
    out += used[i];
  }
  return out;
}

static void LEVEL(row_words)(ckernels_address at, const uint32_t *restrict sources, const uint32_t *restrict counts, int64_t rows, int64_t per,
                             uint32_t *restrict out, uint32_t *restrict next) {
  const philox_keys keys = keys_of(at);
  ckernels_address second = at;
  second.c += 1;
  unit_list list;
  uint32_t used[row_units + 16];
  list.count = 0;
  for (int64_t row = 0; row < rows; row++) {
    int64_t left = (int64_t)counts[row] * per;
    uint32_t block = 0;
    do {
      int64_t units = (left + 3) / 4;
      int n = units < row_units - list.count ? (int)units : row_units - list.count;
      add_units(&list, block, sources[row], n, used);
      block += (uint32_t)n;
      left -= 4 * n;
      // The last unit of a row gives fewer words; where there is none, this place is not yet in use.
      used[list.count - (n > 0)] = (uint32_t)(left < 0 ? 4 + left : 4);
      if (list.count == row_units) {
        out = LEVEL(packed_words)(&keys, at, &list, used, out);
        if (next) next = LEVEL(packed_words)(&keys, second, &list, used, next);
        list.count = 0;
      }
    } while (left > 0);
  }
  if (list.count == 0) return;
  out = LEVEL(packed_words)(&keys, at, &list, used, out);
  if (next) LEVEL(packed_words)(&keys, second, &list, used, next);
}

// Words of parts with several boundaries are few: sixteen at a time are done without them, and those among them again.
static void LEVEL(delays)(const ckernels_delay_table *table, const uint32_t *restrict words, int64_t count, uint16_t *restrict out) {
  const uint32_t *guide = table->guide;
  uint32_t first = (uint32_t)table->first, unit = (uint32_t)table->unit;
  int64_t i = 0;
  for (; guide && i + 16 <= count; i += 16) {
    uint32_t crowded = 0;
    for (int j = 0; j < 16; j++) {
      uint32_t part = guide[words[i + j] >> 21], within = part & 0x3fffffu;
      crowded |= within == 0;
      out[i + j] = (uint16_t)(first + unit * ((part >> 22) + ((words[i + j] & 0x1fffffu) >= within)));
    }
    if (__builtin_expect(crowded, 0))
      for (int j = 0; j < 16; j++)
        if ((guide[words[i + j] >> 21] & 0x3fffffu) == 0) out[i + j] = (uint16_t)(first + unit * number_of_word(table, words[i + j]));
  }
  for (; i < count; i++) out[i] = (uint16_t)(first + unit * number_of_word(table, words[i]));
}
