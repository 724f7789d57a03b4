// exp, expm1, log and the normal quantile, free of branches so that loops over them become vector code; included once per level.
//
// Polynomials are minimax (Remez) on the reduced range, coefficients from low to high power. Reductions are exact or fused, so the
// only rounding is the one written down. Results below the least normal number are zero, as they are when denormals are flushed.

static inline float LEVEL(exp_f32)(float x) {
  // x = n ln 2 + r with |r| <= ln 2 / 2: adding 3 * 2^22 rounds to an integer and leaves it in the low bits.
  float shifted = __builtin_fmaf(x, 0x1.715476p0f, 0x1.8p23f), n = shifted - 0x1.8p23f;
  float r = __builtin_fmaf(n, -0x1.62e43p-1f, x);
  r = __builtin_fmaf(n, 0x1.05c61p-29f, r);
  float q = 0x1.6d7170p-10f;
  q = __builtin_fmaf(q, r, 0x1.1226dap-7f);
  q = __builtin_fmaf(q, r, 0x1.5554c8p-5f);
  q = __builtin_fmaf(q, r, 0x1.5554b2p-3f);
  q = __builtin_fmaf(q, r, 0.5f);
  float p = __builtin_fmaf(r * r, q, r) + 1.0f;
  // p lies in [0.7, 1.42], so adding n to its exponent stays in range wherever the result is a normal number.
  float y = float_of(bits_of_float(p) + (bits_of_float(shifted) << 23));
  y = x < -0x1.5d589ep6f ? 0.0f : y;
  y = x > 0x1.62e42ep6f ? __builtin_inff() : y;
  return x == x ? y : x;
}

static inline double LEVEL(exp_f64)(double x) {
  double shifted = __builtin_fma(x, 0x1.71547652b82fep0, 0x1.8p52), n = shifted - 0x1.8p52;
  double r = __builtin_fma(n, -0x1.62e42fefa39efp-1, x);
  r = __builtin_fma(n, -0x1.abc9e3b39803fp-56, r);
  double q = 0x1.af6d68a2f6952p-26;
  q = __builtin_fma(q, r, 0x1.2897adceb5dcfp-22);
  q = __builtin_fma(q, r, 0x1.71ddf057335c2p-19);
  q = __builtin_fma(q, r, 0x1.a019b358c55b8p-16);
  q = __builtin_fma(q, r, 0x1.a01a01b2c5884p-13);
  q = __builtin_fma(q, r, 0x1.6c16c17a12ac3p-10);
  q = __builtin_fma(q, r, 0x1.111111110f0bbp-7);
  q = __builtin_fma(q, r, 0x1.5555555553ad6p-5);
  q = __builtin_fma(q, r, 0x1.555555555555ap-3);
  q = __builtin_fma(q, r, 0.5);
  double p = __builtin_fma(r * r, q, r) + 1.0;
  double y = double_of(bits_of_double(p) + (bits_of_double(shifted) << 52));
  y = x < -0x1.6232bdd7abcd2p9 ? 0.0 : y;
  y = x > 0x1.62e42fefa39efp9 ? __builtin_inf() : y;
  return x == x ? y : x;
}

// 2^n (e^r - 1) + (2^n - 1), with 2^(n - 1) and a doubling at the end so that n = 128 stays in range.
static inline float LEVEL(expm1_f32)(float x) {
  float low = x < -20.0f ? -20.0f : x;
  float shifted = __builtin_fmaf(low, 0x1.715476p0f, 0x1.8p23f), n = shifted - 0x1.8p23f;
  float r = __builtin_fmaf(n, -0x1.62e43p-1f, low);
  r = __builtin_fmaf(n, 0x1.05c61p-29f, r);
  float q = 0x1.6d7170p-10f;
  q = __builtin_fmaf(q, r, 0x1.1226dap-7f);
  q = __builtin_fmaf(q, r, 0x1.5554c8p-5f);
  q = __builtin_fmaf(q, r, 0x1.5554b2p-3f);
  q = __builtin_fmaf(q, r, 0.5f);
  float p = __builtin_fmaf(r * r, q, r);
  float half = float_of((bits_of_float(shifted) + 126) << 23);
  float y = 2.0f * __builtin_fmaf(half, p, half - 0.5f);
  y = __builtin_fabsf(x) < 0x1p-40f ? x : y;
  y = x > 0x1.62e42ep6f ? __builtin_inff() : y;
  return x == x ? y : x;
}

