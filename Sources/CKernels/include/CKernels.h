// Vector kernels over plain arrays: random words, draws, elementary functions. Same bits on every processor.
#pragma once
#include <stdint.h>

// A kernel is compiled once per level and chosen at run time. No level changes a bit of any result: every fused multiply-add is
// written as such, nothing is contracted, no library function is called whose last bit is the host's.
// Arrays need no alignment. Input and output do not overlap.

/// Level of the kernels in use: 0 baseline of the target, 1 x86-64-v3 (AVX2, FMA), 2 x86-64-v4 (AVX-512).
int ckernels_level(void);
/// The highest level this processor can run.
int ckernels_highest_level(void);
/// For tests: the calling thread uses the kernels of this level from now on, cut to what the processor can run; below 0, those that were
/// chosen at the start. Returns the level in use.
int ckernels_force_level(int level);

// Random words

/// Where random words come from: a key, low word first, and three of the four counter words. The remaining one, the first, counts blocks.
typedef struct {
  uint32_t key0, key1, a, b, c;
} ckernels_address;

/// Philox 4x32-10 (Salmon et al. 2011): block i has the counter (first + i, a, b, c) and gives out[4 i ..< 4 i + 4].
/// The first counter word wraps at 2^32.
void ckernels_philox(ckernels_address at, uint32_t first, int64_t blocks, uint32_t *out);

// Elementary functions, y[i] = f(x[i])
// Largest errors, measured against the true value over dense grids: exp 1.1 ulp (f32 and f64), expm1_f32 1.6, expm1_f64 2.2,
// log_f32 1.1, log_f64 0.8. NaN stays NaN; overflow is infinite; an exponential below the least normal number is zero.

void ckernels_exp_f32(const float *x, int64_t count, float *y);
void ckernels_exp_f64(const double *x, int64_t count, double *y);
void ckernels_expm1_f32(const float *x, int64_t count, float *y);
void ckernels_expm1_f64(const double *x, int64_t count, double *y);
void ckernels_log_f32(const float *x, int64_t count, float *y);
void ckernels_log_f64(const double *x, int64_t count, double *y);
double ckernels_exp(double x);
double ckernels_expm1(double x);
double ckernels_log(double x);
/// The quantile of the standard normal law at p; q = 1 - p, which keeps precision where p is near one.
double ckernels_normal_quantile(double p, double q);
/// -log(1 - p) for p in (0, 1).
double ckernels_exponential_quantile(double p);

// Draws by inversion. A single (f32) draw takes one word, a double (f64) draw two: draw i of an address takes word i, or words 2 i and
// 2 i + 1. A word stands for the midpoint of one of 2^32 equal parts of (0, 1), a pair for that of one of 2^52.

/// The laws of one continuous number, and the parameters a and b of each.
enum {
  /// a with certainty.
  ckernels_constant,
  /// Between a and b; within (0, 1) for those.
  ckernels_uniform,
  /// Mean a, deviation b. |z| <= 6.34 (f32), 8.21 (f64), the outermost quantiles; error of z below 3e-7 of it (f32), 2e-15 (f64).
  ckernels_normal,
  /// exp of that.
  ckernels_lognormal,
  /// The same within [low, high]: `start` is the probability of what lies below, `mass` that of what lies within. Where the window's
  /// middle is above the mean, b is negative and `start` that of what lies above high, so that `start` keeps its precision. `deep` is 1
  /// where draws lie further out than 7.5 deviations, 2 start + mass / 2^32 < 4e-14; then f32 draws take the slower quantile of f64.
  /// `even` is 1 where the window lies evenly around the mean.
  ckernels_truncated_normal,
  /// Mean a; mass = 1 for the whole law, 1 - exp(-high / a) for the law restricted to (0, high).
  ckernels_exponential,
};
typedef struct {
  int32_t kind, deep, even;
  double a, b, low, high, start, mass;
} ckernels_law;

/// Truncated normal draws in single precision, of windows that lie evenly around the mean, go by a table where there is one: the distance
/// from the mean as a polynomial on each of 32 pieces. With m the number of words nearer to the end of the window and f = m scale + least,
/// the upper 10 bits of f, modulo 32, name the piece, and the further ones make u in [-1/4, 1/4); coefficient k of a piece, that of u^k, is
/// pieces[32 k + piece] and once more pieces[32 ckernels_piece_terms + 8 piece + k]: some processors are quick to look up one coefficient of
/// many pieces, others load all of one.
enum { ckernels_piece_terms = 6, ckernels_piece_least = 1 << 17, ckernels_piece_floats = 32 * (ckernels_piece_terms + 8) };
#define ckernels_piece_scale 0x1.fffp-1

