// decode.c - bytes of one record to an event.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/decode.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/find.h"
#include "core/decode/apply.h"
#include "core/decode/chosen.h"
#include "core/decode/csv_record.h"
#include "core/decode/generic.h"
#include "core/decode/hsms_record.h"
#include "core/decode/json.h"
#include "core/decode/json_take.h"
#include "core/decode/logsource.h"
#include "core/decode/pairs.h"
#include "core/decode/xml.h"
#include "core/decode/zeek.h"

enum {
    MEMORY_MAX = 8 << 20, // what one record of at most 128 KiB may need when taken apart
    BEHIND_WORDS_MAX = 128
};

struct decoder {
    const struct sourceset *set;
    const struct wants *want;
    bool wanted_only;
    struct work w;
    struct json_memo memo; // of the JSON keys seen
    // the record taken apart wholly, made on demand
    struct fields all;
    struct arena all_arena;
    bool all_done;
};

static struct decoder *decoder_of(const struct sourceset *s, const struct wants *w,
                                  bool wanted_only)
{
    struct decoder *d = calloc(1, sizeof(*d));

    if (d) {
        *d = (struct decoder){.set = s, .want = w, .wanted_only = wanted_only};
        arena_init(&d->w.arena, MEMORY_MAX);
        arena_init(&d->all_arena, MEMORY_MAX);
        d->w.aliases = alias_memo_new();
        d->w.logsources = logsource_memo_new();
        d->w.chosen = chosen_memo_new();
        syslog_names_init(&d->w.header_names, w);
        (void)json_memo_init(&d->memo, w); // without it the plain reader does the work
        if (!d->w.aliases || !d->w.logsources || !d->w.chosen || !courses_init(&d->w.courses) ||
            !fields_init(&d->w.fields, w, &d->w.arena) ||
            !fields_init(&d->all, NULL, &d->all_arena)) {
            decoder_free(d);
            d = NULL;
        }
    }
    return d;
}

struct decoder *decoder_new(const struct sourceset *s)
{
    return decoder_of(s, s->slots, false);
}

struct decoder *decoder_new_wanting(const struct sourceset *s, const struct wants *w)
{
    return decoder_of(s, w, true);
}

void decoder_free(struct decoder *d)
{
    if (d) {
        fields_free(&d->w.fields);
        fields_free(&d->all);
        courses_free(&d->w.courses);
        chosen_memo_free(d->w.chosen);
        alias_memo_free(d->w.aliases);
        logsource_memo_free(d->w.logsources);
        json_memo_free(&d->memo);
        arena_free(&d->w.arena);
        arena_free(&d->all_arena);
        free(d);
    }
}

// event_take_all of an event of whose JSON only the wanted fields were taken.
static const struct okv *take_all(void *ctx, const struct event *ev, size_t *ret_n)
{
    struct decoder *d = ctx;
    struct json_fault fault;

    if (!d->all_done) {
        fields_clear(&d->all);
        arena_reset(&d->all_arena);
        for (size_t i = 0; i < ev->json_from; i++) {
            (void)fields_add(&d->all, ev->okv[i].name, ev->okv[i].v);
        }
        (void)json_flatten(ev->json, &d->all, &fault);
        for (size_t i = ev->json_to; i < ev->nokv; i++) {
            (void)fields_add(&d->all, ev->okv[i].name, ev->okv[i].v);
        }
        d->all_done = true;
    }
    *ret_n = d->all.n;
    return d->all.v;
}

