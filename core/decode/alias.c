// alias.c - which core fields a name that nobody told may stand for.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/alias.h"

#include <stdlib.h>

#include "core/base/hash.h"

enum { MEMO_ENTRIES = 1024, MEMO_NAME = 55 };

struct memo_entry {
    struct alias_found found;
    uint8_t n; // 0: free
    char name[MEMO_NAME];
};

struct alias_memo {
    struct memo_entry entry[MEMO_ENTRIES];
};

// Without case and punctuation; empty when too long to be a name worth knowing.
static struct span normal(struct span name, char out[ALIAS_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (c == '_' || c == '-' || c == '.' || c == ' ' || c == '@') {
            continue;
        }
        if (n == ALIAS_MAX) {
            return SPAN_NONE;
        }
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return span_of(out, n);
}

static uint32_t *slot_of(const struct alias_index *x, struct span name)
{
    size_t at = hash64(7, name);

    while (x->bucket[at & (x->cap - 1)] &&
           !span_eq(x->alias[x->bucket[at & (x->cap - 1)] - 1].name, name)) {
        at++;
    }
    return &x->bucket[at & (x->cap - 1)];
}

bool alias_init(struct alias_index *x, struct arena *a, size_t n)
{
    *x = (struct alias_index){.cap = 64};
    while (x->cap < 2 * n) {
        x->cap *= 2;
    }
    x->alias = arena_array(a, n + 1, sizeof(*x->alias));
    x->bucket = arena_array(a, x->cap, sizeof(*x->bucket));
    return x->alias && x->bucket;
}

bool alias_add(struct alias_index *x, struct arena *a, struct span name, unsigned field,
               unsigned rank)
{
    bool alone = name.n > 1 && name.p[0] == '=', ends = name.n > 1 && name.p[0] == '*';
    char text[ALIAS_MAX];
    struct span s = normal(span_sub(name, alone || ends, name.n), text);

    if (s.n == 0 || (ends && s.n == ALIAS_MAX)) {
        return false;
    }
    // one that may end others stands in the index twice: as it is, and with its star
    for (unsigned star = 0; star <= ends; star++) {
        uint32_t *at;

        if (star) {
            memmove(text + 1, text, s.n++);
            text[0] = '*';
        }
        at = slot_of(x, s);
        x->alias[x->n] = (struct alias){
            .name = arena_span(a, s), .field = field, .rank = rank, .alone = alone, .next = *at};
        *at = (uint32_t)++x->n;
    }
    return true;
}

bool alias_stop(struct alias_index *x, struct arena *a, struct span word)
{
    if (x->nstops == ALIAS_STOPS) {
        return false;
    }
    x->stop[x->nstops++] = arena_span(a, word);
    return true;
}

static uint32_t look_up(const struct alias_index *x, struct span name, bool star)
{
    char text[ALIAS_MAX + 1];
    struct span s = normal(name, text + 1);

    if (s.n == 0 || (star && s.n == ALIAS_MAX)) {
        return 0;
    }
    text[0] = '*';
    return *slot_of(x, span_of(s.p - star, s.n + star));
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

// Whether a word of a name begins at i: behind punctuation, or a capital behind a small letter or
// before one ("clientIP", "IPAddress").
static bool begins_word(struct span s, size_t i)
{
    if (i == 0 || strchr("_-. @", s.p[i - 1])) {
        return true;
    }
    return is_upper(s.p[i]) &&
           (!is_upper(s.p[i - 1]) || (i + 1 < s.n && s.p[i + 1] >= 'a' && s.p[i + 1] <= 'z'));
}

// Where the word or the punctuation that begins at i ends.
static size_t word_end(struct span s, size_t i)
{
    for (i++; i < s.n && !strchr("_-. @", s.p[i]) && !begins_word(s, i);) {
        i++;
    }
    return i;
}

static bool is_stop(const struct alias_index *x, struct span word)
{
    for (size_t i = 0; i < x->nstops; i++) {
        if (span_eq_nocase(x->stop[i], word)) {
            return true;
        }
    }
    return false;
}

// Counts the words; 0 when one of them turns the meaning of what is behind it.
static size_t count_words(const struct alias_index *x, struct span name)
{
    size_t words = 0;

    for (size_t i = 0, end; i < name.n; i = end) {
        end = word_end(name, i);
        if (is_stop(x, span_sub(name, i, end - i))) {
            return 0;
        }
        words += !strchr("_-. @", name.p[i]);
    }
    return words;
}

// `tail` is the longest end of the name, from a word on, that is an alias.
static struct alias_found search(const struct alias_index *x, struct span name)
{
    struct alias_found f = {.whole = look_up(x, name, false)};
    size_t dot = name.n, words = count_words(x, name), left = words;

    while (dot && name.p[dot - 1] != '.') {
        dot--;
    }
    if (words == 0) {
        return f;
    }
    f.part = dot ? look_up(x, span_sub(name, dot, name.n), false) : 0;
    for (size_t i = word_end(name, 0); i < name.n && !f.tail; i = word_end(name, i)) {
        if (!strchr("_-. @", name.p[i])) {
            left--;
            f.tail = i == dot ? 0 : look_up(x, span_sub(name, i, name.n), left < 2);
            f.dropped = (unsigned)(words - left);
        }
    }
    return f;
}

struct alias_memo *alias_memo_new(void)
{
    return calloc(1, sizeof(struct alias_memo));
}

void alias_memo_free(struct alias_memo *m)
{
    free(m);
}

// Of the first and the last bytes and the length: names of one record differ in them.
static size_t place_of(struct span name)
{
    uint64_t head = 0, tail = 0;

    if (name.n >= 8) {
        memcpy(&head, name.p, 8);
        memcpy(&tail, name.p + name.n - 8, 8);
    } else {
        memcpy(&head, name.p, name.n);
    }
    head = (head ^ tail * 0x9e3779b97f4a7c15ULL ^ name.n) * 0xbf58476d1ce4e5b9ULL;
    return (size_t)(head >> 32) % MEMO_ENTRIES;
}

struct alias_found alias_find(const struct alias_index *x, struct alias_memo *m, struct span name)
{
    struct memo_entry *e;

    if (name.n == 0 || name.n > MEMO_NAME) {
        return search(x, name);
    }
    e = &m->entry[place_of(name)];
    if (e->n != name.n || memcmp(e->name, name.p, name.n) != 0) {
        e->found = search(x, name);
        e->n = (uint8_t)name.n;
        memcpy(e->name, name.p, name.n);
    }
    return e->found;
}