/// Draws of given words. `pieces` is NULL where the law has no table.
void ckernels_draw_f32(const ckernels_law *law, const float *pieces, const uint32_t *words, int64_t count, float *out);
void ckernels_draw_f64(const ckernels_law *law, const uint32_t *words, int64_t count, double *out);
/// Draws first ..< first + count of an address.
void ckernels_fill_f32(const ckernels_law *law, const float *pieces, ckernels_address at, int64_t first, int64_t count, float *out);
void ckernels_fill_f64(const ckernels_law *law, ckernels_address at, int64_t first, int64_t count, double *out);
/// Whole numbers below bound of words first ..< first + count of an address; each has its probability to within 2^-32.
void ckernels_integers(ckernels_address at, uint32_t bound, int64_t first, int64_t count, uint32_t *out);

// Rows of synapses
// A row is what one source has onto one tile of targets. Row r draws from the addresses (at.key; sources[r], at.b, at.c).

/// Which targets of a tile a source reaches, each with one probability.
typedef struct {
  /// Dense laws draw once per target: 16 bits below `high` are a success, and equal to it one if 32 further bits are below `low`.
  /// Word i / 2 of the address holds the bits of target i (the low half first), word i from block 2^31 on the further ones.
  int32_t dense;
  uint32_t high, low;
  /// Others draw the gaps between targets: gap k is the whole part of -scale log u, u from word k. `units` blocks are made in one go.
  float scale;
  int32_t units;
} ckernels_pair_law;

/// Writes the targets of the rows, one row after the other, each ascending and below `targets`, and counts[r] of each. Row r follows
/// laws[law_of[r]]. `out` has room for 64 more than rows * targets. Returns the number of targets.
int64_t ckernels_pair_rows(const ckernels_pair_law *laws, ckernels_address at, const uint32_t *sources, const uint16_t *law_of, int64_t rows,
                           int32_t targets, uint16_t *out, uint32_t *counts);
/// Writes the first per * counts[r] words of each row, one row after the other; the same at the counter word at.c + 1 into `next`, if there
/// is one. Both have room for four words more.
void ckernels_row_words(ckernels_address at, const uint32_t *sources, const uint32_t *counts, int64_t rows, int64_t per, uint32_t *out,
                        uint32_t *next);

/// A law of whole numbers: word w gives first + unit k for the least k with w <= last[k], the last of which is 2^32 - 1. With c = w >> 21, guide[c]
/// is the least k of such words in its upper 10 bits and the number of them that give it in its lower 22, or 0 there if the part has
/// several boundaries. With more than 1,024 numbers `guide` is NULL.
typedef struct {
  const uint32_t *guide, *last;
  int32_t first, unit, count;
} ckernels_delay_table;
void ckernels_delays(const ckernels_delay_table *table, const uint32_t *words, int64_t count, uint16_t *out);

// Poisson counts

/// The cumulative probabilities of a Poisson law in units of 2^-56, ascending, all below 2^56: upper 24 (`high`) and lower 32 bits (`low`)
/// of each of `all`, and a sentinel of high = 2^32 - 1. By their upper eight bits: `bottom` have 0; the `steps` <= 63 that have 1 to 0xfe
/// stand in `step`, as signed numbers (minus 0x80); start[b] have less than b. Bit (b >> 4) % 8 of open[b % 16 + b / 128 * 16] tells whether
/// one has b; of 0xff it is set in any case.
typedef struct {
  uint8_t open[32];
  int8_t step[64];
  uint8_t start[256];
  int32_t bottom, all, steps;
  uint32_t high[128];
  uint32_t low[128];
} ckernels_poisson_table;

// Draw i takes byte i % 4 (0 is the lowest) of word i / 4 of the address. The j-th of the draws that these bits leave open takes half j % 2
// of word j / 2 of the address from block 2^30 on, and where that leaves it open too, word j from block 2^31 on. So i < 2^33.
void ckernels_poisson_u16(const ckernels_poisson_table *table, ckernels_address at, int64_t count, uint16_t *out);
/// out[i] += weight * draw i, rounded once; with `anew` as if out[i] were 0.
void ckernels_poisson_add_f32(const ckernels_poisson_table *table, ckernels_address at, int64_t count, float weight, int anew, float *out);
void ckernels_poisson_add_f64(const ckernels_poisson_table *table, ckernels_address at, int64_t count, double weight, int anew, double *out);