// The same before anything was made of the fields: for a record that no source knows.
static void take_rest(struct decoder *d, struct event *ev)
{
    struct json_fault fault;

    if (ev->take_all) {
        fields_cut(&d->w.fields, ev->json_from);
        (void)json_flatten(ev->json, &d->w.fields, &fault);
        fields_index(&d->w.fields);
        ev->take_all = NULL;
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

    if (d->wanted_only) {
        fields_name(&d->w.fields);
        if (json_take(&d->memo, body, &d->w.fields)) {
            ev->json = body;
            ev->json_from = first;
            ev->json_to = d->w.fields.n;
            ev->take_all = take_all;
            ev->take_ctx = d;
            d->all_done = false;
            return true;
        }
        fields_cut(&d->w.fields, first);
    }
    if (json_flatten(body, &d->w.fields, &fault)) {
        ev->json = body;
        ev->json_from = first;
        ev->json_to = d->w.fields.n;
        return true;
    }
    (void)snprintf(ev->error, sizeof(ev->error), "JSON at byte %zu: %s", fault.at + 1, fault.why);
    return d->w.in->oversize;
}

// A form with a grammar of its own: its mechanism, or MECH_COUNT when the text is not of it after all.
static enum mechanism take_form(struct decoder *d, struct span body, enum body b, struct event *ev)
{
    struct fields *f = &d->w.fields;
    size_t before = f->n;
    const char *wrong;

    switch (b) {
    case BODY_JSON: return take_json(d, body, ev) ? MECH_JSON : MECH_COUNT;
    case BODY_CEF: set_error(ev, cef_flatten(body, f)); return MECH_CEF;
    case BODY_LEEF: set_error(ev, leef_flatten(body, f)); return MECH_LEEF;
    case BODY_ZEEK: set_error(ev, zeek_flatten(body, f, &ev->raw)); return MECH_ZEEK;
    case BODY_CSV: set_error(ev, csv_record_flatten(body, f, &ev->raw)); return MECH_CSV;
    case BODY_XML:
        wrong = xml_flatten(body, SPAN_NONE, f);
        set_error(ev, wrong);
        return wrong && f->n == before ? MECH_COUNT : MECH_XML;
    case BODY_TEXT: break;
    }
    return MECH_COUNT;
}

static enum mechanism take_body(struct decoder *d, struct span body, enum mechanism want,
                                struct event *ev)
{
    struct work *w = &d->w;
    bool header = w->header.form != SYSLOG_NONE;
    size_t before = w->fields.n;
    enum body b = want == MECH_JSON ? BODY_JSON : body_of(body);
    enum mechanism m;

    if (header) {
        syslog_put(&w->header, &w->header_names, b != BODY_TEXT, &w->fields);
    }
    m = take_form(d, body, b, ev);
    if (m != MECH_COUNT) {
        return m;
    }
    if (b != BODY_TEXT && header) {
        fields_cut(&w->fields, before);
        syslog_put(&w->header, &w->header_names, false, &w->fields);
    } else if (!header) {
        fields_cut(&w->fields, before);
    }
    return MECH_SYSLOG;
}

// The first byte from `from` > 0 on that may begin a body behind words.
static size_t find_behind(struct span s, size_t from)
{
    size_t i = from;

#if defined(__x86_64__)
    for (; i + 16 <= s.n; i += 16) {
        unsigned m = find_mask(s.p + i, "CL{", 3);

        m = m ? m & find_mask(s.p + i - 1, " :\t", 3) : 0;
        if (m) {
            return i + (size_t)__builtin_ctz(m);
        }
    }
#endif
    while (i < s.n && !find_has("CL{", 3, s.p[i])) {
        i++;
    }
    return i;
}

// "WORDS {json}", "WORDS: CEF:0|...": what relays and appliances put before a body that says what it is.
static struct span behind_words(struct span s)
{
    struct span head = span_sub(s, 0, BEHIND_WORDS_MAX + 4);

    // neither an object's end nor the F of "CEF:" and "LEEF:"
    if (s.n < 2 || (s.p[s.n - 1] != '}' && FIND_ANY(head, 0, "F") == head.n)) {
        return s;
    }
    head = span_sub(s, 0, BEHIND_WORDS_MAX);
    head.n = FIND_ANY(head, 1, "=\"");
    for (size_t i = 1; (i = find_behind(head, i)) < head.n; i++) {
        char c = head.p[i], before = head.p[i - 1];

        if ((before == ' ' || before == ':' || before == '\t') &&
            (c != '{' || s.p[s.n - 1] == '}') && body_of(span_sub(s, i, s.n)) != BODY_TEXT) {
            return span_sub(s, i, s.n);
        }
    }
    return s;
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
    if (hsms_record_is(s)) {
        set_error(ev, hsms_flatten(s, &d->w.fields));
        return MECH_HSMS;
    }
    if (body_of(body) != BODY_TEXT) {
        return take_body(d, body, want, ev);
    }
    syslog_parse(s, &(struct syslog_now){d->w.in->received, d->w.in->zone_s, &d->w.stamp}, h);
    set_error(ev, h->form == SYSLOG_NONE ? NULL : h->error);
    body = skip_blanks(h->form == SYSLOG_NONE ? s : h->msg);
    if (span_starts(body, cee)) {
        body = skip_blanks(span_sub(body, cee.n, body.n));
    }
    if (body_of(body) == BODY_TEXT) {
        body = behind_words(span_trim(body));
    }
    if (want == MECH_JSON && body_of(body) != BODY_JSON && h->form != SYSLOG_NONE) {
        want = MECH_COUNT;
    }
    if (body_of(body) == BODY_TEXT && h->form != SYSLOG_NONE) {
        body = h->msg;
    }
    return take_body(d, body, want, ev);
}

// ---- choosing

// Whether the file is for records of somebody: one without any condition is for whatever has the form.
static bool source_tells(const struct source *s)
{
    return s->napps || s->nliterals || s->nmatch;
}

static void set_pseudo(struct work *w, unsigned slot, const char *name, struct span v)
{
    w->pseudo[slot].name = span_str(name);
    w->pseudo[slot].v.type = V_STR;
    w->pseudo[slot].v.s = v;
}

static void set_pseudos(struct work *w)
{
    const struct syslog *h = &w->header;
    bool header = h->form != SYSLOG_NONE;
    struct span text = header ? h->msg : w->in->raw;

    set_pseudo(w, SLOT_TEXT, "@text", span_trim(text));
    set_pseudo(w, SLOT_RECORD, "@record", w->in->raw);
    set_pseudo(w, SLOT_APP, "@app", h->app);
    set_pseudo(w, SLOT_HOST, "@host", h->host);
    set_pseudo(w, SLOT_SEVERITY, "@severity",
               h->pri >= 0 ? span_str(syslog_level_name[h->pri % 8]) : SPAN_NONE);
}

// Text: by application or a piece of text; else, when it looks like pairs, by their names.
static const struct source *choose_text(struct decoder *d, enum mechanism *m)
{
    struct work *w = &d->w;
    const struct source *s = chosen_source(w, d->set, MECH_SYSLOG), *p;
    struct dialect dialect;

    if (s && source_tells(s)) {
        return s;
    }
    if (pairs_guess(w->pseudo[SLOT_TEXT].v.s, 3, &dialect)) {
        (void)pairs_flatten(w->pseudo[SLOT_TEXT].v.s, &dialect, SPAN_NONE, &w->fields);
        fields_index(&w->fields);
        w->pairs = true;
        p = chosen_source(w, d->set, MECH_PAIRS);
        if (p) {
            *m = MECH_PAIRS;
            return p;
        }
    }
    return w->header.form != SYSLOG_NONE ? s : NULL;
}

static const struct source *choose(struct decoder *d, enum mechanism *m)
{
    const struct source *s;

    if (*m == MECH_SYSLOG) {
        return choose_text(d, m);
    }
    s = chosen_source(&d->w, d->set, *m);
    if (!s && d->w.header.form != SYSLOG_NONE) {
        s = chosen_source(&d->w, d->set, MECH_SYSLOG);
    }
    return s;
}

// The source that the stream was declared with; NULL when the record is not of its form.
static const struct source *declared(struct decoder *d, const struct source *want,
                                     enum mechanism *m, struct event *ev)
{
    struct work *w = &d->w;

    if (want && want->mechanism == MECH_PAIRS && *m == MECH_SYSLOG) {
        struct dialect dialect;

        (void)pairs_guess(w->pseudo[SLOT_TEXT].v.s, 0, &dialect);
        set_error(ev, pairs_flatten(w->pseudo[SLOT_TEXT].v.s, &dialect, SPAN_NONE, &w->fields));
        fields_index(&w->fields);
        *m = MECH_PAIRS;
    }
    if (!want) {
        set_error(ev, "no source file has the name of the record's source");
        return NULL;
    }
    // text without a header: the program's own, as journals and collectors hand it on
    if (want->mechanism == *m
            ? *m != MECH_SYSLOG || w->header.form != SYSLOG_NONE || want->npatterns || want->ncuts
            : want->mechanism == MECH_SYSLOG && w->header.form != SYSLOG_NONE) {
        return want;
    }
    set_error(ev, "the record does not have the form of its source");
    return NULL;
}

// "<189>date=... devname=...": a priority and then a text that a source knows is how that source writes.
static void forgive_header(const struct work *w, struct event *ev)
{
    const struct syslog *h = &w->header;

    if (h->form == SYSLOG_3164 && h->pri >= 0 && h->stamp.n == 0 && h->app.n == 0 && h->error &&
        strcmp(ev->error, h->error) == 0) {
        ev->error[0] = '\0';
    }
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
    ev->clock_gap = t - received;
    most = t > received ? in->max_ahead_us : in->max_behind_us;
    gap = t > received ? t - received : received - t;
    if (most > 0 && gap > most) {
        ev->time = received;
        ev->flags |= EVENT_CLOCK_FAULT;
    }
}

// Event time and the source's own time are both evidence: where they differ, both are kept.
static void keep_source_clock(struct work *w, struct event *ev, utime_t said)
{
    char text[TIME_TEXT];

    if (said != UTIME_NONE && said != ev->time && plausible(said)) {
        event_set_str(ev, FIELD_SOURCE_CLOCK,
                      arena_span(&w->arena, span_str(utime_text(said, text))));
    }
}

static void begin(struct event *ev, const struct decode_in *in)
{
    // field[] is guarded by `mask` and needs no clearing
    memset(ev, 0, offsetof(struct event, field));
    ev->okv = NULL;
    ev->nokv = 0;
    ev->take_all = NULL;
    ev->json = SPAN_NONE;
    ev->json_from = ev->json_to = 0;
    memset(ev->logsource, 0, sizeof(ev->logsource));
    ev->nalso = 0;
    ev->error[0] = '\0';
    ev->source = "raw";
    ev->source_id = UINT16_MAX;
    ev->kind = KIND_RAW;
    ev->raw = in->raw;
    ev->time = UTIME_NONE;
    ev->clock_gap = NO_CLOCK_GAP;
    ev->flags = in->oversize ? EVENT_OVERSIZE : 0;
}

void decode(struct decoder *d, const struct decode_in *in, struct event *ret)
{
    bool told = in->format && strcmp(in->format, "auto") != 0;
    const struct source *want = told ? find_source(d->set, in->format) : NULL, *source;
    struct work *w = &d->w;
    enum mechanism mech;
    bool generic;
    utime_t said;

    begin(ret, in);
    work_clear(w);
    w->in = in;
    mech = take_apart(d, want ? want->mechanism : MECH_COUNT, ret);
    if (mech == MECH_SYSLOG && w->header.form == SYSLOG_NONE) {
        (void)fields_add_str(&w->fields, SPAN_LIT("message"), in->raw);
    }
    set_pseudos(w);
    fields_index(&w->fields);
    w->text = mech == MECH_SYSLOG;
    w->pairs = false;
    if (mech == MECH_SYSLOG || w->header.form != SYSLOG_NONE) {
        header_apply(w, mech == MECH_SYSLOG, ret);
    }
    event_set_str(ret, FIELD_MESSAGE, w->header.form != SYSLOG_NONE ? w->header.msg : ret->raw);
    source = told ? declared(d, want, &mech, ret) : choose(d, &mech);
    generic = !told && (!source || (source->guess && !source_tells(source)));
    if (source && source_tells(source)) {
        forgive_header(w, ret);
    }
    // with `lift`, a name that nobody asked for may be asked for without its wrapping
    if (generic || (source && source->nlifts)) {
        take_rest(d, ret);
    }
    if (source) {
        source_apply(w, d->set, source, ret);
    }
    if (generic) {
        generic_apply(w, d->set, ret);
    }
    said = ret->time;
    settle_time(in, ret);
    keep_source_clock(w, ret, said);
    logsources_apply(w, d->set, source ? source->group : "", ret);
    if (!arena_ok(&w->arena)) {
        set_error(ret, "needs more memory than a record may take");
    }
    fields_index(&w->fields);
    ret->okv = w->fields.v;
    ret->nokv = w->fields.n;
    ret->want = d->want;
    ret->at = w->fields.at;
    ret->next = w->fields.next;
}
