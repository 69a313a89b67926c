// selftest.c - a source file proves itself on the samples it carries.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/source.h"

static void say(struct faults *faults, const struct source *s, unsigned line, const char *code,
                const char *what, struct span is, struct span should)
{
    struct err err = ERR_INIT;

    err_at(&err, s->path, line, 1);
    (void)err_set(&err, E_INPUT, code, "%s is \"" SPAN_FMT "\", expected \"" SPAN_FMT "\"", what,
                  SPAN_ARG(is), SPAN_ARG(should));
    faults_say(faults, &err);
}

static bool check_event(const struct source *s, const struct sample *m, const struct event *ev,
                        struct faults *faults)
{
    char is[TIME_TEXT], should[TIME_TEXT];
    bool ok = true;

    if (strcmp(ev->source, s->name) != 0) {
        say(faults, s, m->line, "sample.source", "the source", span_str(ev->source),
            span_str(s->name));
        return false;
    }
    if (ev->error[0]) {
        say(faults, s, m->line, "sample.error", "the error", span_str(ev->error), SPAN_NONE);
        ok = false;
    }
    if (ev->kind != m->kind) {
        say(faults, s, m->line, "sample.kind", "the kind", span_str(kind_name(ev->kind)),
            span_str(kind_name(m->kind)));
        ok = false;
    }
    if (m->time != UTIME_NONE && ev->time != m->time) {
        say(faults, s, m->line, "sample.time", "the time", span_str(utime_text(ev->time, is)),
            span_str(utime_text(m->time, should)));
        ok = false;
    }
    for (size_t i = 0; i < m->nfields; i++) {
        struct span v = event_str(ev, m->field[i].to);

        if (!span_eq(v, m->field[i].v.s)) {
            say(faults, s, m->line, "sample.field", field_name(m->field[i].to), v, m->field[i].v.s);
            ok = false;
        }
    }
    return ok;
}

int sourceset_selftest(const struct sourceset *set, struct faults *faults)
{
    struct decoder *d = decoder_new(set);
    int failed = 0;

    for (size_t i = 0; d && i < set->n; i++) {
        const struct source *s = &set->source[i];

        if (s->nsamples == 0) {
            struct err err = ERR_INIT;

            err_at(&err, s->path, 1, 1);
            (void)err_set(&err, E_INPUT, "sample.none", "the source carries no samples");
            faults_say(faults, &err);
            failed++;
        }
        for (size_t k = 0; k < s->nsamples; k++) {
            struct decode_in in = {.raw = s->sample[k].raw,
                                   .received = s->sample[k].received,
                                   .format = s->automatic ? "auto" : s->name};
            struct event ev;

            decode(d, &in, &ev);
            failed += !check_event(s, &s->sample[k], &ev, faults);
        }
    }
    decoder_free(d);
    return d ? failed : 1;
}