/// The same for larger means: 32 and 32 more bits of each cumulative probability, for the counts from first_count on. guide[j] is the
/// first entry with high >= 2^22 j, for j < 1024. Draw i takes word i and, where needed, word i from block 2^31 on. Entry `all` is a
/// sentinel of all ones.
typedef struct {
  int32_t first_count, all;
  const uint32_t *high, *low;
  const uint16_t *guide;
} ckernels_long_poisson_table;
void ckernels_long_poisson_u16(const ckernels_long_poisson_table *table, ckernels_address at, int64_t first, int64_t count, uint16_t *out);
/// For each of `count` spikes a place below `bound`, from the words of the address from block `block` on, and the words for a draw of its
/// amplitude in single or double precision: one word each or two. Of the word (of both as one number, low one first) times `bound` the whole
/// part, counted in 2^32 (in 2^64), is the place, and the rest is as even, in steps of `bound`. Both have room up to the next multiple of 64.
void ckernels_spread_f32(ckernels_address at, uint32_t block, int64_t count, uint32_t bound, uint32_t *places, uint32_t *words);
void ckernels_spread_f64(ckernels_address at, uint32_t block, int64_t count, uint32_t bound, uint32_t *places, uint32_t *words);
/// out[places[i]] += amplitudes[i], one after the other.
void ckernels_add_placed_f32(const uint32_t *places, const float *amplitudes, int64_t count, float *out);
void ckernels_add_placed_f64(const uint32_t *places, const double *amplitudes, int64_t count, double *out);
/// Sets `count` lines of 64 bytes to zero.
void ckernels_clear_lines(void *lines, int64_t count);
/// out[i] += weight * counts[i], rounded once.
void ckernels_add_counts_f32(const uint16_t *counts, int64_t count, float weight, float *out);
void ckernels_add_counts_f64(const uint16_t *counts, int64_t count, double weight, double *out);

/// Writes tag + i for every i with values[i] among the `span` numbers from `first` on (modulo 2^32), ascending, and returns how many there are.
/// `out` has room for `count`.
int64_t ckernels_find(const uint32_t *values, int64_t count, uint32_t first, uint32_t span, uint64_t tag, uint64_t *out);

// Rows under way

/// A row of stored synapses whose spike has been emitted, at the header of its next bucket, and where the inputs of its channel begin.
///
/// A bucket is a header (delay minus that of the bucket before, times 256, plus the number of synapses), that many targets of 16 bits, as
/// many weights; 0 ends the row. 128 bytes behind a row can be read.
typedef struct {
  const uint16_t *cursor;
  uint32_t input;
} ckernels_row;
/// Rows of one step of emission, `live` of which have not come to their end: rows[i] waits for the step due[i] modulo 2^32.
typedef struct {
  ckernels_row *rows;
  uint32_t *due;
  int64_t count, capacity, live;
} ckernels_row_list;
/// `span` steps from `first` on, with inputs `stride` scalars apart. `lines` behind the first of a row are asked for `ahead` rows before it.
/// Whether most buckets are short (below some thirty synapses) changes how they are added, not what comes out.
typedef struct {
  uint32_t first, span, stride;
  int32_t lines, ahead, is_short;
} ckernels_row_window;
/// Adds the buckets due in the window of the rows ready[i] (list in the upper half, place in the lower one), in their order, to the inputs
/// of their steps; counts the synapses of each step into events[step - first]; moves the rows on. Rows at their end wait for first - 1.
void ckernels_add_rows_f32(ckernels_row_list *lists, const uint64_t *ready, int64_t count, ckernels_row_window window, float *input,
                           int64_t *events);
void ckernels_add_rows_f64(ckernels_row_list *lists, const uint64_t *ready, int64_t count, ckernels_row_window window, double *input,
                           int64_t *events);

// Neurons

