/* Dense layers and layer norms, for few rows. */

enum { PANEL = 2 * LANES, CHUNK = 96, AHEAD = 64, WIDEST = 640 };
enum { SET, SILU, ADD };

/* A dense layer: (x · kernel + bias) · scale. `kernel` is `(panels, in, PANEL)`, filled up with zeros; in half
   precision if `is_half`: at ten rows it takes longer to read weights than to multiply with them. */
typedef struct {
    const void *kernel;
    const float *bias;
    int64_t in, out, is_half;
    double scale;
} Layer;

typedef struct {
    const float *gamma, *beta;
} Norm;

int64_t lanes(void) { return LANES; }
int64_t panel(void) { return PANEL; }

int64_t reads_halves(void) { return READS_HALVES; }

/* The numbers from one on of a kernel. */
static inline __attribute__((always_inline)) vec weights_at(const int is_half, const void *kernel, int64_t one)
{
    if (!is_half) return at((const float *)kernel + one);
#if READS_HALVES && LANES == 16
    return (vec)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)((const uint16_t *)kernel + one)));
#elif READS_HALVES
    return (vec)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)((const uint16_t *)kernel + one)));
#else
    return (vec){0};
#endif
}

static inline void finish(int mode, float *y, vec v)
{
    if (mode == SILU) v = silu(v);
    if (mode == ADD) v += at(y);
    put(y, v);
}

/* Some rows, a number that is known when this is compiled, times one panel. */
static inline __attribute__((always_inline)) void tile(
    const int rows, const int is_half, const Layer *l, const void *panel, int64_t column, const float *x, int mode,
    float *y)
{
    vec sums[TILE][2];
    for (int i = 0; i < rows; i++) sums[i][0] = sums[i][1] = (vec){0};
    for (int64_t k = 0, first = 0; k < l->in; k++, first += PANEL) {
        /* What comes a little later: otherwise each page would be waited for. */
        __builtin_prefetch((const char *)panel + (is_half ? 2 : 4) * (first + AHEAD * PANEL));
        vec left = weights_at(is_half, panel, first), right = weights_at(is_half, panel, first + LANES);
        for (int i = 0; i < rows; i++) {
            vec one = splat(x[i * l->in + k]);
            sums[i][0] += one * left;
            sums[i][1] += one * right;
        }
    }
    int64_t held = l->out - column < PANEL ? l->out - column : PANEL;
    float scale = l->scale;
    for (int i = 0; i < rows; i++, y += l->out) {
        float part[PANEL];
        float *to = held == PANEL ? y + column : part;
        if (held < PANEL) memcpy(part, y + column, held * sizeof(float));
        finish(mode, to, (sums[i][0] + at(l->bias + column)) * scale);
        finish(mode, to + LANES, (sums[i][1] + at(l->bias + column + LANES)) * scale);
        if (held < PANEL) memcpy(y + column, part, held * sizeof(float));
    }
}

static void tiles(int rows, int is_half, const Layer *l, const void *panel, int64_t column, const float *x, int mode,
                  float *y)
{
#define OF(n) \
    case n: \
        if (is_half) tile(n, 1, l, panel, column, x, mode, y); \
        else tile(n, 0, l, panel, column, x, mode, y); \
        break
    switch (rows) {
        OF(1); OF(2); OF(3); OF(4); OF(5); OF(6);
#if LANES == 16
        OF(7); OF(8); OF(9); OF(10); OF(11); OF(12);
#endif
    }
#undef OF
}

/* y `(m, out)` = or += the layer of x `(m, in)`. */
static void dense(const Layer *l, const float *x, int64_t m, int mode, float *y)
{
    float wide[WIDEST * PANEL];
    for (int64_t first = 0; first < m; first += CHUNK) { /* as many rows as stay in the cache */
        int64_t rows = m - first < CHUNK ? m - first : CHUNK, parts = (rows + TILE - 1) / TILE;
        for (int64_t column = 0; column < l->out; column += PANEL) {
            int is_half = l->is_half;
            const void *panel = (const char *)l->kernel + (is_half ? 2 : 4) * column * l->in;
            if (is_half && parts > 2 && l->in <= WIDEST) { /* made single once for all rows */
                for (int64_t k = 0; k < l->in * PANEL; k += LANES) put(wide + k, weights_at(1, panel, k));
                panel = wide;
                is_half = 0;
            }
            for (int64_t part = 0; part < parts; part++) {
                int64_t row = first + rows * part / parts, next = first + rows * (part + 1) / parts;
                tiles(next - row, is_half, l, panel, column, x + row * l->in, mode, y + row * l->out);
            }
        }
    }
}

/* One layer by itself. */
void layer(const Layer *l, const float *x, int64_t m, float *y) { dense(l, x, m, SET, y); }

/* y = the layer norm of x `(m, width)`. */
static void normalise(const Norm *norm, const float *x, int64_t m, int64_t width, float *y)
{
    for (int64_t i = 0; i < m; i++, x += width, y += width) {
        vec sums = {0}, squares = {0};
        float sum = 0, square = 0;
        int64_t whole = width / LANES * LANES;
        for (int64_t k = 0; k < whole; k += LANES) sums += at(x + k);
        for (int64_t k = whole; k < width; k++) sum += x[k];
        float mean = (sum + total(sums)) / width;
        for (int64_t k = 0; k < whole; k += LANES) squares += (at(x + k) - mean) * (at(x + k) - mean);
        for (int64_t k = whole; k < width; k++) square += (x[k] - mean) * (x[k] - mean);
        float inverse = 1.0f / __builtin_sqrtf((square + total(squares)) / width + 1e-5f);
        for (int64_t k = 0; k < width; k++) y[k] = (x[k] - mean) * inverse * norm->gamma[k] + norm->beta[k];
    }
}
