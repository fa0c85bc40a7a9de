/* The encoder. */

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

   points `(strokes, points, features)`, strokes `(strokes, …)`, of_pairs `(pairs of strokes, …)`: features, those of
   all expressions behind each other. Gives `encoded` `(strokes, width)` and `geometry` `(pairs, lying)`. */
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
    int64_t per_stroke = length * (widest + e->shape[0].out + e->shape[1].out) + e->place[0].out;
    per_stroke += 4 * width + all + hidden;
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
