// generic.c - what a record that no source file knows still says.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/attr.h"
#include "core/decode/choose.h"
#include "core/decode/generic_tables.h"
#include "core/decode/labels.h"
#include "core/decode/map.h"
#include "core/decode/take.h"

// A name's last part alone counts behind all whole names, its last words behind those, the fewer of them
// the farther.
enum {
    GUESS_REACH = 2048,
    LABELS_LEAST = 4,
    LABELS_BESIDE_PAIRS = 10, // so many are not the text of a pair's value
    PART_BEHIND = 1000,
    TAIL_BEHIND = 2000,
    DROPPED_BEHIND = 200,
};

struct found {
    size_t n;
    uint8_t field[TARGETS]; // those with a rank
    unsigned rank[TARGETS]; // 0: nothing was found
    const struct okv *o[TARGETS];
    struct words_set said; // words of guesses
};
_Static_assert(TARGETS < UINT8_MAX, "fields fit into a byte");
_Static_assert(TARGETS <= 64 * FIELDSET_WORDS, "one bit a target");

static struct take_ctx take_ctx_of(struct work *w, const struct okv *o)
{
    return (struct take_ctx){.arena = &w->arena,
                             .received = w->in->received,
                             .zone_s = w->in->zone_s,
                             .first = o,
                             .end = o + 1};
}

// Every value of a list that commas join must be one of the table's.
static bool all_listed(const struct lookup *t, struct span v)
{
    while (v.n) {
        if (!lookup_find(t, span_trim(span_cut(&v, ',')))) {
            return false;
        }
    }
    return true;
}

// The value after takes and table; nothing when it is not of the kind that is asked for.
static struct fval run_way(const struct choice *c, struct work *w, const struct okv *o)
{
    struct take_ctx ctx = take_ctx_of(w, o);
    struct fval v = o->v;
    const struct pair *p;

    for (size_t k = 0; k < c->ntakes && v.s.n; k++) {
        v = fval_str(take_run(&c->take[k], v.s, &ctx));
    }
    if (!c->lookup || !v.s.n) {
        return v;
    }
    p = lookup_find(c->lookup, v.s);
    return p ? fval_str(p->to)
           : c->keep || (span_find(v.s, ',') < v.s.n && all_listed(c->lookup, v.s))
               ? v
               : (struct fval){0};
}

enum { NO_ZONE = INT32_MIN };

// "+0100", "+01:00", "-5", "UTC+2", "UTC": seconds east of UTC; NO_ZONE when it is none.
static int zone_of(struct span s)
{
    static const struct span utc = SPAN_LIT("UTC"), gmt = SPAN_LIT("GMT");
    int zone = 0, sign, minutes = 0;
    uint64_t v;

    if (span_starts(s, utc) || span_starts(s, gmt)) {
        s = span_sub(s, 3, s.n);
        if (s.n == 0) {
            return 0;
        }
    }
    if (stamp_zone(s, &zone)) {
        return zone;
    }
    if (s.n < 2 || s.n > 6 || (s.p[0] != '+' && s.p[0] != '-')) {
        return NO_ZONE;
    }
    sign = s.p[0] == '-' ? -1 : 1;
    s = span_sub(s, 1, s.n);
    if (s.n > 2) {
        struct span tail = span_sub(s, s.n - 2, 2);

        s = span_sub(s, 0, s.n - 2);
        s = span_ends(s, SPAN_LIT(":")) ? span_sub(s, 0, s.n - 1) : s;
        if (!span_u64(tail, &v) || v > 59) {
            return NO_ZONE;
        }
        minutes = (int)v;
    }
    return s.n <= 2 && span_u64(s, &v) && v <= 14 ? sign * ((int)v * 3600 + minutes * 60) : NO_ZONE;
}

// A time that records are about: numbers of seconds since 1970 that are durations or counters are none.
static bool is_time(struct work *w, const struct okv *o)
{
    enum { YEAR_2000 = 946684800 };
    utime_t t;

    return stamp_read(&o->v, STAMP_AUTO, w->in->received, w->in->zone_s, &t) &&
           t >= YEAR_2000 * UTIME_SECOND;
}

// Whether a time that is_time() says its zone, or needs none: it is then the same in any.
static bool names_zone(struct work *w, const struct okv *o)
{
    utime_t a, b;

    return stamp_read(&o->v, STAMP_AUTO, w->in->received, 0, &a) &&
           stamp_read(&o->v, STAMP_AUTO, w->in->received, 3600, &b) && a == b;
}

