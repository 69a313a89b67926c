// keyword.c - runs of bytes that JSON leaves as they are.
// SPDX-License-Identifier: Apache-2.0
//
// A JSON string may write any character as \uXXXX, and the quotation mark, both slashes and the controls
// as a backslash and one more byte (RFC 8259, 7). Letters, digits and a few signs have no other form than
// themselves and their number, and no writer of JSON gives them by number but to hide something. A text
// that was JSON within JSON is a field of its own and no part of the record's text; it is looked at as is.
#include "core/detect/keyword.h"

// The bytes of a run, in lower case. Signs that writers escape for the sake of HTML are not among them.
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(" ._-:,;=()", c));
}

static struct span plain_run(struct span text)
{
    struct span best = SPAN_NONE;

    for (size_t i = 0, k; i < text.n; i = k + 1) {
        for (k = i; k < text.n && is_plain(text.p[k]); k++) {
        }
        if (k - i > best.n) {
            best = span_sub(text, i, k - i);
        }
    }
    return best;
}

// What letters by number begin with: those of a run, and all.
static const struct span low_number = SPAN_LIT("\\u00"), any_number = SPAN_LIT("\\u");

// Runs that are asked one by one: the record need not be folded for that.
static void make_few(struct keyword_probe *p)
{
    struct span text[FEW_MAX];

    for (size_t i = 0; i < p->nkeys && i < FEW_MAX; i++) {
        text[i] = p->key[i].text;
    }
    if (p->nkeys <= FEW_MAX && !p->lane->wide) {
        few_make(&p->few, text, p->nkeys);
    }
}

bool keyword_build(struct arena *a, const struct lane *l, struct keyword_probe *ret)
{
    *ret = (struct keyword_probe){.key = arena_array(a, l->nkeys + 1, sizeof(*ret->key))};
    for (size_t i = 0; ret->key && i < l->nkeys; i++) {
        struct span run = plain_run(l->key[i].text);

        if (l->key[i].kind == COVER_WIDE) {
            continue;
        }
        if (l->key[i].kind != COVER_PART || run.n < COVER_LEAST) {
            return true;
        }
        ret->key[ret->nkeys++] = (struct lane_key){.text = run, .kind = COVER_PART};
    }
    if (!ret->key) {
        return false;
    }
    ret->key[ret->nkeys++] =
        (struct lane_key){.text = l->wide ? any_number : low_number, .kind = COVER_PART};
    ret->lane = l;
    make_few(ret);
    return grams_build(a, &ret->grams, ret->key, ret->nkeys, COVER_PART);
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The number of \uXXXX at `at`, in lower case; -1 when there is none.
static int number_at(struct span low, size_t at)
{
    int n = 0;

    if (low.n - at < 6) {
        return -1;
    }
    for (size_t i = at + 2; n >= 0 && i < at + 6; i++) {
        int h = hex_of(low.p[i]);

        n = h < 0 ? -1 : n * 16 + h;
    }
    return n;
}

// Whether a letter of a run stands there by number, or where that is asked for one beyond ASCII.
static bool hides(struct span low, bool wide)
{
    size_t at = 0;

    while (at < low.n) {
        int n;

        at += span_find_span(span_sub(low, at, low.n), any_number);
        n = at < low.n ? number_at(low, at) : -1;
        n = n >= 'A' && n <= 'Z' ? n | 0x20 : n;
        if ((n >= 0 && n < 0x80 && is_plain((char)n)) || (n >= 0x80 && wide)) {
            return true;
        }
        at++;
    }
    return false;
}

struct found {
    const struct keyword_probe *p;
    bool run, number;
};

static void note(void *ctx, const struct lane_key *k)
{
    struct found *f = ctx;

    if (k == &f->p->key[f->p->nkeys - 1]) {
        f->number = true;
    } else {
        f->run = true;
    }
}

static void note_any(void *ctx, const struct lane_key *k)
{
    (void)k;
    *(bool *)ctx = true;
}

static bool within(struct span part, struct span whole)
{
    return part.p >= whole.p && part.n <= whole.n && (size_t)(part.p - whole.p) <= whole.n - part.n;
}

// Whether a text has one of the few runs; what has none has no keyword. True where there are more.
static bool few_perhaps(const struct keyword_probe *p, struct span s)
{
    return p->few.n == 0 || few_any(&p->few, s);
}

// Whether one of the fields from..to-1 calls something; what stands in the record was looked for there.
static bool field_calls(const struct keyword_probe *p, const struct event *ev, size_t from,
                        size_t to, const struct leaf_tools *t)
{
    bool called = false;

    for (size_t i = from; !called && i < to; i++) {
        struct value v = {.v = ev->okv[i].v};

        if (v.v.type == V_STR && v.v.s.n && !within(v.v.s, ev->raw) && few_perhaps(p, v.v.s)) {
            struct span low = value_low(&v, t);

            lane_run(p->lane, low, v.ascii, note_any, &called);
        }
    }
    return called;
}

// The fields of a JSON text that was not taken apart wholly need not be looked at.
static bool others_call(const struct keyword_probe *p, const struct event *ev,
                        const struct leaf_tools *t)
{
    return ev->take_all ? field_calls(p, ev, 0, ev->json_from, t) ||
                              field_calls(p, ev, ev->json_to, ev->nokv, t)
                        : field_calls(p, ev, 0, ev->nokv, t);
}

bool keyword_perhaps(const struct keyword_probe *p, const struct event *ev,
                     const struct leaf_tools *t)
{
    struct found f = {p, false, false};
    struct values record;
    struct span low;

    if (!p->lane || (ev->take_all && !within(ev->json, ev->raw))) {
        return true;
    }
    if (!few_perhaps(p, ev->raw)) {
        return others_call(p, ev, t);
    }
    record = t->field(t->ctx, NAME_RECORD);
    if (record.n == 0) {
        return true;
    }
    low = value_low(&record.at[0], t);
    if (low.n != ev->raw.n || (p->lane->wide && !record.at[0].ascii)) {
        return true;
    }
    grams_run(&p->grams, p->key, low, note, &f);
    return f.run || (f.number && ev->take_all && hides(low, p->lane->wide != NULL)) ||
           others_call(p, ev, t);
}