static inline double LEVEL(expm1_f64)(double x) {
  double low = x < -40.0 ? -40.0 : x;
  double shifted = __builtin_fma(low, 0x1.71547652b82fep0, 0x1.8p52), n = shifted - 0x1.8p52;
  double r = __builtin_fma(n, -0x1.62e42fefa39efp-1, low);
  r = __builtin_fma(n, -0x1.abc9e3b39803fp-56, r);
  double q = 0x1.af6d68a2f6952p-26;
  q = __builtin_fma(q, r, 0x1.2897adceb5dcfp-22);
  q = __builtin_fma(q, r, 0x1.71ddf057335c2p-19);
  q = __builtin_fma(q, r, 0x1.a019b358c55b8p-16);
  q = __builtin_fma(q, r, 0x1.a01a01b2c5884p-13);
  q = __builtin_fma(q, r, 0x1.6c16c17a12ac3p-10);
  q = __builtin_fma(q, r, 0x1.111111110f0bbp-7);
  q = __builtin_fma(q, r, 0x1.5555555553ad6p-5);
  q = __builtin_fma(q, r, 0x1.555555555555ap-3);
  q = __builtin_fma(q, r, 0.5);
  double p = __builtin_fma(r * r, q, r);
  double half = double_of((bits_of_double(shifted) + 1022) << 52);
  double y = 2.0 * __builtin_fma(half, p, half - 0.5);
  y = __builtin_fabs(x) < 0x1p-80 ? x : y;
  y = x > 0x1.62e42fefa39efp9 ? __builtin_inf() : y;
  return x == x ? y : x;
}