// Some write their own clock's time and, beside it, the same moment with its zone. `o` says no zone: the
// field that does, when it is whole quarters of an hour away, as zones are; else `o`.
static const struct okv *same_moment(const struct generic *g, struct work *w, const struct okv *o)
{
    enum { QUARTER = 15 * 60, WIDEST = 14 * 3600 };
    utime_t at, other;

    if (names_zone(w, o) || !stamp_read(&o->v, STAMP_AUTO, w->in->received, 0, &at)) {
        return o;
    }
    for (size_t i = 0; i < w->fields.n; i++) {
        const struct okv *v = &w->fields.v[i];
        struct alias_found a = alias_find(&g->index, w->aliases, v->name);
        uint32_t first = a.whole ? a.whole : a.part ? a.part : a.tail;
        utime_t gap;

        if (!first || g->index.alias[first - 1].field != TIME_FIELD || !names_zone(w, v) ||
            !stamp_read(&v->v, STAMP_AUTO, w->in->received, 0, &other)) {
            continue;
        }
        gap = (other > at ? other - at : at - other) / UTIME_SECOND;
        if (gap <= WIDEST && gap % QUARTER == 0) {
            return v;
        }
    }
    return o;
}

static void words_also(const struct words *w, struct span text, struct words_set *said)
{
    struct words_set more;

    words_find(w, text, &more);
    for (size_t i = 0; i < ARRAY_LEN(said->w); i++) {
        said->w[i] |= more.w[i];
    }
}

// `closed`: the fields that are known already.
static void look_at(const struct generic *g, uint32_t i, unsigned behind, const struct okv *o,
                    const struct fieldset *closed, struct work *w, struct found *f)
{
    for (; i; i = g->index.alias[i - 1].next) {
        const struct alias *a = &g->index.alias[i - 1];
        unsigned rank = a->rank + behind;

        if (a->field == ABOUT_FIELD) {
            if (!(behind && a->alone)) {
                words_also(&g->words, span_sub(o->v.s, 0, GUESS_REACH), &f->said);
            }
            continue;
        }
        if (fieldset_has(closed, (enum field)a->field) ||
            (f->rank[a->field] && f->rank[a->field] <= rank) || (behind && a->alone) ||
            (a->field == TIME_FIELD   ? !is_time(w, o)
             : a->field == ZONE_FIELD ? zone_of(o->v.s) == NO_ZONE
                                      : run_way(&g->take[a->field], w, o).s.n == 0)) {
            continue;
        }
        if (!f->rank[a->field]) {
            f->field[f->n++] = (uint8_t)a->field;
        }
        f->o[a->field] = o;
        f->rank[a->field] = rank;
    }
}

// What a row of a field gives; nothing when it is not of the field's type.
static struct fval given(struct work *w, const struct generic *g, const struct found *f, unsigned i,
                         enum field to)
{
    struct fval v = f->rank[i] && f->o[i] ? run_way(&g->take[i], w, f->o[i]) : (struct fval){0};

    return field_is_int(to) && v.type != V_INT && !span_i64(v.s, &v.i) ? (struct fval){0} : v;
}

// A field's other rows count where those above them gave nothing.
static void set_rows(struct work *w, const struct generic *g, const struct found *f,
                     struct event *ev)
{
    struct fieldset done = {0};

    for (unsigned k = 0; k < g->nrows; k++) {
        enum field to = g->row[k];
        struct fval v = given(w, g, f, ROW_FIELD + k, to);

        if (v.s.n && !fieldset_has(&done, to) && !given(w, g, f, to, to).s.n) {
            event_set(ev, to, v.type, v.s, v.i);
            fieldset_add(&done, to);
        }
    }
}

static void set_found(struct work *w, const struct generic *g, const struct found *f,
                      struct event *ev)
{
    for (size_t n = 0; n < f->n; n++) {
        unsigned i = f->field[n];

        if (i < FIELD_COUNT && f->o[i]) {
            struct fval v = run_way(&g->take[i], w, f->o[i]);

            event_set(ev, (enum field)i, v.type, v.s, v.i);
        }
    }
    set_rows(w, g, f, ev);
}

// "remote" is the client where a server speaks and the server where a client does: the same field is
// never both ends, and one end is rather the one that asked.
static void part_ends(struct found *f)
{
    static const enum field end[][2] = {{FIELD_SOURCE_IP, FIELD_DESTINATION_IP},
                                        {FIELD_SOURCE_PORT, FIELD_DESTINATION_PORT}};

    for (size_t i = 0; i < ARRAY_LEN(end); i++) {
        if (f->rank[end[i][0]] && f->rank[end[i][1]] && f->o[end[i][0]] == f->o[end[i][1]]) {
            f->o[end[i][1]] = NULL;
        }
    }
}

// A row looks at what the record said, as it said it, where a name of its has given the value.
static void follow_on(struct work *w, const struct generic *g, const struct found *f,
                      struct event *ev)
{
    for (size_t i = 0; i < g->nfollows; i++) {
        const struct follow *r = &g->follow[i];
        struct okv of;
        struct fval v;

        if (!event_has(ev, r->of) || (event_has(ev, r->to) && !r->over) ||
            (r->needs != FIELD_COUNT && !event_has(ev, r->needs))) {
            continue;
        }
        of = (struct okv){.v = ev->field[r->of]};
        v = run_way(&r->way, w, f->rank[r->of] && f->o[r->of] ? f->o[r->of] : &of);
        event_set(ev, r->to, v.type, v.s, v.i);
    }
}

