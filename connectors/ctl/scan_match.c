// scan_match.c - writing matches, at once or sorted at the end.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "connectors/ctl/rule_view.h"
#include "connectors/ctl/scan.h"
#include "core/base/utf8.h"
#include "core/decode/print.h"

enum { MATCH_MAX = 64 << 20 };

void scan_out_init(struct scan_out *o, bool table, bool keep)
{
    *o = (struct scan_out){.table = table, .keep = keep};
    buf_init(&o->line, MATCH_MAX);
    arena_init(&o->arena, SCAN_KEPT_MAX);
}

void scan_out_free(struct scan_out *o)
{
    buf_free(&o->line);
    arena_free(&o->arena);
    free(o->kept);
    o->kept = NULL;
}

static int write_line(struct span s, struct err *err)
{
    if (fwrite(s.p, 1, s.n, stdout) != s.n) {
        err_clear(err);
        return err_set(err, E_SYSTEM, "output.write", "standard output could not be written");
    }
    return 0;
}

static int keep_line(struct scan_out *o, const struct scan_place *at, uint32_t rule,
                     struct err *err)
{
    struct scan_line *l;

    if (o->nkept == o->cap) {
        size_t cap = o->cap ? 2 * o->cap : 1024;
        void *p = reallocarray(o->kept, cap, sizeof(*o->kept));

        if (!p) {
            return err_set(err, E_LIMIT, "scan.matches", "the matches do not fit into memory");
        }
        o->kept = p;
        o->cap = cap;
    }
    l = &o->kept[o->nkept];
    *l = (struct scan_line){*at, o->rec, rule, o->nkept, arena_span(&o->arena, buf_span(&o->line))};
    if (!arena_ok(&o->arena)) {
        return err_set(err, E_LIMIT, "scan.matches", "the matches do not fit into memory");
    }
    o->nkept++;
    return 0;
}

static int line_end(struct scan_out *o, const struct scan_place *at, uint32_t rule, struct err *err)
{
    if (!buf_ok(&o->line)) {
        return err_set(err, E_LIMIT, "scan.match", "a match does not fit into memory");
    }
    o->matches++;
    return o->keep ? keep_line(o, at, rule, err) : write_line(buf_span(&o->line), err);
}

static void json_head(struct jsonw *w, const struct rule *r, const struct scan_place *at)
{
    char time[TIME_TEXT];

    jsonw_open(w, '{');
    jsonw_kstr(w, "rule_id", span_str(r->id));
    jsonw_kstr(w, "rule_title", span_str(r->title));
    jsonw_kstr(w, "level", span_str(r->level));
    jsonw_kstr(w, "kind", r->kind == RULE_EVENT ? SPAN_LIT("event") : SPAN_LIT("correlation"));
    jsonw_kstr(w, "@timestamp", span_str(utime_text(at->time, time)));
    jsonw_kstr(w, "file", span_str(at->file));
    jsonw_ku64(w, "line", at->line);
    if (at->line_end > at->line) {
        jsonw_ku64(w, "line_end", at->line_end);
    }
    jsonw_ku64(w, "seq", at->seq);
    jsonw_key(w, SPAN_LIT("fields"));
}

static void table_row(struct buf *b, const struct scan_place *at, const char *level,
                      const char *kind, const char *title)
{
    char time[TIME_TEXT];

    buf_printf(b, "%-27s %-13s %-11s ", utime_text(at->time, time), level, kind);
    (void)utf8_sanitise(b, span_str(at->file), SIZE_MAX);
    buf_printf(b, ":%llu ", (unsigned long long)at->line);
    (void)utf8_sanitise(b, span_str(title), SIZE_MAX);
    buf_u8(b, '\n');
}

int scan_out_event(struct scan_out *o, const struct ruleset *s, const struct rule *r,
                   const struct scan_place *at, const struct event *ev, struct err *err)
{
    struct jsonw w = jsonw_of(&o->line);

    buf_clear(&o->line);
    if (o->table) {
        table_row(&o->line, at, r->level, r->kind == RULE_EVENT ? "event" : "correlation",
                  r->title);
    } else {
        json_head(&w, r, at);
        rule_view_fields(&w, s, r, ev);
        jsonw_close(&w, '}');
        buf_u8(&o->line, '\n');
    }
    return line_end(o, at, r->index, err);
}

int scan_out_correlation(struct scan_out *o, const struct rule *r, const struct scan_place *at,
                         const struct span *value, struct err *err)
{
    struct jsonw w = jsonw_of(&o->line);

    buf_clear(&o->line);
    if (o->table) {
        table_row(&o->line, at, r->level, r->kind == RULE_EVENT ? "event" : "correlation",
                  r->title);
    } else {
        json_head(&w, r, at);
        rule_view_group(&w, r, value);
        jsonw_close(&w, '}');
        buf_u8(&o->line, '\n');
    }
    return line_end(o, at, SCAN_NO_RULE, err);
}

int scan_out_record(struct scan_out *o, const struct scan_place *at, const struct event *ev,
                    struct err *err)
{
    char text[256];

    buf_clear(&o->line);
    if (o->table) {
        (void)utf8_sanitise_str(span_sub(ev->raw, 0, 200), text, sizeof(text));
        table_row(&o->line, at, ev->source, kind_name(ev->kind), text);
    } else {
        decode_print(&o->line, at->file, at->line, at->line_end, ev);
    }
    return line_end(o, at, SCAN_NO_RULE, err);
}

static int by_time(const void *a, const void *b)
{
    const struct scan_line *x = a, *y = b;

#define CMP(m) ((x->m > y->m) - (x->m < y->m))
    int c = CMP(at.time);

    c = c ? c : CMP(at.file_index);
    c = c ? c : CMP(at.seq);
    return c ? c : CMP(order);
#undef CMP
}

int scan_out_end(struct scan_out *o, struct err *err)
{
    int rc = 0;

    if (o->nkept) {
        qsort(o->kept, o->nkept, sizeof(*o->kept), by_time);
    }
    for (size_t i = 0; i < o->nkept && rc == 0; i++) {
        rc = write_line(o->kept[i].text, err);
    }
    o->nkept = 0;
    return rc;
}

int scan_out_merge(struct scan_out *o, const struct scan_out *from, const struct scan_faults *f,
                   uint64_t first, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; i < from->nkept && rc == 0; i++) {
        const struct scan_line *l = &from->kept[i];

        if (scan_faults_speaks(f, l->rule, first + l->rec)) {
            buf_clear(&o->line);
            buf_put_span(&o->line, l->text);
            rc = line_end(o, &l->at, l->rule, err);
        }
    }
    return rc;
}

void scan_out_forget(struct scan_out *o)
{
    o->nkept = 0;
    arena_reset(&o->arena);
}
