// decode.c - bytes of one record to an event.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/decode.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/decode/apply.h"
#include "core/decode/json.h"
#include "core/decode/pairs.h"

enum { MEMORY_MAX = 8 << 20 }; // what one record of at most 128 KiB may need when taken apart

struct decoder {
    const struct sourceset *set;
    struct work w;
};

struct decoder *decoder_new(const struct sourceset *s)
{
    struct decoder *d = calloc(1, sizeof(*d));

    if (d) {
        d->set = s;
        arena_init(&d->w.arena, MEMORY_MAX);
        d->w.fields.arena = &d->w.arena;
    }
    return d;
}

void decoder_free(struct decoder *d)
{
    if (d) {
        fields_free(&d->w.fields);
        arena_free(&d->w.arena);
        free(d);
    }
}

static const struct source *find_source(const struct sourceset *s, const char *name)
{
    size_t lo = 0, hi = s->n;

    while (name && lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = strcmp(s->source[mid].name, name);

        if (c == 0) {
            return &s->source[mid];
        }
        lo = c < 0 ? mid + 1 : lo;
        hi = c < 0 ? hi : mid;
    }
    return NULL;
}

static struct span skip_blanks(struct span s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n')) {
        s = span_sub(s, 1, s.n);
    }
    return s;
}

static void set_error(struct event *ev, const char *error)
{
    if (error && !ev->error[0]) {
        (void)snprintf(ev->error, sizeof(ev->error), "%s", error);
    }
}

// JSON body; false when it is broken beyond use (a cut record keeps what was read before the cut).
static bool take_json(struct decoder *d, struct span body, struct event *ev)
{
    struct json_fault fault;
    size_t first = d->w.fields.n;

    if (json_flatten(body, &d->w.fields, &fault)) {
        ev->json = body;
        ev->json_from = first;
        return true;
    }
    (void)snprintf(ev->error, sizeof(ev->error), "JSON at byte %zu: %s", fault.at + 1, fault.why);
    return d->w.in->oversize;
}

// The body by its own mechanism; MECH_SYSLOG when it is text, MECH_COUNT when nothing fits.
static enum mechanism take_body(struct decoder *d, struct span body, enum mechanism want,
                                struct event *ev)
{
    struct work *w = &d->w;
    bool header = w->header.form != SYSLOG_NONE;
    size_t before = w->fields.n;
    enum body b = want == MECH_JSON ? BODY_JSON : body_of(body);

    if (header) {
        syslog_put(&w->header, b == BODY_TEXT ? SPAN_NONE : SPAN_LIT("header"), &w->fields);
    }
    switch (b) {
    case BODY_JSON:
        if (take_json(d, body, ev)) {
            return MECH_JSON;
        }
        break;
    case BODY_CEF: set_error(ev, cef_flatten(body, &w->fields)); return MECH_CEF;
    case BODY_LEEF: set_error(ev, leef_flatten(body, &w->fields)); return MECH_LEEF;
    case BODY_TEXT:
        if (want == MECH_PAIRS) {
            set_error(ev, pairs_flatten(body, '\0', SPAN_NONE, &w->fields));
            return MECH_PAIRS;
        }
        return header ? MECH_SYSLOG : MECH_COUNT;
    }
    w->fields.n = before;
    if (header) {
        syslog_put(&w->header, SPAN_NONE, &w->fields);
    }
    return header ? MECH_SYSLOG : MECH_COUNT;
}

static enum mechanism take_apart(struct decoder *d, enum mechanism want, struct event *ev)
{
    static const struct span bom = SPAN_LIT("\xEF\xBB\xBF"), cee = SPAN_LIT("@cee:");
    struct span s = d->w.in->raw, body;
    struct syslog *h = &d->w.header;

    if (span_starts(s, bom)) {
        s = span_sub(s, bom.n, s.n);
    }
    body = skip_blanks(s);
    *h = (struct syslog){.pri = -1, .time = UTIME_NONE, .msg = s};
    if (body_of(body) != BODY_TEXT) {
        return take_body(d, body, want, ev);
    }
    syslog_parse(s, d->w.in->received, d->w.in->zone_s, h);
    if (h->form == SYSLOG_NONE) {
        return take_body(d, s, want, ev);
    }
    set_error(ev, h->error);
    body = skip_blanks(h->msg);
    if (span_starts(body, cee)) {
        body = skip_blanks(span_sub(body, cee.n, body.n));
    }
    if (want == MECH_JSON && body_of(body) != BODY_JSON) {
        want = MECH_COUNT;
    }
    return take_body(d, body_of(body) == BODY_TEXT ? h->msg : body, want, ev);
}

