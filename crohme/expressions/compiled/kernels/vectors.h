/* As many numbers at once as the processor takes. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __F16C__
#include <immintrin.h>
#endif

/* Macros: #if knows no constants. A test compiles for either number, whatever the processor. */
#ifndef LANES
#ifdef __AVX512F__
#define LANES 16
#else
#define LANES 8
#endif
#endif
#define TILE (LANES == 16 ? 12 : 6)
#if defined(__F16C__) && (LANES == 8 || defined(__AVX512F__))
#define READS_HALVES 1
#else
#define READS_HALVES 0
#endif
enum { NO_MEMORY = 1, NO_SUCH_INDEX = 2 };

typedef float vec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t bits __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static int64_t up(int64_t n) { return (n + LANES - 1) / LANES * LANES; }

static inline vec at(const float *x) { return *(const vec *)x; }

static inline void put(float *x, vec v) { *(vec *)x = v; }

static inline vec splat(float x) { return x - (vec){0}; }

static inline vec either(bits which, vec a, vec b) { return (vec)((which & (bits)a) | (~which & (bits)b)); }

/* e to the power of x, to the last bit or two; below -87 it is 1e-38. */
static inline vec exponential(vec x)
{
    const float shifting = 12582912.0f; /* 1.5 * 2^23: what is added to it is rounded to a whole number */
    x = either(x > splat(-87.0f), x, splat(-87.0f));
    x = either(x < splat(88.0f), x, splat(88.0f));
    vec shifted = x * 1.44269504f + shifting;
    vec whole = shifted - shifting;
    x = x - whole * 0.693359375f;
    x = x + whole * 2.12194440e-4f;
    vec sum = splat(1.9875691500e-4f);
    sum = sum * x + 1.3981999507e-3f;
    sum = sum * x + 8.3334519073e-3f;
    sum = sum * x + 4.1665795894e-2f;
    sum = sum * x + 1.6666665459e-1f;
    sum = sum * x + 5.0000001201e-1f;
    sum = sum * x * x + x + 1.0f;
    bits power = ((bits)shifted - (bits)splat(shifting) + 127) << 23;
    return sum * (vec)power;
}

static inline vec silu(vec x) { return x / (1.0f + exponential(-x)); }

static inline float total(vec v)
{
    float sum = 0;
    for (int i = 0; i < LANES; i++) sum += v[i];
    return sum;
}
