/* The decoder. */

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