static bool guess_holds(const struct guess *g, const struct words_set *said, const struct event *ev)
{
    return (g->wordless || words_meet(&g->words, said)) && fieldset_within(&g->needs, &ev->mask);
}

// A text says what it is about anywhere; of a record with names those fields tell that are for it, since
// names ("password_changed": false) and other values say nothing.
static void make_guesses(struct work *w, const struct generic *g, struct found *f, struct event *ev)
{
    static const enum field tell[] = {FIELD_EVENT_ACTION, FIELD_EVENT_REASON,  FIELD_EVENT_DATASET,
                                      FIELD_RULE_NAME,    FIELD_RULE_CATEGORY, FIELD_EVENT_CODE};

    bool text = w->text && !w->pairs;

    if (text) {
        words_also(&g->words, span_sub(w->pseudo[SLOT_TEXT].v.s, 0, GUESS_REACH), &f->said);
    }
    for (size_t i = 0; !text && i < ARRAY_LEN(tell); i++) {
        if (event_has(ev, tell[i])) {
            words_also(&g->words, span_sub(ev->field[tell[i]].s, 0, GUESS_REACH), &f->said);
        }
    }
    for (size_t i = 0; i < g->nguesses; i++) {
        if (guess_holds(&g->guess[i], &f->said, ev)) {
            const struct verdict *v = &g->guess[i].verdict;

            for (size_t k = 0; k < v->nset; k++) { // what is known already stays
                if (!event_has(ev, v->set[k].to)) {
                    constants_apply(ev, &v->set[k], 1);
                }
            }
        }
    }
}

// What is known stays: all that a file which knows the form has set; else the syslog header has set
// fields, whose grade the record's own may replace.
static struct fieldset close_known(const struct generic *g, const struct event *ev)
{
    struct fieldset closed = ev->mask;

    if (ev->kind == KIND_RAW) {
        fieldset_drop(&closed, FIELD_EVENT_SEVERITY);
        fieldset_drop(&closed, FIELD_LOG_LEVEL);
    }
    if (ev->time != UTIME_NONE) {
        fieldset_add(&closed, (enum field)TIME_FIELD);
    }
    for (unsigned k = 0; k < g->nrows; k++) {
        if (fieldset_has(&closed, g->row[k])) {
            fieldset_add(&closed, (enum field)(ROW_FIELD + k));
        }
    }
    return closed;
}

void generic_apply(struct work *w, const struct sourceset *set, struct event *ev)
{
    const struct generic *g = set->generic;
    struct span text = w->pseudo[SLOT_TEXT].v.s;
    struct fieldset closed;
    struct found f;
    int zone_s;

    if (!g) {
        return;
    }
    f.n = 0;
    f.said = (struct words_set){0};
    memset(f.rank, 0, sizeof(f.rank));
    closed = close_known(g, ev);
    if (w->text &&
        labels_flatten(text, w->pairs ? LABELS_BESIDE_PAIRS : LABELS_LEAST, &w->fields)) {
        w->pairs = true;
    }
    for (size_t i = 0; i < w->fields.n; i++) {
        const struct okv *o = &w->fields.v[i];
        struct alias_found a = alias_find(&g->index, w->aliases, o->name);

        if (w->text && o->v.s.p == text.p && o->v.s.n >= text.n) {
            continue; // "message" of a text is all of it
        }
        if ((a.whole | a.part | a.tail) && o->v.type != V_NULL && !says_nothing(o->v.s)) {
            const uint32_t way[] = {a.whole, a.part, a.tail};
            const unsigned behind[] = {0, PART_BEHIND, TAIL_BEHIND + a.dropped * DROPPED_BEHIND};

            for (size_t k = 0; k < ARRAY_LEN(way); k++) {
                if (way[k]) {
                    look_at(g, way[k], behind[k], o, &closed, w, &f);
                }
            }
        }
    }
    part_ends(&f);
    set_found(w, g, &f, ev);
    zone_s = f.rank[ZONE_FIELD] ? zone_of(f.o[ZONE_FIELD]->v.s) : w->in->zone_s;
    if (f.rank[TIME_FIELD]) {
        const struct okv *o =
            f.rank[ZONE_FIELD] ? f.o[TIME_FIELD] : same_moment(g, w, f.o[TIME_FIELD]);

        (void)stamp_read(&o->v, STAMP_AUTO, w->in->received, zone_s, &ev->time);
    }
    if (w->text) {
        prose_apply(g->prose, w, text, !w->pairs, zone_s, ev);
    } else if (event_has(ev, FIELD_EVENT_REASON)) {
        prose_apply(g->prose, w, ev->field[FIELD_EVENT_REASON].s, false, zone_s, ev);
    }
    follow_on(w, g, &f, ev);
    make_guesses(w, g, &f, ev);
}
