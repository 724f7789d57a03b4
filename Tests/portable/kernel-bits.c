// Prints a hash of what the vector kernels give on fixed input: the same on every processor.
#include "CKernels.h"
#include "CRows.h"
#include <stdio.h>
#include <string.h>

enum { n = 4096 };
static uint64_t hash = 0xCBF29CE484222325u;
static int faults = 0;

static void expect(int holds, const char *what) {
  if (!holds) faults++, printf("not so: %s\n", what);
}

static void note(const char *name, const void *data, size_t bytes) {
  const uint8_t *p = data;
  for (size_t i = 0; i < bytes; i++) hash = (hash ^ p[i]) * 0x100000001B3u;
  // The hash so far: a line that differs first names the kernel that does.
  printf("%s %016llx\n", name, (unsigned long long)hash);
}

static const ckernels_address at = {1, 2, 3, 4, 5};
static uint32_t words[n];
static float a32[n], b32[n];
static double a64[n], b64[n];

static void functions(void) {
  for (int i = 0; i < n; i++) {
    a32[i] = (float)((int32_t)words[i]) * 0x1p-25f;
    a64[i] = (double)((int32_t)words[i]) * 0x1p-22;
  }
  ckernels_exp_f32(a32, n, b32), note("exp f32", b32, sizeof b32);
  ckernels_exp_f64(a64, n, b64), note("exp f64", b64, sizeof b64);
  ckernels_expm1_f32(a32, n, b32), note("expm1 f32", b32, sizeof b32);
  ckernels_expm1_f64(a64, n, b64), note("expm1 f64", b64, sizeof b64);
  for (int i = 0; i < n; i++) {
    a32[i] = (float)(words[i] | 1) * 0x1p-20f;
    a64[i] = (double)(words[i] | 1) * 0x1p-20;
  }
  ckernels_log_f32(a32, n, b32), note("log f32", b32, sizeof b32);
  ckernels_log_f64(a64, n, b64), note("log f64", b64, sizeof b64);
  for (int i = 0; i < n; i++) b64[i] = ckernels_normal_quantile((i + 0.5) / n, 1 - (i + 0.5) / n);
  note("normal quantile", b64, sizeof b64);
}

static void draws(void) {
  static const ckernels_law laws[] = {
      {.kind = ckernels_uniform, .a = -2, .b = 5},
      {.kind = ckernels_normal, .a = 0.5, .b = 2},
      {.kind = ckernels_lognormal, .a = -1, .b = 0.5},
      {.kind = ckernels_exponential, .a = 3, .mass = 1},
  };
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    ckernels_fill_f32(laws + i, NULL, at, 3, n, b32), note("draws f32", b32, sizeof b32);
    ckernels_fill_f64(laws + i, at, 3, n, b64), note("draws f64", b64, sizeof b64);
  }
  static const ckernels_law even = {
      .kind = ckernels_truncated_normal, .even = 1, .a = 0.5, .b = 1, .low = -1, .high = 2, .start = 0.07, .mass = 0.86};
  static float pieces[ckernels_piece_floats];
  for (int i = 0; i < 32 * ckernels_piece_terms; i++)
    pieces[i] = pieces[32 * ckernels_piece_terms + 8 * (i % 32) + i / 32] = (float)(words[i] >> 8) * 0x1p-24f;
  // A length that no register divides.
  ckernels_fill_f32(&even, pieces, at, 3, n - 5, b32), note("draws by pieces", b32, sizeof b32);
  static uint32_t integers[n];
  ckernels_integers(at, 1000, 5, n, integers), note("integers", integers, sizeof integers);
  // Poisson counts of a made-up law: a threshold in byte 0, two in one byte, several in the last one.
  static const uint32_t high[] = {0x00c000, 0x238001, 0x58ffff, 0x730000, 0x734567, 0xa00001, 0xfe0100, 0xff0000, 0xff8000};
  static ckernels_poisson_table poisson = {.bottom = 1, .all = sizeof high / sizeof *high};
  for (int k = 0; k < 128; k++) poisson.high[k] = k < poisson.all ? high[k] : UINT32_MAX, poisson.low[k] = 0x80000000u;
  for (int k = 0; k < poisson.all; k++) {
    uint32_t byte = high[k] >> 16;
    if (byte > 0 && byte < 0xff) poisson.step[poisson.steps++] = (int8_t)(byte ^ 0x80);
    poisson.open[byte % 16 + byte / 128 * 16] |= (uint8_t)(1 << (byte >> 4) % 8);
    for (uint32_t b = byte + 1; b < 256; b++) poisson.start[b]++;
  }
  static uint16_t counts[n];
  ckernels_poisson_u16(&poisson, at, n - 5, counts), note("Poisson counts", counts, sizeof counts);
  ckernels_poisson_add_f32(&poisson, at, n - 5, 0.7f, 0, b32), note("Poisson sums", b32, sizeof b32);
  // Numbers by their boundaries, two of which lie in the first part of the guide.
  enum { numbers = 42, guide_bits = 11 };
  static uint32_t last[numbers] = {5, 9}, guide[1 << guide_bits];
  static uint16_t delays[n], plain[n];
  for (uint32_t k = 2; k < numbers; k++) last[k] = k == numbers - 1 ? UINT32_MAX : k * 100000007u;
  for (uint32_t part = 0, k = 0; part < 1u << guide_bits; part++) {
    uint32_t first = part << (32 - guide_bits), end = first + ((1u << (32 - guide_bits)) - 1);
    while (last[k] < first) k++;
    int crowded = last[k] < end && last[k + 1] < end;
    guide[part] = k << 22 | (crowded ? 0 : (last[k] < end ? last[k] : end) - first + 1);
  }
  words[7] = 3, words[8] = 7, words[9] = 11;
  ckernels_delay_table table = {guide, last, 2, 3, numbers};
  ckernels_delays(&table, words, n - 5, delays), note("delays", delays, sizeof delays);
  table.guide = NULL;
  ckernels_delays(&table, words, n - 5, plain);
  expect(memcmp(delays, plain, sizeof plain) == 0, "a guide changes no delay");
}