static const struct source *choose(struct decoder *d, enum mechanism m)
{
    const struct sourceset *s = d->set;

    for (size_t i = 0; m < MECH_COUNT && i < s->norder[m]; i++) {
        if (source_matches(&d->w, s->order[m][i])) {
            return s->order[m][i];
        }
    }
    if (m != MECH_SYSLOG && d->w.header.form != SYSLOG_NONE) {
        return choose(d, MECH_SYSLOG); // once: the generic one
    }
    return NULL;
}

// Times that no calendar of four digits holds are clock faults whatever the distance.
static bool plausible(utime_t t)
{
    return t >= -62135596800 * UTIME_SECOND && t < 253402300800 * UTIME_SECOND;
}

static void settle_time(const struct decode_in *in, struct event *ev)
{
    utime_t received = utime_of_ns(in->received), t = ev->time, gap, most;

    if (t == UTIME_NONE) {
        ev->time = received;
        ev->flags |= EVENT_NO_TIME;
        return;
    }
    if (!plausible(t) || __builtin_add_overflow(t, in->offset_us, &t) || !plausible(t)) {
        ev->time = received;
        ev->flags |= EVENT_CLOCK_FAULT;
        return;
    }
    ev->time = t;
    most = t > received ? in->max_ahead_us : in->max_behind_us;
    gap = t > received ? t - received : received - t;
    if (most > 0 && gap > most) {
        ev->time = received;
        ev->flags |= EVENT_CLOCK_FAULT;
    }
}

static void begin(struct event *ev, const struct decode_in *in)
{
    // field[] is guarded by `mask` and needs no clearing
    memset(ev, 0, offsetof(struct event, field));
    ev->okv = NULL;
    ev->nokv = 0;
    ev->json = SPAN_NONE;
    ev->json_from = 0;
    memset(ev->logsource, 0, sizeof(ev->logsource));
    ev->error[0] = '\0';
    ev->source = "raw";
    ev->source_id = UINT16_MAX;
    ev->kind = KIND_RAW;
    ev->raw = in->raw;
    ev->time = UTIME_NONE;
    ev->flags = in->oversize ? EVENT_OVERSIZE : 0;
}

void decode(struct decoder *d, const struct decode_in *in, struct event *ret)
{
    bool told = in->format && strcmp(in->format, "auto") != 0;
    const struct source *want = told ? find_source(d->set, in->format) : NULL, *source;
    enum mechanism mech;

    begin(ret, in);
    work_clear(&d->w);
    d->w.in = in;
    mech = take_apart(d, want ? want->mechanism : MECH_COUNT, ret);
    if (mech == MECH_COUNT && want && want->mechanism == MECH_SYSLOG && want->npatterns) {
        // the program's own text without a header, as journals and collectors hand it on
        mech = MECH_SYSLOG;
        syslog_put(&d->w.header, SPAN_NONE, &d->w.fields);
    }
    work_index(&d->w, d->set, 0);
    if (mech == MECH_SYSLOG || d->w.header.form != SYSLOG_NONE) {
        header_apply(&d->w, mech == MECH_SYSLOG, ret);
    }
    source = !told ? choose(d, mech) : want;
    if (want && want->mechanism != mech &&
        !(want->mechanism == MECH_SYSLOG && d->w.header.form != SYSLOG_NONE)) {
        source = NULL;
        set_error(ret, "the record does not have the form of its source");
    }
    if (told && !want) {
        set_error(ret, "no source file has the name of the record's source");
    }
    if (source) {
        source_apply(&d->w, d->set, source, ret);
    }
    if (!arena_ok(&d->w.arena)) {
        set_error(ret, "needs more memory than a record may take");
    }
    settle_time(in, ret);
    ret->okv = d->w.fields.v;
    ret->nokv = d->w.fields.n;
}
