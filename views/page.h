// page.h - a kept answer: rows of text by column name.
// SPDX-License-Identifier: Apache-2.0
//
// A desk answer is valid until the next one; a page is a copy that a view may draw from as long as
// it likes. Columns are asked for by name (core/desk.def is the contract); an unknown name or a row
// beyond the end reads as empty. Bound: PAGE_ROWS rows, PAGE_BYTES bytes; what is beyond is not
// taken, `cut` says so.
#ifndef VIEWS_PAGE_H
#define VIEWS_PAGE_H

#include "core/base/arena.h"
#include "core/base/time.h"
#include "core/desk.h"
#include "tui/table.h"

enum { PAGE_ROWS = 4096, PAGE_BYTES = 16 << 20 };

struct page {
    enum desk_query query;
    struct arena mem;
    struct span *cell; // nrows x ncols
    struct rowid *id;  // of each row
    size_t nrows, ncols, cap, id_cap;
    bool filled; // an answer was taken, were it empty
    bool cut;
};

void page_init(struct page *p);
void page_free(struct page *p);
bool page_set(struct page *p, const struct desk_answer *a);    // replaces; false: no memory
bool page_append(struct page *p, const struct desk_answer *a); // a further keyset page
void page_swap(struct page *a, struct page *b);

struct span page_get(const struct page *p, size_t row, const char *column);
// The cell as a terminated text, cut at the buffer.
const char *page_str(const struct page *p, size_t row, const char *column, char *out, size_t size);
uint64_t page_u64(const struct page *p, size_t row, const char *column); // 0 when it is no number
utime_t page_time(const struct page *p, size_t row, const char *column); // UTIME_NONE likewise
bool page_bool(const struct page *p, size_t row, const char *column);    // "t"

// The row's stable id (first column) as the toolkit's.
static inline struct rowid page_id(const struct page *p, size_t row)
{
    return p->id[row];
}
size_t page_find(const struct page *p, const struct rowid *id); // nrows when it is not there

#endif