// Tiles of neurons that no register divides, with some dozen spikes each.
static void neurons(void) {
  enum { count = 1000, stride = 1008, steps = 40 };
  static const ckernels_iaf_psc_exp_f32 c32 = {0.99f, 0.0004f, 0.0004f, 0.0004f, 0.8f, 0.9f, 300, 15, -2, 20};
  static const ckernels_iaf_psc_exp_f64 c64 = {0.99, 0.0004, 0.0004, 0.0004, 0.8, 0.9, 300, 15, -2, 20};
  static const ckernels_lif_sfa_f32 a32 = {0.97f, 0.5f, -0.01f, 0.999f, 0.4f, 20, 15, 4, 1};
  static const ckernels_lif_sfa_f64 a64 = {0.97, 0.5, -0.01, 0.999, 0.4, 20, 15, 4, 1};
  static float s32[4 * stride], l32[3 * stride], i32[2 * stride], zero32[stride];
  static double s64[4 * stride], l64[3 * stride], i64[2 * stride], zero64[stride];
  static uint16_t fired[stride];
  int64_t spikes = 0, adapting = 0;
  for (int step = 0; step < steps; step++) {
    for (int i = 0; i < 2 * stride; i++) i64[i] = (words[(i + 61 * step) % n] >> 20) * (i < stride ? 1.0 : -0.5), i32[i] = (float)i64[i];
    int64_t single = ckernels_iaf_psc_exp_f32_step(&c32, s32, stride, i32, stride, zero32, count, fired);
    note("spikes f32", fired, (size_t)single * sizeof *fired);
    int64_t twice = ckernels_iaf_psc_exp_f64_step(&c64, s64, stride, i64, stride, zero64, count, fired);
    note("spikes f64", fired, (size_t)twice * sizeof *fired);
    spikes += single + twice;
    // Jumps of some millivolts.
    for (int i = 0; i < stride; i++) i64[i] *= 1.0 / 512, i32[i] = (float)i64[i];
    single = ckernels_lif_sfa_f32_step(&a32, l32, stride, i32, stride, zero32, count, fired);
    note("adapting spikes f32", fired, (size_t)single * sizeof *fired);
    twice = ckernels_lif_sfa_f64_step(&a64, l64, stride, i64, stride, zero64, count, fired);
    note("adapting spikes f64", fired, (size_t)twice * sizeof *fired);
    adapting += single + twice;
  }
  note("adapting neurons f32", l32, sizeof l32), note("adapting neurons f64", l64, sizeof l64);
  expect(adapting > 1000, "adapting neurons spike");
  note("neurons f32", s32, sizeof s32), note("neurons f64", s64, sizeof s64), note("number of spikes", &spikes, sizeof spikes);
  expect(spikes > 1000, "neurons spike");
}

