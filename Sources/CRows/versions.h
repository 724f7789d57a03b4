// The versions of the row kernels by register width.
#pragma once
#include <stdint.h>

void crows_add_256(
    float *sum, const float *base, const float *rows, int64_t stride, int64_t width, const uint16_t *indices, int64_t count);
void crows_add_512(
    float *sum, const float *base, const float *rows, int64_t stride, int64_t width, const uint16_t *indices, int64_t count);
void crows_dots_256(
    const float *weights, int64_t width, int64_t units, const float *gradients, int64_t gradient_stride, const uint16_t *order,
    const uint64_t *needed, float *out, int64_t out_stride);
void crows_dots_512(
    const float *weights, int64_t width, int64_t units, const float *gradients, int64_t gradient_stride, const uint16_t *order,
    const uint64_t *needed, float *out, int64_t out_stride);
