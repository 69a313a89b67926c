// wants.c - wanted names as a tree over keys in one hash table.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/wants.h"

#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/ends.h"

enum { MEMORY_MAX = 256 << 20 };

// One step down.
struct edge {
    struct ends ends;
    const char *key;
    uint32_t n, parent, child;
};

struct wants {
    struct arena arena;
    struct span *name;
    size_t n, cap;
    struct wants_node *node;
    size_t nnodes, cnodes;
    struct edge *edge;
    size_t nedges, cedges;
    uint32_t
        *slot; // edge + 1, open addressing; at most a quarter full, since most keys are unknown
    size_t mask;
};

static inline size_t hash_of(uint32_t parent, struct span key, struct ends e)
{
    return (size_t)ends_hash(e, key.n, parent);
}

static inline bool same(const struct edge *e, uint32_t parent, struct span key, struct ends ends)
{
    return e->ends.head == ends.head && e->ends.tail == ends.tail && e->n == key.n &&
           e->parent == parent && ends_between_eq(e->key, key);
}

uint32_t wants_child(const struct wants *w, uint32_t node, struct span key)
{
    struct ends ends = ends_of(key);
    size_t i;

    if (!w->slot) {
        return WANTS_NONE;
    }
    for (i = hash_of(node, key, ends) & w->mask; w->slot[i]; i = (i + 1) & w->mask) {
        const struct edge *e = &w->edge[w->slot[i] - 1];

        if (same(e, node, key, ends)) {
            return e->child;
        }
    }
    return WANTS_NONE;
}

struct wants_node wants_at(const struct wants *w, uint32_t node)
{
    return w->node[node];
}

static bool grow(struct wants *w)
{
    size_t n = w->slot ? (w->mask + 1) * 2 : 1024;
    uint32_t *slot = arena_array(&w->arena, n, sizeof(*slot));

    if (!slot) {
        return false;
    }
    w->slot = slot;
    w->mask = n - 1;
    for (uint32_t k = 0; k < w->nedges; k++) {
        const struct edge *e = &w->edge[k];
        size_t i = hash_of(e->parent, span_of(e->key, e->n), e->ends) & w->mask;

        while (slot[i]) {
            i = (i + 1) & w->mask;
        }
        slot[i] = k + 1;
    }
    return true;
}

static uint32_t add_node(struct wants *w)
{
    w->node = arena_grow(&w->arena, w->node, w->nnodes, &w->cnodes, sizeof(*w->node));
    if (!w->node) {
        return WANTS_NONE;
    }
    w->node[w->nnodes] = (struct wants_node){.id = WANTS_NONE};
    return (uint32_t)w->nnodes++;
}

static bool add_edge(struct wants *w, uint32_t parent, struct span key, uint32_t child)
{
    struct edge e = {
        .ends = ends_of(key), .key = key.p, .n = (uint32_t)key.n, .parent = parent, .child = child};
    size_t i;

    if (4 * (w->nedges + 1) > w->mask && !grow(w)) {
        return false;
    }
    w->edge = arena_grow(&w->arena, w->edge, w->nedges, &w->cedges, sizeof(*w->edge));
    if (!w->edge) {
        return false;
    }
    w->edge[w->nedges++] = e;
    i = hash_of(parent, key, e.ends) & w->mask;
    while (w->slot[i]) {
        i = (i + 1) & w->mask;
    }
    w->slot[i] = (uint32_t)w->nedges;
    w->node[parent].inner = true;
    return true;
}

// The node of a name or of its part before a dot. A new one gets an edge from the root and from every
// part of it before a dot: those are there already.
static uint32_t make_node(struct wants *w, struct span path)
{
    uint32_t node = wants_child(w, WANTS_ROOT, path);

    if (node != WANTS_NONE) {
        return node;
    }
    node = add_node(w);
    if (node == WANTS_NONE || !add_edge(w, WANTS_ROOT, path, node)) {
        return WANTS_NONE;
    }
    for (size_t i = 1; i < path.n; i++) {
        if (path.p[i] == '.' && !add_edge(w, wants_child(w, WANTS_ROOT, span_sub(path, 0, i)),
                                          span_sub(path, i + 1, path.n), node)) {
            return WANTS_NONE;
        }
    }
    return node;
}

struct wants *wants_new(void)
{
    struct wants *w = calloc(1, sizeof(*w));

    if (!w) {
        return NULL;
    }
    arena_init(&w->arena, MEMORY_MAX);
    // an object under an empty key: its fields stand where it stands
    if (add_node(w) == WANTS_NONE || !add_edge(w, WANTS_ROOT, SPAN_NONE, WANTS_ROOT)) {
        wants_free(w);
        return NULL;
    }
    return w;
}

void wants_free(struct wants *w)
{
    if (w) {
        arena_free(&w->arena);
        free(w);
    }
}

static size_t dots(struct span s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        n += s.p[i] == '.';
    }
    return n;
}

uint32_t wants_add(struct wants *w, struct span name)
{
    uint32_t node = WANTS_NONE;
    struct span kept;

    if (name.n == 0 || name.n > WANTS_NAME_LEN || dots(name) > WANTS_DOTS_MAX) {
        return WANTS_NONE;
    }
    node = wants_child(w, WANTS_ROOT, name);
    if (node != WANTS_NONE && w->node[node].id != WANTS_NONE) {
        return w->node[node].id;
    }
    if (w->n == WANTS_NAMES_MAX) {
        return WANTS_NONE;
    }
    kept = span_of(arena_str(&w->arena, name), name.n);
    w->name = arena_grow(&w->arena, w->name, w->n, &w->cap, sizeof(*w->name));
    for (size_t i = 1; arena_ok(&w->arena) && i < kept.n; i++) {
        if (kept.p[i] == '.') {
            (void)make_node(w, span_sub(kept, 0, i));
        }
    }
    node = arena_ok(&w->arena) ? make_node(w, kept) : WANTS_NONE;
    if (node == WANTS_NONE || !arena_ok(&w->arena)) {
        return WANTS_NONE;
    }
    w->name[w->n] = kept;
    w->node[node].id = (uint32_t)w->n;
    return (uint32_t)w->n++;
}

bool wants_seal(struct wants *w)
{
    return arena_ok(&w->arena);
}

size_t wants_count(const struct wants *w)
{
    return w->n;
}

struct span wants_name(const struct wants *w, uint32_t id)
{
    return w->name[id];
}

uint32_t wants_find(const struct wants *w, struct span name)
{
    uint32_t node = name.n ? wants_child(w, WANTS_ROOT, name) : WANTS_NONE;

    return node == WANTS_NONE ? WANTS_NONE : w->node[node].id;
}
