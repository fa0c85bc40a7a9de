/* The stroke transformer's forward pass for one core: what `crohme.expressions.forward` computes with numpy.

   It is compiled on the machine that runs it, see build.py. Rows are few (ten hypotheses, some dozen strokes), so that
   what counts is to read each weight once, in the order in which it lies: kernels come in panels of PANEL columns.
   All arrays are float32 and dense, in C's order. Comments give shapes; n are strokes, m tokens. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __F16C__
#include <immintrin.h>
#endif

#ifdef __AVX512F__
enum { LANES = 16, TILE = 12 };
#else
enum { LANES = 8, TILE = 6 };
#endif
enum { PANEL = 2 * LANES, CHUNK = 96, AHEAD = 64, MOST_HEADS = 32, WIDEST = 640 };
enum { NO_MEMORY = 1, NO_SUCH_INDEX = 2 };
enum { SET, SILU, ADD };

typedef float vec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t bits __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* A dense layer: (x · kernel + bias) · scale. `kernel` is `(panels, in, PANEL)`, filled up with zeros; in half precision
   if `is_half`: at ten rows it takes longer to read weights than to multiply with them. */
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

#ifdef __F16C__
int64_t reads_halves(void) { return 1; }
#else
int64_t reads_halves(void) { return 0; }
#endif

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

/* The numbers from one on of a kernel. */
static inline __attribute__((always_inline)) vec weights_at(const int is_half, const void *kernel, int64_t one)
{
    if (!is_half) return at((const float *)kernel + one);
#if defined(__AVX512F__)
    return (vec)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)((const uint16_t *)kernel + one)));
#elif defined(__F16C__)
    return (vec)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)((const uint16_t *)kernel + one)));
#else
    return (vec){0};
#endif
}

static inline float total(vec v)
{
    float sum = 0;
    for (int i = 0; i < LANES; i++) sum += v[i];
    return sum;
}

static inline void finish(int mode, float *y, vec v)
{
    if (mode == SILU) v = silu(v);
    if (mode == ADD) v += at(y);
    put(y, v);
}

