// Synaptic events under way: put into lists by the step of their arrival, added to the inputs when it comes; included once per level.

// Chunks that will soon be begun or read are asked for, and lines that will soon be written: all have left the cache long ago.
#define EVENTS(type, suffix, record, full, store)                                                                                            \
  INLINE void LEVEL(put_all_##suffix)(ckernels_event_list *lists, uint32_t mask, uint32_t channels, uint32_t channel, int by_sign,           \
                                      uint32_t step, uint16_t first, const uint16_t *restrict targets, const type *restrict weights,         \
                                      const uint16_t *restrict delays, int64_t count, ckernels_event_chunks *chunks) {                       \
    for (int64_t i = 0; i < count; i++) {                                                                                                    \
      ckernels_event_list *list = lists + (((step + delays[i]) & mask) * channels + (by_sign ? (uint32_t)(weights[i] < 0) : channel));       \
      uint8_t *end = list->end;                                                                                                              \
      if (__builtin_expect(((uintptr_t)end & (event_chunk - 1)) == (full), 0)) end = longer_list(list, chunks);                              \
      store;                                                                                                                                 \
      __builtin_prefetch(end + 64, 1, 3);                                                                                                    \
      list->end = end + (record);                                                                                                            \
    }                                                                                                                                        \
  }                                                                                                                                          \
  static void LEVEL(put_events_##suffix)(ckernels_event_list *lists, ckernels_event_form form, uint32_t step, const uint16_t *targets,       \
                                         const type *weights, const uint16_t *delays, int64_t count, ckernels_event_chunks *chunks) {        \
    uint16_t first = (uint16_t)form.first;                                                                                                   \
    uint32_t channel = form.channel < 0 ? 0 : (uint32_t)form.channel;                                                                        \
    if (form.channels == 1) LEVEL(put_all_##suffix)(lists, form.mask, 1, 0, 0, step, first, targets, weights, delays, count, chunks);        \
    else LEVEL(put_all_##suffix)(lists, form.mask, form.channels, channel, form.channel < 0, step, first, targets, weights, delays, count, chunks);\
  }                                                                                                                                          \
  INLINE void LEVEL(add_event_##suffix)(const uint8_t *event, type *restrict input) {                                                        \
    type weight;                                                                                                                             \
    uint16_t target;                                                                                                                         \
    memcpy(&weight, event, sizeof weight);                                                                                                   \
    memcpy(&target, event + sizeof weight, 2);                                                                                               \
    input[target] += weight;                                                                                                                 \
  }                                                                                                                                          \
  static int64_t LEVEL(add_events_##suffix)(ckernels_event_list *list, type *restrict input, ckernels_event_chunks *chunks) {                \
    int64_t count = 0;                                                                                                                       \
    uint8_t *chunk = list->first, *last = chunk_of(list->end);                                                                               \
    while (chunk) {                                                                                                                          \
      uint8_t *next = NULL;                                                                                                                  \
      const uint8_t *end = list->end;                                                                                                        \
      if (chunk != last) {                                                                                                                   \
        memcpy(&next, chunk + event_link, sizeof next);                                                                                      \
        __builtin_prefetch(next + event_link, 0, 3);                                                                                         \
        end = chunk + (full);                                                                                                                \
      }                                                                                                                                      \
      const uint8_t *p = chunk;                                                                                                              \
      while (end - p >= 32 * (record)) {                                                                                                     \
        int64_t at = p - chunk + ckernels_events_ahead;                                                                                      \
        const uint8_t *soon = at < event_chunk ? chunk + at : next ? next + (at - event_chunk) : p;                                          \
        for (int line = 0; line < 32 * (record); line += 64) __builtin_prefetch(soon + line, 0, 3);                                          \
        for (int k = 0; k < 32; k++) LEVEL(add_event_##suffix)(p + k * (record), input);                                                     \
        p += 32 * (record);                                                                                                                  \
      }                                                                                                                                      \
      for (; p < end; p += (record)) LEVEL(add_event_##suffix)(p, input);                                                                    \
      count += (end - chunk) / (record);                                                                                                     \
      chunks->free[chunks->count++] = chunk;                                                                                                 \
      chunk = next;                                                                                                                          \
    }                                                                                                                                        \
    *list = (ckernels_event_list){(uint8_t *)(uintptr_t)(full), NULL};                                                                       \
    return count;                                                                                                                            \
  }
// Four bytes of weight and two of target are one store of eight; the next event lies over the surplus.
EVENTS(float, f32, 6, event_full_f32, uint64_t both = bits_of_float(weights[i]) | (uint64_t)(uint16_t)(targets[i] + first) << 32; memcpy(end, &both, 8))
EVENTS(double, f64, 10, event_full_f64, uint16_t place = (uint16_t)(targets[i] + first); memcpy(end, weights + i, 8); memcpy(end + 8, &place, 2))
#undef EVENTS
