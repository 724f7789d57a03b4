// Sums and products of selected rows of a matrix in single precision, the inner loops of training through time.
//
// Same bits on every processor: a sum adds rows in list order, lane by lane; a product keeps sixteen interleaved partial sums, which
// are one AVX-512 register or two AVX registers, and adds them in a fixed order. Widths are multiples of eight elements.
#pragma once
#include <stdint.h>

/// sum[0..<width] += for each j of `count`: rows[indices[j] * stride + 0..<width].
void crows_add(float *sum, const float *rows, int64_t stride, int64_t width, const uint16_t *indices, int64_t count);

/// For each unit u of `units` and each j < needed[u], with s = samples[u * capacity + j]:
/// out[s * out_stride + u] += weights[u * width + 0..<width] . gradients[s * gradient_stride + 0..<width].
void crows_dots(
    const float *weights, int64_t width, int64_t units, const float *gradients, int64_t gradient_stride, const int32_t *needed,
    const uint8_t *samples, int64_t capacity, float *out, int64_t out_stride);