/* Some rows, a number that is known when this is compiled, times one panel. */
static inline __attribute__((always_inline)) void tile(
    const int rows, const int is_half, const Layer *l, int64_t column, const float *x, int mode, float *y)
{
    vec sums[TILE][2];
    for (int i = 0; i < rows; i++) sums[i][0] = sums[i][1] = (vec){0};
    int64_t first = column * l->in;
    for (int64_t k = 0; k < l->in; k++, first += PANEL) {
        /* What comes a little later: otherwise each page would be waited for. */
        __builtin_prefetch((const char *)l->kernel + (is_half ? 2 : 4) * (first + AHEAD * PANEL));
        vec left = weights_at(is_half, l->kernel, first), right = weights_at(is_half, l->kernel, first + LANES);
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

static void tiles(int rows, const Layer *l, int64_t column, const float *x, int mode, float *y)
{
#define OF(n) \
    case n: \
        if (l->is_half) tile(n, 1, l, column, x, mode, y); \
        else tile(n, 0, l, column, x, mode, y); \
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
            Layer of_panel = *l;
            if (l->is_half && parts > 2 && l->in <= WIDEST) { /* made single once for all rows */
                int64_t start = column * l->in;
                for (int64_t k = 0; k < l->in * PANEL; k += LANES)
                    put(wide + k, weights_at(1, l->kernel, start + k));
                of_panel.kernel = wide - start;
                of_panel.is_half = 0;
            }
            for (int64_t part = 0; part < parts; part++) {
                int64_t row = first + rows * part / parts, next = first + rows * (part + 1) / parts;
                tiles(next - row, &of_panel, column, x + row * l->in, mode, y + row * l->out);
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

/* ---- the encoder ---- */

/* `out` is for what strokes tell, and for how they lie. */
typedef struct {
    Norm norm, inner_norm;
    Layer query, key_value, out, inner, outer;
} Block;

typedef struct {
    int64_t width, heads, layers, lying, points, features; /* numbers of a point's features; of points of a part */
    Norm norm;
    Layer geometry[2], biases, shape[3], place[2];
    const Block *blocks;
} Encoder;

/* `(n, length, d)` → `(n, length, 3 d)`: what is before, itself, what is after. */
static void with_neighbours(const float *x, int64_t n, int64_t length, int64_t d, float *y)
{
    for (int64_t i = 0; i < n * length; i++, y += 3 * d) {
        memset(y, 0, 3 * d * sizeof(float));
        int64_t first = i % length ? 0 : 1, last = i % length == length - 1 ? 1 : 2;
        memcpy(y + first * d, x + (i + first - 1) * d, (last - first + 1) * d * sizeof(float));
    }
}

static int64_t encoder_attention(
    const Encoder *e, const Block *b, int64_t layer, int64_t expressions, const int64_t *sizes, const float *geometry,
    const float *biases, const float *queries, const float *key_value, float *found)
{
    int64_t width = e->width, heads = e->heads, size = width / heads, edges = e->lying;
    for (int64_t one = 0; one < expressions; one++) {
        int64_t n = sizes[one], wide = up(n);
        float *keys = malloc((width + heads) * wide * sizeof(float));
        if (!keys) return NO_MEMORY;
        float *scores = keys + width * wide;
        turn(key_value, n, width, 2 * width, keys);
        for (int64_t i = 0; i < n; i++, found += b->out.in) {
            for (int64_t h = 0; h < heads; h++)
                memcpy(scores + h * wide, biases + ((layer * heads + h) * n + i) * wide, wide * sizeof(float));
            score(heads, queries + i * width, size, size, keys, size * wide, n, scores);
            for (int64_t h = 0; h < heads; h++) {
                const float *weights = scores + h * wide;
                float scale = softmax(scores + h * wide, n);
                mix(size, key_value + width + h * size, 2 * width, weights, 0, n, scale, found + h * size);
                mix(edges, geometry + i * n * edges, edges, weights, 0, n, scale, found + width + h * edges);
            }
        }
        queries += n * width;
        key_value += n * 2 * width;
        geometry += n * n * edges;
        biases += e->layers * heads * n * wide;
        free(keys);
    }
    return 0;
}

/* Encode expressions of `sizes` strokes each.

   points `(strokes, points, features)`, strokes `(strokes, …)`, pairs `(pairs of strokes, …)`: features, those of all
   expressions behind each other. Gives `encoded` `(strokes, width)` and `geometry` `(pairs, lying)`. */
int64_t encode(const Encoder *e, int64_t expressions, const int64_t *sizes, const float *points, const float *strokes,
               const float *of_pairs, float *encoded, float *geometry)
{
    int64_t n = 0, pairs = 0, turned = 0, width = e->width, logits = e->biases.out;
    for (int64_t i = 0; i < expressions; i++) {
        n += sizes[i];
        pairs += sizes[i] * sizes[i];
        turned += logits * sizes[i] * up(sizes[i]);
    }
    int64_t length = e->points / 4, part = 4 * e->features;
    int64_t widest = e->shape[1].in > e->shape[0].in ? e->shape[1].in : e->shape[0].in;
    int64_t hidden = e->blocks[0].inner.out, all = e->blocks[0].out.in;
    int64_t per_stroke = length * (widest + e->shape[0].out + e->shape[1].out) + e->place[0].out + 4 * width + all + hidden;
    int64_t per_pair = e->geometry[0].out > logits ? e->geometry[0].out : logits;
    float *room = malloc((n * per_stroke + pairs * per_pair + turned) * sizeof(float));
    if (!room) return NO_MEMORY;
    float *beside = room, *first = beside + n * length * widest, *second = first + n * length * e->shape[0].out;
    float *placed = second + n * length * e->shape[1].out, *normed = placed + n * e->place[0].out;
    float *queries = normed + n * width, *key_value = queries + n * width, *found = key_value + 2 * n * width;
    float *inner = found + n * all;
    float *of_pair = inner + n * hidden, *biases = of_pair + pairs * per_pair;

    dense(&e->geometry[0], of_pairs, pairs, SILU, of_pair);
    dense(&e->geometry[1], of_pair, pairs, SILU, geometry);
    dense(&e->biases, geometry, pairs, SET, of_pair);
    float *to = biases;
    const float *from = of_pair;
    for (int64_t one = 0; one < expressions; one++) {
        int64_t size = sizes[one], wide = up(size);
        for (int64_t i = 0; i < size; i++)
            for (int64_t j = 0; j < size; j++)
                for (int64_t k = 0; k < logits; k++) to[(k * size + i) * wide + j] = *from++;
        to += logits * size * wide;
    }
    with_neighbours(points, n, length, part, beside);
    dense(&e->shape[0], beside, n * length, SILU, first);
    with_neighbours(first, n, length, e->shape[0].out, beside);
    dense(&e->shape[1], beside, n * length, SILU, second);
    dense(&e->shape[2], second, n, SET, encoded);
    dense(&e->place[0], strokes, n, SILU, placed);
    dense(&e->place[1], placed, n, ADD, encoded);
    for (int64_t i = 0; i < e->layers; i++) {
        const Block *b = e->blocks + i;
        normalise(&b->norm, encoded, n, width, normed);
        dense(&b->query, normed, n, SET, queries);
        dense(&b->key_value, normed, n, SET, key_value);
        if (encoder_attention(e, b, i, expressions, sizes, geometry, biases, queries, key_value, found)) {
            free(room);
            return NO_MEMORY;
        }
        dense(&b->out, found, n, ADD, encoded);
        normalise(&b->inner_norm, encoded, n, width, normed);
        dense(&b->inner, normed, n, SILU, inner);
        dense(&b->outer, inner, n, ADD, encoded);
    }
    normalise(&e->norm, encoded, n, width, encoded);
    free(room);
    return 0;
}

/* ---- the decoder ---- */

typedef struct {
    Norm self_norm, cross_norm, inner_norm;
    Layer query, key_value, self_out, asking, seeking, finding, inner, outer;
} Step;

/* `lying` numbers say how a stroke lies to another; that it is the anchor, and written, are two more. */
typedef struct {
    int64_t width, heads, layers, lying, tokens, relations;
    const float *previous, *relation, *places; /* embeddings; those of the rows, with the bias of the anchors */
    const Step *steps;
    Norm norm;
    Layer hidden, asking, seeking, token;
} Decoder;

/* m tokens of an expression of n strokes, see `decoder.py`. */
typedef struct {
    int64_t n, m, before, read, room, stride;
    const float *of_strokes;                /* (n, stride): keys and values of each layer, then these three */
    int64_t pointer_keys, anchors, pointed; /* where they begin in a row */
    const float *keys, *turned_pointer_keys;/* (layers, width, up(n)); (width, up(n)) */
    const float *geometry, *turned_geometry;/* (n, n, lying); (n, lying, up(n)) */
    const int64_t *previous, *relations, *rows;
    const float *positions, *hung, *written;/* (m, width); (m, n) of 0 and 1: strokes of the anchor, and written ones */
    const uint8_t *sees;                    /* (m, read): which of those that were read each token sees */
    float *known_keys, *known_values;       /* (layers, room, width): of those that were read, and of these */
    float *pointers;                        /* (m, n): logits of the strokes, an answer */
} View;

/* How all strokes lie to the strokes of an anchor: `(n, lying)`, and turned. */
typedef struct {
    uint64_t hash;
    int64_t row;
    const float *lying, *turned;
    float *own;
} Anchor;

static uint64_t hash_of(const float *x, int64_t n)
{
    uint64_t hash = 1469598103934665603u;
    for (int64_t i = 0; i < n; i++) hash = (hash ^ (x[i] != 0)) * 1099511628211u;
    return hash;
}

static Anchor anchor_of(const Decoder *d, const View *v, int64_t row)
{
    const float *hung = v->hung + row * v->n;
    int64_t n = v->n, size = n * d->lying, wide = d->lying * up(n), count = 0, last = 0;
    for (int64_t j = 0; j < n; j++)
        if (hung[j] != 0) {
            count++;
            last = j;
        }
    Anchor a = {hash_of(hung, n), row, v->geometry + last * size, v->turned_geometry + last * wide, 0};
    if (count == 1) return a;
    a.own = calloc(size + wide, sizeof(float));
    a.lying = a.own;
    a.turned = a.own + size;
    if (!a.own) return a;
    for (int64_t j = 0; j < n; j++)
        if (hung[j] != 0) {
            for (int64_t k = 0; k < size; k++) a.own[k] += v->geometry[j * size + k] / count;
            for (int64_t k = 0; k < wide; k++) a.own[size + k] += v->turned_geometry[j * wide + k] / count;
        }
    return a;
}

/* What the tokens of a view are before the first layer, and to which anchor each belongs. */
static int64_t begin(const Decoder *d, const View *v, float *x, Anchor *anchors, int32_t *anchor, int64_t *found)
{
    int64_t n = v->n, width = d->width;
    *found = 0;
    for (int64_t i = 0; i < v->m; i++, x += width) {
        const float *hung = v->hung + i * n;
        if (v->previous[i] < 0 || v->previous[i] >= d->tokens || v->relations[i] < 0 ||
            v->relations[i] >= d->relations || v->rows[i] < 0 || v->rows[i] >= d->relations)
            return NO_SUCH_INDEX;
        const float *token = d->previous + v->previous[i] * width, *relation = d->relation + v->relations[i] * width;
        const float *place = d->places + v->rows[i] * width, *position = v->positions + i * width;
        for (int64_t k = 0; k < width; k++) x[k] = token[k] + relation[k] + place[k] + position[k];
        float count = 0;
        for (int64_t j = 0; j < n; j++) count += hung[j] != 0;
        for (int64_t j = 0; j < n; j++)
            if (hung[j] != 0) {
                const float *own = v->of_strokes + j * v->stride + v->anchors;
                for (int64_t k = 0; k < width; k++) x[k] += own[k] / count;
            }
        uint64_t hash = hash_of(hung, n);
        int64_t a = 0;
        for (; a < *found; a++)
            if (anchors[a].hash == hash && !memcmp(v->hung + anchors[a].row * n, hung, n * sizeof(float))) break;
        anchor[i] = a;
        if (a == *found) {
            anchors[a] = anchor_of(d, v, i);
            *found += 1;
            if (!anchors[a].lying) return NO_MEMORY;
        }
    }
    return 0;
}

/* What the tokens find in those before them. */
static void self_attention(const Decoder *d, const View *v, int64_t layer, const float *queries,
                           const float *key_value, int32_t *seen, float *scores, float *found)
{
    int64_t width = d->width, heads = d->heads, size = width / heads, most = up(v->read);
    float *keys = v->known_keys + layer * v->room * width, *values = v->known_values + layer * v->room * width;
    for (int64_t i = 0; i < v->m; i++) {
        memcpy(keys + (v->before + i) * width, key_value + 2 * i * width, width * sizeof(float));
        memcpy(values + (v->before + i) * width, key_value + (2 * i + 1) * width, width * sizeof(float));
    }
    for (int64_t i = 0; i < v->m; i++, queries += width, found += width) {
        const uint8_t *sees = v->sees + i * v->read;
        int64_t count = 0;
        for (int64_t t = 0; t < v->read; t++) {
            seen[count] = t;
            count += sees[t] != 0;
        }
        for (int64_t t = 0; t < count; t++)
            for (int64_t h = 0; h < heads; h++)
                scores[h * most + t] = dot(size, queries + h * size, keys + seen[t] * width + h * size);
        for (int64_t h = 0; h < heads; h++) {
            float scale = softmax(scores + h * most, count);
            mix(size, values + h * size, width, scores + h * most, seen, count, scale, found + h * size);
        }
    }
}

/* What the tokens find in the strokes, and in how these lie to the anchor: found `(m, width + heads (lying + 2))`. */
static void cross_attention(const Decoder *d, const View *v, int64_t layer, const float *asked, const float *sought,
                            const Anchor *anchors, const int32_t *anchor, float *scores, float *found)
{
    int64_t n = v->n, wide = up(n), width = d->width, heads = d->heads, size = width / heads, lying = d->lying;
    int64_t edges = lying + 2;
    const float *values = v->of_strokes + (2 * layer + 1) * width;
    for (int64_t i = 0; i < v->m; i++, asked += width, sought += heads * edges, found += width + heads * edges) {
        const Anchor *a = anchors + anchor[i];
        const float *hung = v->hung + i * n, *written = v->written + i * n;
        for (int64_t h = 0; h < heads; h++) {
            float is_anchor = sought[h * edges + lying], is_written = sought[h * edges + lying + 1];
            for (int64_t j = 0; j < n; j++) scores[h * wide + j] = is_anchor * hung[j] + is_written * written[j];
            for (int64_t j = n; j < wide; j++) scores[h * wide + j] = 0;
        }
        score(heads, asked, size, size, v->keys + layer * width * wide, size * wide, n, scores);
        score(heads, sought, lying, edges, a->turned, 0, n, scores);
        for (int64_t h = 0; h < heads; h++) {
            float *weights = scores + h * wide, *of_edges = found + width + h * edges;
            float scale = softmax(weights, n), on_anchor = 0, on_written = 0;
            mix(size, values + h * size, v->stride, weights, 0, n, scale, found + h * size);
            mix(lying, a->lying, lying, weights, 0, n, scale, of_edges);
            for (int64_t j = 0; j < n; j++) {
                on_anchor += weights[j] * hung[j];
                on_written += weights[j] * written[j];
            }
            of_edges[lying] = on_anchor * scale;
            of_edges[lying + 1] = on_written * scale;
        }
    }
}

/* Logits of the strokes, and what those that are pointed at add to the hidden layer of the tokens. */
static void point(const Decoder *d, const View *v, const float *asked, const float *sought, const Anchor *anchors,
                  const int32_t *anchor, float *scores, float *pointed, float *hidden)
{
    int64_t n = v->n, width = d->width, lying = d->lying;
    for (int64_t i = 0; i < v->m; i++, asked += width, sought += lying + 2, hidden += width) {
        const Anchor *a = anchors + anchor[i];
        const float *hung = v->hung + i * n, *written = v->written + i * n;
        for (int64_t j = 0; j < n; j++) scores[j] = sought[lying] * hung[j] + sought[lying + 1] * written[j];
        for (int64_t j = n; j < up(n); j++) scores[j] = 0;
        score_of(1, asked, width, 0, v->turned_pointer_keys, 0, n, scores);
        score_of(1, sought, lying, 0, a->turned, 0, n, scores);
        memcpy(v->pointers + i * n, scores, n * sizeof(float));
        float scale = softmax(scores, n);
        mix_of(width, v->of_strokes + v->pointed, v->stride, scores, 0, n, scale, pointed);
        int64_t k = 0;
        for (; k + LANES <= width; k += LANES) put(hidden + k, silu(at(hidden + k) + at(pointed + k)));
        for (; k < width; k++) hidden[k] = silu(splat(hidden[k] + pointed[k]))[0];
    }
}

/* Read the tokens of some expressions, all in all m; gives the logits of those after them, `(m, tokens)`. */
int64_t read_tokens(const Decoder *d, int64_t count, const View *views, float *logits)
{
    int64_t m = 0, widest = 0, longest = 0, width = d->width, error = 0;
    for (int64_t i = 0; i < count; i++) {
        m += views[i].m;
        widest = views[i].n > widest ? views[i].n : widest;
        longest = views[i].read > longest ? views[i].read : longest;
    }
    const Step *s = d->steps;
    int64_t all = s->finding.in, most = up(longest > widest ? longest : widest);
    int64_t wide = s->inner.out > 3 * width ? s->inner.out : 3 * width; /* all that x is multiplied with at once */
    wide = s->seeking.out + width > wide ? s->seeking.out + width : wide;
    float *x = malloc((m * (2 * width + wide + all) + d->heads * most + width) * sizeof(float));
    Anchor *anchors = malloc(m * sizeof(Anchor));
    int32_t *anchor = malloc((m + longest + 1) * sizeof(int32_t));
    int64_t *anchors_of = malloc(count * sizeof(int64_t)), known = 0;
    if (!x || !anchors || !anchor || !anchors_of) error = NO_MEMORY;
    float *normed = x + m * width, *first = normed + m * width, *second = first + m * width, *found = first + m * wide;
    float *scores = found + m * all, *pointed = scores + d->heads * most;
    int32_t *seen = anchor + m;
    for (int64_t i = 0, row = 0; i < count && !error; row += views[i++].m) {
        anchors_of[i] = known;
        int64_t own = 0;
        error = begin(d, views + i, x + row * width, anchors + known, anchor + row, &own);
        known += own;
    }
    for (int64_t layer = 0; layer < d->layers && !error; layer++, s++) {
        normalise(&s->self_norm, x, m, width, normed);
        dense(&s->query, normed, m, SET, first);
        dense(&s->key_value, normed, m, SET, second);
        for (int64_t i = 0, row = 0; i < count; row += views[i++].m)
            self_attention(d, views + i, layer, first + row * width, second + row * 2 * width, seen, scores,
                           found + row * width);
        dense(&s->self_out, found, m, ADD, x);
        normalise(&s->cross_norm, x, m, width, normed);
        dense(&s->asking, normed, m, SET, first);
        dense(&s->seeking, x, m, SET, second); /* before which there is no norm */
        for (int64_t i = 0, row = 0; i < count; row += views[i++].m)
            cross_attention(d, views + i, layer, first + row * width, second + row * s->seeking.out,
                            anchors + anchors_of[i], anchor + row, scores, found + row * all);
        dense(&s->finding, found, m, ADD, x);
        normalise(&s->inner_norm, x, m, width, normed);
        dense(&s->inner, normed, m, SILU, first);
        dense(&s->outer, first, m, ADD, x);
    }
    if (!error) {
        normalise(&d->norm, x, m, width, normed);
        dense(&d->hidden, normed, m, SET, found);
        dense(&d->asking, normed, m, SET, first);
        dense(&d->seeking, normed, m, SET, second);
        for (int64_t i = 0, row = 0; i < count; row += views[i++].m)
            point(d, views + i, first + row * width, second + row * d->seeking.out, anchors + anchors_of[i],
                  anchor + row, scores, pointed, found + row * width);
        dense(&d->token, found, m, SET, logits);
    }
    for (int64_t i = 0; i < known; i++) free(anchors[i].own);
    free(x);
    free(anchors);
    free(anchor);
    free(anchors_of);
    return error;
}