// n ln 2 + log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)].
static inline float LEVEL(log_parts_f32)(float f, float n) {
  float q = -0x1.41fe76p-4f, h = f * f;
  q = __builtin_fmaf(q, f, 0x1.07db16p-3f);
  q = __builtin_fmaf(q, f, -0x1.0ce1fep-3f);
  q = __builtin_fmaf(q, f, 0x1.226cfap-3f);
  q = __builtin_fmaf(q, f, -0x1.547848p-3f);
  q = __builtin_fmaf(q, f, 0x1.99a5a2p-3f);
  q = __builtin_fmaf(q, f, -0x1.000220p-2f);
  q = __builtin_fmaf(q, f, 0x1.55554ap-2f);
  float s = __builtin_fmaf(n, -0x1.05c61p-29f, f * h * q);
  s = __builtin_fmaf(-0.5f, h, s) + f;
  return __builtin_fmaf(n, 0x1.62e43p-1f, s);
}
static inline double LEVEL(log_parts_f64)(double f, double n) {
  double s = f / (2.0 + f), z = s * s, h = 0.5 * f * f;
  double q = 0x1.2e4fa0c27ea1dp-3;
  q = __builtin_fma(q, z, 0x1.39b54146337ccp-3);
  q = __builtin_fma(q, z, 0x1.74656a3ca650cp-3);
  q = __builtin_fma(q, z, 0x1.c71c5691cdc35p-3);
  q = __builtin_fma(q, z, 0x1.2492493b842fap-2);
  q = __builtin_fma(q, z, 0x1.99999999889c4p-2);
  q = __builtin_fma(q, z, 0x1.5555555555570p-1);
  double t = __builtin_fma(n, 0x1.abc9e3b39803fp-56, s * __builtin_fma(q, z, h));
  return __builtin_fma(n, 0x1.62e42fefa39efp-1, f - (h - t));
}
// Logarithm of a positive normal number.
static inline float LEVEL(log_normal_f32)(float x) {
  uint32_t bits = bits_of_float(x), n = (bits - 0x3f3504f3u) & 0xff800000u;
  return LEVEL(log_parts_f32)(float_of(bits - n) - 1.0f, (float)((int32_t)n >> 23));
}
// The exponent is turned into a double by way of a constant's low bits, for no level below AVX-512 converts 64-bit integers.
static inline double LEVEL(log_normal_f64)(double x) {
  uint64_t bits = bits_of_double(x), n = (bits - 0x3fe6a09e667f3bcdu) & 0xfff0000000000000u;
  double e = double_of(((bits - 0x3fe6a09e667f3bcdu + (1024ull << 52)) >> 52) | 0x4330000000000000u) - (0x1p52 + 1024.0);
  return LEVEL(log_parts_f64)(double_of(bits - n) - 1.0, e);
}
// Any number. A denormal is read as the whole number its bits are, times the least of its kind, so that it counts also where
// arithmetic flushes it to zero.
static inline float LEVEL(log_f32)(float x) {
  uint32_t bits = bits_of_float(x);
  int small = bits < 0x00800000u;
  float y = LEVEL(log_normal_f32)(small ? (float)(int32_t)bits : x);
  y = small ? y - 0x1.9d1da0p6f : y;
  y = (bits & 0x7fffffffu) == 0 ? -__builtin_inff() : (int32_t)bits < 0 ? __builtin_nanf("") : y;
  return x < __builtin_inff() ? y : x;
}
static inline double LEVEL(log_f64)(double x) {
  uint64_t bits = bits_of_double(x);
  int small = bits < 0x0010000000000000u;
  double y = LEVEL(log_normal_f64)(small ? double_of(bits | 0x4330000000000000u) - 0x1p52 : x);
  y = small ? y - 0x1.74385446d71c3p9 : y;
  y = (bits & 0x7fffffffffffffffu) == 0 ? -__builtin_inf() : (int64_t)bits < 0 ? __builtin_nan("") : y;
  return x < __builtin_inf() ? y : x;
}
// -log(1 - d) for d in (0, 1), with full relative precision at both ends.
static inline double LEVEL(exponential_quantile_f64)(double d) {
  double rest = 1.0 - d;
  uint64_t bits = bits_of_double(rest), n = (bits - 0x3fe6a09e667f3bcdu) & 0xfff0000000000000u;
  double e = double_of(((bits - 0x3fe6a09e667f3bcdu + (1024ull << 52)) >> 52) | 0x4330000000000000u) - (0x1p52 + 1024.0);
  double f = double_of(bits - n) - 1.0;
  // Above sqrt(1/2) the exponent is zero and the distance to one is known better than from the rounded difference.
  return -LEVEL(log_parts_f64)(e == 0.0 ? -d : f, e);
}