/// The constants of `iaf_psc_exp` for one step: propagators, current, and potentials relative to the leak potential; t_ref in steps.
typedef struct {
  float p22, p21_ex, p21_in, p20, p11_ex, p11_in, i_e, v_th, v_reset, t_ref;
} ckernels_iaf_psc_exp_f32;
typedef struct {
  double p22, p21_ex, p21_in, p20, p11_ex, p11_in, i_e, v_th, v_reset, t_ref;
} ckernels_iaf_psc_exp_f64;
/// Advances `count` neurons a step. Columns V_m, I_syn_ex, I_syn_in, refractory lie `stride` apart, inputs of both receptors
/// `input_stride`; all and `current` can be read, the columns written too, up to the next multiple of 16, and none overlaps another. Writes
/// the places of neurons that spike, ascending and below `count`, to `fired`, which has room for `count`, and returns their number.
int64_t ckernels_iaf_psc_exp_f32_step(const ckernels_iaf_psc_exp_f32 *constants, float *columns, int64_t stride, const float *input,
                                      int64_t input_stride, const float *current, int64_t count, uint16_t *fired);
int64_t ckernels_iaf_psc_exp_f64_step(const ckernels_iaf_psc_exp_f64 *constants, double *columns, int64_t stride, const double *input,
                                      int64_t input_stride, const double *current, int64_t count, uint16_t *fired);

/// The same for `lif_sfa`: p3c is what one unit of c does to V_m, pcc the decay of c. Columns V_m, c, refractory; inputs of one receptor.
typedef struct {
  float p33, p30, p3c, pcc, i_e, v_th, v_reset, t_ref, alpha_c;
} ckernels_lif_sfa_f32;
typedef struct {
  double p33, p30, p3c, pcc, i_e, v_th, v_reset, t_ref, alpha_c;
} ckernels_lif_sfa_f64;
int64_t ckernels_lif_sfa_f32_step(const ckernels_lif_sfa_f32 *constants, float *columns, int64_t stride, const float *input,
                                  int64_t input_stride, const float *current, int64_t count, uint16_t *fired);
int64_t ckernels_lif_sfa_f64_step(const ckernels_lif_sfa_f64 *constants, double *columns, int64_t stride, const double *input,
                                  int64_t input_stride, const double *current, int64_t count, uint16_t *fired);

// Synaptic events under way

/// Bytes of the pieces that lists of events are made of, and how many bytes ahead of an event lines are asked for when events are added. A
/// piece ends with where the next one lies.
enum { ckernels_event_chunk = 4096, ckernels_events_ahead = 1024 };
/// Events in the order in which they were put: where the next one goes, and the first chunk (NULL if there is none).
typedef struct {
  uint8_t *end, *first;
} ckernels_event_list;
/// Chunks that are in no list: the last one is taken next. There is room for all chunks.
typedef struct {
  uint8_t **free;
  int64_t count;
} ckernels_event_chunks;
/// The lists of some neurons: list (step & mask) * channels + channel. A negative channel means the sign of each weight: 0, or 1 if it is
/// negative. `first` is added to the targets.
typedef struct {
  uint32_t mask, channels;
  int32_t channel, first;
} ckernels_event_form;

/// Makes lists of scalars of 4 or 8 bytes empty.
void ckernels_clear_event_lists(ckernels_event_list *lists, int64_t count, int64_t scalar_bytes);
/// Asks for the ends of the lists of some steps, to which events will be added soon.
void ckernels_prefetch_event_lists(const ckernels_event_list *lists, uint32_t mask, uint32_t channels, uint32_t step, int64_t steps);
/// Puts events that arrive delays[i] after `step`. There must be count / 100 chunks, and one for each of the lists or events,
/// whichever are fewer.
void ckernels_put_events_f32(ckernels_event_list *lists, ckernels_event_form form, uint32_t step, const uint16_t *targets,
                             const float *weights, const uint16_t *delays, int64_t count, ckernels_event_chunks *chunks);
void ckernels_put_events_f64(ckernels_event_list *lists, ckernels_event_form form, uint32_t step, const uint16_t *targets,
                             const double *weights, const uint16_t *delays, int64_t count, ckernels_event_chunks *chunks);
/// input[target] += weight for the events of a list, in their order; empties it. Returns their number.
int64_t ckernels_add_events_f32(ckernels_event_list *list, float *input, ckernels_event_chunks *chunks);
int64_t ckernels_add_events_f64(ckernels_event_list *list, double *input, ckernels_event_chunks *chunks);
