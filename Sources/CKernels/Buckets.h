// Buckets of stored rows, added to the inputs of the steps in which they arrive; included once per level.

// Short buckets are laid side by side first, sixteen synapses at a time, whatever their number is, and then added one by one: how long a
// bucket is cannot be foretold, and a wrong guess costs as much as some ten synapses. Long ones are added where they lie.
#define BUCKETS(type, suffix, copy)                                                                                                          \
  INLINE void LEVEL(add_staged_##suffix)(type *restrict input, const uint32_t *restrict places, const type *restrict weights,                \
                                         int64_t count) {                                                                                    \
    for (int64_t i = 0; i < count; i++) input[places[i]] += weights[i];                                                                      \
  }                                                                                                                                          \
  INLINE void LEVEL(add_bucket_##suffix)(type *restrict input, const uint16_t *restrict targets, const uint8_t *restrict from,               \
                                         uint32_t size) {                                                                                    \
    uint32_t k = 0;                                                                                                                          \
    for (; k + 8 <= size; k += 8) {                                                                                                          \
      uint64_t four[2];                                                                                                                      \
      memcpy(four, targets + k, sizeof four);                                                                                                \
      for (int i = 0; i < 8; i++) {                                                                                                          \
        type weight;                                                                                                                         \
        memcpy(&weight, from + (k + (uint32_t)i) * sizeof weight, sizeof weight);                                                            \
        input[four[i / 4] >> 16 * (i % 4) & 0xffff] += weight;                                                                               \
      }                                                                                                                                      \
    }                                                                                                                                        \
    for (; k < size; k++) {                                                                                                                  \
      type weight;                                                                                                                           \
      memcpy(&weight, from + k * sizeof weight, sizeof weight);                                                                              \
      input[targets[k]] += weight;                                                                                                           \
    }                                                                                                                                        \
  }                                                                                                                                          \
  INLINE void LEVEL(visit_rows_##suffix)(ckernels_row_list *lists, const uint64_t *ready, int64_t count, ckernels_row_window window,         \
                                         type *input, int64_t *events, int is_short) {                                                       \
    ALIGNED uint32_t places[staged_synapses + 16];                                                                                           \
    ALIGNED type weights[staged_synapses + 16];                                                                                              \
    int64_t staged = 0, asked = 0;                                                                                                           \
    for (int64_t i = 0; i < count; i++) {                                                                                                    \
      for (; asked < count && asked <= i + window.ahead; asked++) {                                                                          \
        const uint8_t *row = (const uint8_t *)lists[ready[asked] >> 32].rows[(uint32_t)ready[asked]].cursor;                                 \
        for (int32_t line = 0; line <= window.lines; line++) __builtin_prefetch(row + 64 * line, 0, 3);                                      \
      }                                                                                                                                      \
      ckernels_row_list *list = lists + (ready[i] >> 32);                                                                                    \
      uint32_t at = (uint32_t)ready[i], due = list->due[at];                                                                                 \
      const uint16_t *bucket = list->rows[at].cursor;                                                                                        \
      uint32_t channel = list->rows[at].input;                                                                                               \
      do {                                                                                                                                   \
        uint32_t lag = due - window.first, size = *bucket & 0xff;                                                                            \
        uint32_t base = channel + lag * window.stride;                                                                                       \
        const uint16_t *targets = bucket + 1;                                                                                                \
        const uint8_t *from = (const uint8_t *)(targets + size);                                                                             \
        if (is_short) {                                                                                                                      \
          for (uint32_t k = 0; k < size; k += 16) {                                                                                          \
            *(u32x16 *)(places + staged + k) = __builtin_convertvector(*(const u16x16 *)(targets + k), u32x16) + base;                       \
            copy;                                                                                                                            \
          }                                                                                                                                  \
          staged += size;                                                                                                                    \
          if (staged > staged_synapses - 256) {                                                                                              \
            LEVEL(add_staged_##suffix)(input, places, weights, staged);                                                                      \
            staged = 0;                                                                                                                      \
          }                                                                                                                                  \
        } else {                                                                                                                             \
          LEVEL(add_bucket_##suffix)(input + base, targets, from, size);                                                                     \
        }                                                                                                                                    \
        events[lag] += size;                                                                                                                 \
        bucket = (const uint16_t *)(from + size * sizeof(type));                                                                             \
        due += following_bucket(&bucket);                                                                                                    \
        if (*bucket == 0) {                                                                                                                  \
          due = window.first - 1;                                                                                                            \
          list->live--;                                                                                                                      \
        }                                                                                                                                    \
      } while (due - window.first < window.span);                                                                                            \
      list->rows[at].cursor = bucket;                                                                                                        \
      list->due[at] = due;                                                                                                                   \
    }                                                                                                                                        \
    LEVEL(add_staged_##suffix)(input, places, weights, staged);                                                                              \
  }                                                                                                                                          \
  static void LEVEL(add_rows_##suffix)(ckernels_row_list *lists, const uint64_t *ready, int64_t count, ckernels_row_window window,           \
                                       type *input, int64_t *events) {                                                                       \
    if (window.is_short) LEVEL(visit_rows_##suffix)(lists, ready, count, window, input, events, 1);                                          \
    else LEVEL(visit_rows_##suffix)(lists, ready, count, window, input, events, 0);                                                          \
  }
BUCKETS(float, f32, *(f32x16u *)(weights + staged + k) = *(const f32x16u *)(from + 4 * k))
BUCKETS(double, f64, memcpy(weights + staged + k, from + 8 * k, 128))
#undef BUCKETS