// The z > 0 with probability t of |Z| > z, t = 1 - x given with its complement, as both keep their precision near zero only.
// w = -log(1 - x^2) after Giles (2010), "Approximating the erfinv function"; own polynomials in w and, above 4.5, in its root.
// The latter concern one number in 180, so most blocks do without. Valid for t >= 4e-14 (z <= 7.5).
static inline void LEVEL(normal_tails_f32)(const float t[draw_block], const float x[draw_block], float *restrict z) {
  ALIGNED float w[draw_block];
  int far = 0;
  for (int i = 0; i < draw_block; i++) {
    w[i] = -LEVEL(log_normal_f32)(t[i] * (2.0f - t[i]));
    far |= w[i] >= 4.5f;
    float c = w[i] - 2.25f, a = -0x1.dda592p-27f;
    a = __builtin_fmaf(a, c, 0x1.0575bep-24f);
    a = __builtin_fmaf(a, c, 0x1.38f7b8p-21f);
    a = __builtin_fmaf(a, c, -0x1.910f0cp-18f);
    a = __builtin_fmaf(a, c, 0x1.243d84p-20f);
    a = __builtin_fmaf(a, c, 0x1.47cc58p-12f);
    a = __builtin_fmaf(a, c, -0x1.11094ap-9f);
    a = __builtin_fmaf(a, c, -0x1.24725ap-8f);
    a = __builtin_fmaf(a, c, 0x1.67d686p-2f);
    a = __builtin_fmaf(a, c, 0x1.049432p+1f);
    z[i] = a * x[i];
  }
  if (!far) return;
  for (int i = 0; i < draw_block; i++) {
    float s = __builtin_elementwise_sqrt(w[i] < 4.5f ? 4.5f : w[i]) - 3.8125f, b = -0x1.ba5554p-22f;
    b = __builtin_fmaf(b, s, 0x1.f9dd46p-20f);
    b = __builtin_fmaf(b, s, -0x1.5107d4p-20f);
    b = __builtin_fmaf(b, s, -0x1.2eb4e6p-17f);
    b = __builtin_fmaf(b, s, 0x1.5ce18ap-15f);
    b = __builtin_fmaf(b, s, -0x1.48078cp-13f);
    b = __builtin_fmaf(b, s, 0x1.1dc538p-11f);
    b = __builtin_fmaf(b, s, -0x1.9b0d3ep-10f);
    b = __builtin_fmaf(b, s, 0x1.4e23cap-9f);
    b = __builtin_fmaf(b, s, 0x1.6d453ap+0f);
    b = __builtin_fmaf(b, s, 0x1.4a690ep+2f);
    z[i] = w[i] < 4.5f ? z[i] : b;
  }
}
#define RATIONAL_7(y, a0, a1, a2, a3, a4, a5, a6, a7, b1, b2, b3, b4, b5, b6, b7)                                            \
  (HORNER_7(y, a0, a1, a2, a3, a4, a5, a6, a7) / HORNER_7(y, 1.0, b1, b2, b3, b4, b5, b6, b7))
#define HORNER_7(y, a0, a1, a2, a3, a4, a5, a6, a7)                                                                          \
  __builtin_fma(                                                                                                             \
      __builtin_fma(                                                                                                         \
          __builtin_fma(__builtin_fma(__builtin_fma(__builtin_fma(__builtin_fma(a7, y, a6), y, a5), y, a4), y, a3), y, a2), \
          y, a1),                                                                                                            \
      y, a0)
// The quantile of the standard normal law at p, q = 1 - p: Wichura (1988), algorithm AS 241 (PPND16), relative error about 1e-15.
static inline double LEVEL(normal_quantile_f64)(double p, double q) {
  double u = 0.5 * (p - q), v = 0.180625 - u * u;
  double centre = u * RATIONAL_7(v, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                 3.3430575583588128105e4, 2.5090809287301226727e3, 4.2313330701600911252e1,
                                 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
                                 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3);
  double r = __builtin_elementwise_sqrt(-LEVEL(log_normal_f64)(p < q ? p : q)), s = r - 1.6, t = r - 5.0;
  double near = RATIONAL_7(s, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                           3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                           2.27238449892691845833e-2, 7.74545014278341407640e-4, 2.05319162663775882187e0,
                           1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
                           1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9);
  double far = RATIONAL_7(t, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                          2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                          2.71155556874348757815e-5, 2.01033439929228813265e-7, 5.99832206555887937690e-1,
                          1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
                          1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15);
  double tail = r <= 5.0 ? near : far;
  tail = u < 0.0 ? -tail : tail;
  return u <= 0.425 && u >= -0.425 ? centre : tail;
}
#undef RATIONAL_7
#undef HORNER_7

#define ARRAY_FUNCTION(name, type)                                                             \
  static void LEVEL(name##_array)(const type *restrict x, int64_t count, type *restrict y) {   \
    for (int64_t i = 0; i < count; i++) y[i] = LEVEL(name)(x[i]);                              \
  }
ARRAY_FUNCTION(exp_f32, float)
ARRAY_FUNCTION(exp_f64, double)
ARRAY_FUNCTION(expm1_f32, float)
ARRAY_FUNCTION(expm1_f64, double)
ARRAY_FUNCTION(log_f32, float)
ARRAY_FUNCTION(log_f64, double)
#undef ARRAY_FUNCTION
