// page.c - copies of answers.
// SPDX-License-Identifier: Apache-2.0
#include "views/page.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"

void page_init(struct page *p)
{
    *p = (struct page){0};
    arena_init(&p->mem, PAGE_BYTES);
}

void page_free(struct page *p)
{
    arena_free(&p->mem);
    free(p->cell);
    free(p->id);
    *p = (struct page){0};
}

// First column of a row as the toolkit's id: a keyless hash, good within this process.
static struct rowid id_of(struct span s)
{
    uint64_t lo = hash64(1, s), hi = hash64(2, s);
    struct rowid id;

    memcpy(id.b, &lo, sizeof(lo));
    memcpy(id.b + sizeof(lo), &hi, sizeof(hi));
    return id;
}

static bool reserve(struct page *p, size_t rows, size_t ncols)
{
    if (rows * ncols > p->cap) {
        struct span *cell = realloc(p->cell, rows * ncols * sizeof(*cell));

        if (!cell) {
            return false;
        }
        p->cell = cell;
        p->cap = rows * ncols;
    }
    if (rows > p->id_cap) {
        struct rowid *id = realloc(p->id, rows * sizeof(*id));

        if (!id) {
            return false;
        }
        p->id = id;
        p->id_cap = rows;
    }
    return true;
}

bool page_append(struct page *p, const struct desk_answer *a)
{
    size_t n = a->nrows;

    if (p->nrows + n > PAGE_ROWS) {
        n = PAGE_ROWS - p->nrows;
        p->cut = true;
    }
    if ((p->nrows && a->ncols != p->ncols) || !reserve(p, p->nrows + n, a->ncols)) {
        return false;
    }
    p->ncols = a->ncols;
    for (size_t i = 0; i < n * a->ncols; i++) {
        p->cell[p->nrows * p->ncols + i] = arena_span(&p->mem, a->cell[i]);
    }
    for (size_t i = 0; i < n; i++) {
        p->id[p->nrows + i] = id_of(a->ncols ? a->cell[i * a->ncols] : SPAN_NONE);
    }
    p->nrows += n;
    p->filled = true;
    p->cut = p->cut || !arena_ok(&p->mem);
    return true;
}

bool page_set(struct page *p, const struct desk_answer *a)
{
    arena_reset(&p->mem);
    p->query = a->query;
    p->nrows = 0;
    p->cut = false;
    return page_append(p, a);
}

void page_swap(struct page *a, struct page *b)
{
    struct page keep = *a;

    *a = *b;
    *b = keep;
}

struct span page_get(const struct page *p, size_t row, const char *column)
{
    int col = p->filled && row < p->nrows ? desk_column(p->query, column) : -1;

    return col >= 0 && (size_t)col < p->ncols ? p->cell[row * p->ncols + (size_t)col] : SPAN_NONE;
}

const char *page_str(const struct page *p, size_t row, const char *column, char *out, size_t size)
{
    struct span s = page_get(p, row, column);
    size_t n = s.n < size ? s.n : size - 1;

    if (n) {
        memcpy(out, s.p, n);
    }
    out[n] = '\0';
    return out;
}

uint64_t page_u64(const struct page *p, size_t row, const char *column)
{
    uint64_t v;

    return span_u64(page_get(p, row, column), &v) ? v : 0;
}

utime_t page_time(const struct page *p, size_t row, const char *column)
{
    utime_t t;

    return utime_iso(page_get(p, row, column), 0, &t, NULL) ? t : UTIME_NONE;
}

bool page_bool(const struct page *p, size_t row, const char *column)
{
    return span_eq_str(page_get(p, row, column), "t");
}

size_t page_find(const struct page *p, const struct rowid *id)
{
    size_t i = 0;

    while (i < p->nrows && !rowid_eq(&p->id[i], id)) {
        i++;
    }
    return i;
}