// What reaches neurons: amplitudes from outside, and events that wait in lists.
static void arrivals(void) {
  enum { count = 1000, steps = 8, chunk = ckernels_event_chunk, chunks = 200 };
  static uint16_t targets[n], delays[n];
  static uint32_t places[n], left[n];
  static uint8_t memory[chunks * chunk] __attribute__((aligned(chunk))), *free[chunks];
  static ckernels_event_list lists[2 * steps];
  static float in32[n];
  static double in64[n];
  for (int i = 0; i < n; i++) {
    b64[i] = (int32_t)words[i] * 0x1p-20, b32[i] = (float)b64[i];
    targets[i] = (uint16_t)(words[(5 * i) % n] % 900);
    // Most come in one step, so that its lists are several chunks long.
    delays[i] = (uint16_t)(i % 4 == 0 ? 1 + words[(3 * i) % n] % (steps - 1) : 2);
  }
  ckernels_spread_f32(at, 3, count, 250, places, left), note("places", places, count * 4), note("words left", left, count * 4);
  ckernels_add_placed_f32(places, b32, count, in32), note("amplitudes f32", in32, sizeof in32);
  ckernels_spread_f64(at, 3, count, 250, places, left), note("places f64", places, count * 4), note("words left f64", left, count * 8);
  ckernels_add_placed_f64(places, b64, count, in64), note("amplitudes f64", in64, sizeof in64);
  ckernels_event_chunks list = {free, 0};
  for (int i = 0; i < chunks; i++) free[list.count++] = memory + i * chunk;
  ckernels_event_form form = {steps - 1, 2, -1, 50};
  ckernels_clear_event_lists(lists, 2 * steps, sizeof(float));
  ckernels_put_events_f32(lists, form, 3, targets, b32, delays, n, &list);
  for (int i = 0; i < 2 * steps; i++) ckernels_add_events_f32(lists + i, in32, &list), note("events f32", in32, sizeof in32);
  ckernels_clear_event_lists(lists, 2 * steps, sizeof(double));
  ckernels_put_events_f64(lists, form, 3, targets, b64, delays, n, &list);
  for (int i = 0; i < 2 * steps; i++) ckernels_add_events_f64(lists + i, in64, &list), note("events f64", in64, sizeof in64);
  expect(list.count == chunks, "all chunks come back");
}

// Rows of buckets of every length up to 200, some of them beyond a bridge of 255 steps, in windows of four steps.
static void buckets(void) {
  enum { count = 60, width = 500, window = 4, units = 12 * 1001 + 4, half = count * units };
  static uint16_t memory[2 * half + 64];
  static float in32[window * width];
  static double in64[window * width];
  ckernels_row all[2][count];
  uint32_t due[count];
  uint64_t ready[count];
  int64_t events[window];
  for (int precision = 0; precision < 2; precision++) {
    for (int r = 0; r < count; r++) {
      uint16_t *at = memory + precision * half + r * units;
      all[precision][r] = (ckernels_row){at, 0};
      for (int b = 0; b < 12; b++) {
        int size = (int)(words[r * 12 + b] % 201);
        if (size == 0) { *at++ = 255 << 8; continue; }
        *at++ = (uint16_t)((1 + b % 3) << 8 | size);
        for (int k = 0; k < size; k++) *at++ = (uint16_t)(words[(r * 977 + b * 211 + k) % n] % width);
        for (int k = 0; k < size; k++) {
          double weight = (int32_t)words[(r * 13 + b * 7 + k) % n] * 0x1p-24;
          float single = (float)weight;
          memcpy(at, precision ? (void *)&weight : (void *)&single, precision ? 8 : 4), at += precision ? 4 : 2;
        }
      }
      *at = 0;
    }
  }
  for (int is_short = 0; is_short < 2; is_short++) {
    for (int precision = 0; precision < 2; precision++) {
      ckernels_row_list list = {all[precision], due, count, count, count};
      ckernels_row rows[count];
      memcpy(rows, all[precision], sizeof rows);
      list.rows = rows;
      for (int r = 0; r < count; r++) due[r] = 100 + words[r] % 3;
      for (uint32_t first = 100; first < 124; first += window) {
        int64_t found = ckernels_find(due, count, first, window, 0, ready);
        ckernels_row_window form = {first, window, width, 3, 5, is_short};
        memset(events, 0, sizeof events);
        if (precision) ckernels_add_rows_f64(&list, ready, found, form, in64, events);
        else ckernels_add_rows_f32(&list, ready, found, form, in32, events);
        note("events of a window", events, sizeof events);
      }
      expect(list.live < count, "rows come to their end");
    }
    note("buckets f32", in32, sizeof in32), note("buckets f64", in64, sizeof in64);
  }
}

static void rows(void) {
  enum { width = 208, units = 64, samples = 16 };
  static float weights[units * width], gradients[samples * width], sum[width], out[samples * units];
  uint16_t indices[40], order[units];
  uint64_t needed[units];
  for (int i = 0; i < units * width; i++) weights[i] = (float)((int32_t)words[i % n] >> 8) * 0x1p-20f;
  for (int i = 0; i < samples * width; i++) gradients[i] = (float)((int32_t)words[(7 * i + 3) % n] >> 8) * 0x1p-22f;
  for (int i = 0; i < 40; i++) indices[i] = (uint16_t)(words[i] % units);
  for (int i = 0; i < units; i++) order[i] = (uint16_t)i, needed[i] = words[i] & 0xFFFF;
  crows_add(sum, weights, weights, width, width, indices, 40), note("sum of rows", sum, sizeof sum);
  crows_dots(weights, width, units, gradients, width, order, needed, out, units), note("products", out, sizeof out);
}

int main(void) {
  ckernels_philox(at, 0, n / 4, words), note("random words", words, sizeof words);
  functions();
  draws();
  neurons();
  arrivals();
  buckets();
  rows();
  return faults != 0;
}
