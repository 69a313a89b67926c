// sources.c - the rows of sources: declared, counted, heard of.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sources.h"

struct row_source *sources_row(struct engine *e, uint32_t number)
{
    struct row_source *s = table_get(&e->tab[TAB_SOURCE], &number);

    if (!s && (s = table_put(&e->tab[TAB_SOURCE], &number)) != NULL) {
        s->newest = s->received = UTIME_NONE;
        s->lateness = 2 * UTIME_SECOND;
        if (number == 0) { // damage on disk is counted there
            TEXT_SET(s->name, SPAN_LIT("journal"));
        }
    }
    if (!s) {
        e->broken = true;
    }
    return s;
}

void sources_declare(struct engine *e, const struct source_decl *d)
{
    struct row_source *s = sources_row(e, d->number);

    if (s) {
        s->lateness = d->lateness_us > 0 ? d->lateness_us : 2 * UTIME_SECOND;
        s->silence = d->silence_us;
        if (s->offset != d->offset_us) {
            s->offset = d->offset_us;
            s->drift = (struct drift){0};
        }
        TEXT_SET(s->name, d->name);
        TEXT_SET(s->format, d->format);
        TEXT_SET(s->kind, d->kind);
        TEXT_SET(s->area, d->area);
        if (s->received == UTIME_NONE && e->now != UTIME_NONE) {
            s->received = e->now; // silence is measured from the declaration on
        }
        e->next_silence = e->now;
        MARK(e, SOURCE, s);
    }
}

void sources_count(struct engine *e, const struct counts *c)
{
    struct row_source *s = sources_row(e, c->source);

    if (!s) {
        return;
    }
    s->records += c->records;
    s->bytes += c->bytes;
    s->unknown += c->unknown;
    s->undecoded += c->undecoded;
    s->clock_faults += c->clock_faults;
    s->oversize += c->oversize;
    s->skipped += c->skipped_bytes;
    s->shed += c->shed;
    e->count.events += c->records;
    if (c->newest != UTIME_NONE && (s->newest == UTIME_NONE || c->newest > s->newest)) {
        s->newest = c->newest;
    }
    if (c->records) {
        s->received = utime_of_ns(c->received);
        drift_take(&s->drift, c);
        if (s->silent) {
            s->silent = 0;
            e->next_silence = e->now;
        }
    }
    MARK(e, SOURCE, s);
}

void sources_dead(struct engine *e, const struct dead *d, struct buf *out)
{
    struct row_source *s = sources_row(e, d->source);
    char reason[256];

    if (s) {
        s->dead++;
        MARK(e, SOURCE, s);
    }
    text_set(reason, sizeof(reason), d->reason);
    effect_put_dead_letter(out, &(struct effect_dead_letter){.id = engine_id(e),
                                                             .source = d->source,
                                                             .seq = d->seq,
                                                             .received = utime_of_ns(d->received),
                                                             .reason = span_str(reason),
                                                             .bytes = d->bytes});
}

// Sources declared before there was any time: their silence is measured from now on.
void sources_begin(struct engine *e)
{
    const struct table *tab = &e->tab[TAB_SOURCE];

    for (struct row_source *s = table_first(tab); s; s = table_next(tab, s)) {
        s->received = s->received == UTIME_NONE ? e->now : s->received;
    }
    e->next_silence = e->now;
}
