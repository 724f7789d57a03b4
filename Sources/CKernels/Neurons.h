// Loops over the neurons of a tile that are worth registers of 512 bits; included once per level.

// Sixteen floats or eight doubles at a time; a spike is rare, so a vector without one costs one test. The equations of a model say which
// lanes are `spiking`; `c` are its constants.
#define NEURONS(model, EQUATIONS, type, suffix, vector, mask, lanes)                                                                     \
  static int64_t LEVEL(model##_##suffix)(const ckernels_##model##_##suffix *constants, type *columns, int64_t stride, const type *input, \
                                         int64_t input_stride, const type *current, int64_t count, uint16_t *fired) {                    \
    const ckernels_##model##_##suffix c = *constants;                                                                                    \
    const vector zero = {0};                                                                                                             \
    int64_t spikes = 0;                                                                                                                  \
    (void)input_stride;                                                                                                                  \
    for (int64_t i = 0; i < count; i += lanes) {                                                                                         \
      mask spiking;                                                                                                                      \
      EQUATIONS(type, vector, mask)                                                                                                      \
      if (__builtin_expect(__builtin_reduce_or(spiking) != 0, 0))                                                                        \
        for (int j = 0; j < lanes && i + j < count; j++)                                                                                 \
          if (spiking[j]) fired[spikes++] = (uint16_t)(i + j);                                                                           \
    }                                                                                                                                    \
    return spikes;                                                                                                                       \
  }
// Written out: for a tile the library's function takes twice as long, because it begins slowly.
__attribute__((no_builtin("memset"))) static void LEVEL(clear_lines)(void *lines, int64_t count) {
  const u64x8 zero = {0};
  for (int64_t i = 0; i < count; i++) ((u64x8 *)lines)[i] = zero;
}

#define CHOOSE(vector, mask, where, a, b) ((vector)(((mask)(a) & (where)) | ((mask)(b) & ~(where))))

// Sources/Spiking/Neurons/IafPscExp.swift.
#define IAF_PSC_EXP(type, vector, mask)                                                                                              \
  vector *v = (vector *)(columns + i), *ex = (vector *)(columns + stride + i);                                                       \
  vector *in = (vector *)(columns + 2 * stride + i), *left = (vector *)(columns + 3 * stride + i);                                   \
  vector u = *v, r = *left;                                                                                                          \
  mask resting = r >= (type)1;                                                                                                       \
  /* U = P22 U + P21ex I_ex + P21in I_in + P20 (I_e + I_stim), frozen while refractory */                                            \
  vector next = __builtin_elementwise_fma(zero + c.p21_in, *in, (zero + c.p20) * ((zero + c.i_e) + *(const vector *)(current + i))); \
  next = __builtin_elementwise_fma(zero + c.p22, u, __builtin_elementwise_fma(zero + c.p21_ex, *ex, next));                          \
  u = CHOOSE(vector, mask, resting, u, next);                                                                                        \
  r = CHOOSE(vector, mask, resting, r - (type)1, r);                                                                                 \
  /* I = P11 I + arrivals: they are seen by V from the next step on */                                                               \
  *ex = __builtin_elementwise_fma(zero + c.p11_ex, *ex, *(const vector *)(input + i));                                               \
  *in = __builtin_elementwise_fma(zero + c.p11_in, *in, *(const vector *)(input + input_stride + i));                                \
  spiking = u >= c.v_th;                                                                                                             \
  *v = CHOOSE(vector, mask, spiking, zero + c.v_reset, u);                                                                           \
  *left = CHOOSE(vector, mask, spiking, zero + c.t_ref, r);
NEURONS(iaf_psc_exp, IAF_PSC_EXP, float, f32, f32x16, s32x16, 16)
NEURONS(iaf_psc_exp, IAF_PSC_EXP, double, f64, f64x8, s64x8, 8)
#undef IAF_PSC_EXP

// Sources/Spiking/Neurons/LifSfa.swift.
#define LIF_SFA(type, vector, mask)                                                                                                  \
  vector *v = (vector *)(columns + i), *adaptation = (vector *)(columns + stride + i), *left = (vector *)(columns + 2 * stride + i); \
  vector u = *v, w = *adaptation, r = *left;                                                                                         \
  mask resting = r >= (type)1;                                                                                                       \
  /* U = P33 U + P30 (I_e + I_stim) - g_c P c + arrivals, frozen while refractory */                                                 \
  vector driven = (zero + c.i_e) + *(const vector *)(current + i);                                                                   \
  vector next = __builtin_elementwise_fma(zero + c.p30, driven, *(const vector *)(input + i));                                       \
  next = __builtin_elementwise_fma(w, zero + c.p3c, next);                                                                           \
  next = __builtin_elementwise_fma(u, zero + c.p33, next);                                                                           \
  u = CHOOSE(vector, mask, resting, u, next);                                                                                        \
  r = CHOOSE(vector, mask, resting, r - (type)1, r);                                                                                 \
  /* c = Pcc c, and a step more at a spike */                                                                                        \
  w = w * c.pcc;                                                                                                                     \
  spiking = u >= c.v_th;                                                                                                             \
  *v = CHOOSE(vector, mask, spiking, zero + c.v_reset, u);                                                                           \
  *adaptation = CHOOSE(vector, mask, spiking, w + c.alpha_c, w);                                                                     \
  *left = CHOOSE(vector, mask, spiking, zero + c.t_ref, r);
NEURONS(lif_sfa, LIF_SFA, float, f32, f32x16, s32x16, 16)
NEURONS(lif_sfa, LIF_SFA, double, f64, f64x8, s64x8, 8)
#undef LIF_SFA
#undef CHOOSE
#undef NEURONS
