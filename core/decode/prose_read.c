// prose_read.c - reading the rows of `prose`.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/prose_rows.h"

static const char *const as_names[AS_COUNT] = {"address",  "word", "quoted",  "url",    "listed",
                                               "mnemonic", "code", "account", "request"};

static int read_as(struct loader *l, const struct ynode *n, struct prose_row *r)
{
    for (int i = 0; n && i < AS_COUNT; i++) {
        if (span_eq_str(y_text(n), as_names[i])) {
            r->as = (enum as)i;
            return 0;
        }
    }
    return read_fault(l, n, "source.prose", "no kind of value has this name",
                      n ? y_text(n) : SPAN_NONE);
}

static int add_cue(struct loader *l, const struct ynode *n, struct prose *p, size_t row,
                   struct span word)
{
    size_t at = hash_nocase(word) % CUE_BUCKETS;

    if (p->ncues == CUES_MAX || word.n == 0 || word.n > CUE_LONGEST) {
        return read_fault(l, n, "source.prose",
                          "more than 512 words, or one that is empty or longer than 24 bytes",
                          word);
    }
    p->first[word.n] |= prose_letter(word.p[0]);
    p->cue[p->ncues++] = (struct cue){.word = word, .row = (uint16_t)row, .next = p->bucket[at]};
    p->bucket[at] = (uint16_t)p->ncues;
    return 0;
}

// The words that a row looks for: its cues, or the values themselves.
static int read_cues(struct loader *l, const struct ynode *n, struct prose *p, size_t row,
                     const struct prose_row *r)
{
    const struct lookup *t = r->as == AS_LISTED ? r->way.lookup : NULL;
    const struct ynode *words = y_get(n, "words");
    const struct span *word = NULL;
    size_t count = 0;
    int rc = words ? read_texts(l, words, &word, &count) : 0;

    for (size_t i = 0; !rc && i < count; i++) {
        rc = add_cue(l, words, p, row, word[i]);
    }
    for (size_t i = 0; !rc && t && i < t->cap; i++) {
        rc = t->pair[i].from.p ? add_cue(l, n, p, row, t->pair[i].from) : 0;
    }
    return rc;
}

static int read_row(struct loader *l, const struct ynode *n, struct prose *p, size_t i,
                    struct prose_row *r)
{
    static const char *const known[] = {"set",  "as",     "words", "after", "then", "address",
                                        "take", "values", "else",  "reach", "cell", NULL};
    const struct ynode *to, *then, *after, *reach, *cell, *address;
    int rc = read_only(l, n, known);

    if (rc) {
        return rc;
    }
    to = y_get(n, "set");
    then = y_get(n, "then");
    after = y_get(n, "after");
    reach = y_get(n, "reach");
    cell = y_get(n, "cell");
    address = y_get(n, "address");
    rc = read_as(l, y_get(n, "as"), r);
    if (!rc && !to) {
        return read_fault(l, n, "source.prose", "\"set\" is missing", SPAN_NONE);
    }
    if (!rc &&
        ((reach && (!y_int(reach, &r->reach) || r->reach < 1)) ||
         (cell && !y_bool(cell, &r->cell)) || (address && !y_bool(address, &r->then_address)))) {
        return read_fault(l, n, "source.prose",
                          "\"reach\" is a number, \"cell\" and \"address\" are true or false",
                          SPAN_NONE);
    }
    rc = rc ? rc : read_field(l, to, y_text(to), &r->to);
    rc = rc || !then ? rc : read_texts(l, then, &r->then, &r->nthen);
    rc = rc || !after ? rc : read_texts(l, after, &r->after, &r->nafter);
    rc = rc ? rc : source_read_ways(l, n, &r->way);
    return rc ? rc : read_cues(l, n, p, i, r);
}

static bool is_mark(enum as as)
{
    return as == AS_URL || as == AS_REQUEST || as == AS_MNEMONIC || as == AS_CODE ||
           as == AS_ACCOUNT;
}

int prose_read(struct loader *l, const struct ynode *n, struct prose **ret)
{
    int rc = n ? read_need(l, n, Y_LIST, "\"prose\"") : 0;
    size_t count = n && !rc ? n->n : 0;
    struct prose *p = read_array(l, 1, sizeof(*p));
    struct prose_row *row = read_array(l, count, sizeof(*row));

    if (!p || !row || !(p->cue = read_array(l, CUES_MAX, sizeof(*p->cue))) ||
        !(p->mark = read_array(l, count, sizeof(*p->mark)))) {
        return read_no_memory(l);
    }
    for (size_t i = 0; !rc && i < count; i++) {
        rc = read_row(l, n->item[i], p, i, &row[i]);
        if (is_mark(row[i].as)) {
            p->mark[p->nmarks++] = (uint16_t)i;
        }
    }
    p->row = row;
    p->n = count;
    *ret = p;
    return rc;
}
