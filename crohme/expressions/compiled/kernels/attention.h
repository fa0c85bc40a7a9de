/* Scores, their softmax, and what they find. */

enum { MOST_HEADS = 32 };

/* Logits `(up(n),)` as exponentials, in their place, what is beyond n as 0. Returns one over their sum. */
static float softmax(float *x, int64_t n)
{
    for (int64_t i = n; i < up(n); i++) x[i] = -1e30f;
    vec each = at(x), sums = {0};
    for (int64_t i = LANES; i < up(n); i += LANES) each = either(at(x + i) > each, at(x + i), each);
    float most = each[0];
    for (int i = 1; i < LANES; i++) most = each[i] > most ? each[i] : most;
    for (int64_t i = 0; i < up(n); i += LANES) put(x + i, exponential(at(x + i) - most));
    for (int64_t i = n; i < up(n); i++) x[i] = 0;
    for (int64_t i = 0; i < up(n); i += LANES) sums += at(x + i);
    return 1.0f / total(sums);
}

static inline __attribute__((always_inline)) float dot_of(const int64_t size, const float *a, const float *b)
{
    vec sums = {0};
    float sum = 0;
    int64_t k = 0;
    for (; k + LANES <= size; k += LANES) sums += at(a + k) * at(b + k);
    for (; k < size; k++) sum += a[k] * b[k];
    return sum + total(sums);
}

static inline float dot(int64_t size, const float *a, const float *b)
{
    return size == 32 ? dot_of(32, a, b) : dot_of(size, a, b);
}

/* y `(size,)` = the sum of rows, each times its weight; `rows` are their numbers, or 0 for the first `count`. */
static inline __attribute__((always_inline)) void mix_of(
    const int64_t size, const float *x, int64_t stride, const float *weights, const int32_t *rows, int64_t count,
    float scale, float *y)
{
    int64_t k = 0;
    for (; k + 2 * PANEL <= size; k += 2 * PANEL) { /* as many sums at once as can be added side by side */
        vec a = {0}, b = {0}, c = {0}, d = {0};
        for (int64_t i = 0; i < count; i++) {
            const float *row = x + (rows ? rows[i] : i) * stride + k;
            a += at(row) * weights[i];
            b += at(row + LANES) * weights[i];
            c += at(row + 2 * LANES) * weights[i];
            d += at(row + 3 * LANES) * weights[i];
        }
        put(y + k, a * scale);
        put(y + k + LANES, b * scale);
        put(y + k + 2 * LANES, c * scale);
        put(y + k + 3 * LANES, d * scale);
    }
    for (; k + LANES <= size; k += LANES) {
        vec a = {0};
        for (int64_t i = 0; i < count; i++) a += at(x + (rows ? rows[i] : i) * stride + k) * weights[i];
        put(y + k, a * scale);
    }
    for (; k < size; k++) {
        float a = 0;
        for (int64_t i = 0; i < count; i++) a += x[(rows ? rows[i] : i) * stride + k] * weights[i];
        y[k] = a * scale;
    }
}

static inline void mix(int64_t size, const float *x, int64_t stride, const float *weights, const int32_t *rows,
                       int64_t count, float scale, float *y)
{
    if (size == 32) mix_of(32, x, stride, weights, rows, count, scale, y);
    else mix_of(size, x, stride, weights, rows, count, scale, y);
}

/* Add to scores `(heads, up(n))` what queries `(heads, size)` say of keys `(size, up(n))`, of which each head has its
   own, `of_head` numbers further on. */
static inline __attribute__((always_inline)) void score_of(
    const int64_t heads, const float *queries, int64_t size, int64_t query_stride, const float *keys, int64_t of_head,
    int64_t n, float *scores)
{
    int64_t wide = up(n);
    for (int64_t j = 0; j < wide; j += LANES) {
        vec sums[MOST_HEADS];
        for (int64_t h = 0; h < heads; h++) sums[h] = at(scores + h * wide + j);
        for (int64_t k = 0; k < size; k++)
            for (int64_t h = 0; h < heads; h++)
                sums[h] += at(keys + h * of_head + k * wide + j) * queries[h * query_stride + k];
        for (int64_t h = 0; h < heads; h++) put(scores + h * wide + j, sums[h]);
    }
}

static void score(int64_t heads, const float *queries, int64_t size, int64_t query_stride, const float *keys,
                  int64_t of_head, int64_t n, float *scores)
{
    if (heads == 6) score_of(6, queries, size, query_stride, keys, of_head, n, scores);
    else score_of(heads, queries, size, query_stride, keys, of_head, n, scores);
}

/* x `(rows, columns)`, rows `stride` apart, as `(columns, up(rows))`. */
static void turn(const float *x, int64_t rows, int64_t columns, int64_t stride, float *y)
{
    int64_t wide = up(rows);
    memset(y, 0, columns * wide * sizeof(float));
    for (int64_t j = 0; j < rows; j++)
        for (int64_t k = 0; k < columns; k++) y[k * wide + j] = x[j * stride + k];
}
