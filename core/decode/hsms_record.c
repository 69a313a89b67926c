// hsms_record.c - writing records: context, recipe bodies to digests.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/hsms_record.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/jsonw.h"
#include "core/decode/digest_item.h"

enum {
    BODIES_MAX = 65536, // items of a recipe in one message
    TEXT_MAX = HSMS_LENGTH_MAX + 64 * BODIES_MAX,
    CONTEXT_MAX = 256 << 10,
    MARKS_SAID = 512,
    NAME_BYTES = 256
};

void hsms_writer_init(struct hsms_writer *w, struct span key, size_t max, const struct fab *fab,
                      struct recipe_book *book)
{
    *w = (struct hsms_writer){.key = key, .max = max, .fab = fab, .book = book};
    buf_init(&w->text, TEXT_MAX);
    buf_init(&w->context, CONTEXT_MAX);
}

void hsms_writer_free(struct hsms_writer *w)
{
    buf_free(&w->text);
    buf_free(&w->context);
}

// What is wrong with a message, if anything.
struct verdict {
    const char *fault;
    uint64_t at; // in the direction's stream
    char detail[HSMS_DETAIL];
};

// ---- the text

struct redaction {
    struct hsms_writer *w;
    const struct secs_row *row;
    struct secs2_where where;
    uint32_t kept; // elements of the message's list before the body
    bool whole;    // the list has these and the body
    struct span name;
    size_t bodies; // items that were replaced
    bool
        over; // more than BODIES_MAX: each costs a digest, so no message may have any number of them
};

static void begin_redaction(struct redaction *r)
{
    const struct secs_row *row = r->row;

    if (row && row->body[0]) {
        bool behind = row->body[0] == '>';

        r->kept = (uint32_t)strtoul(behind ? row->recipe : row->body, NULL, 10) + behind;
    }
}

// No name and no number is longer, or has lines.
static bool is_short(const struct secs2_item *it)
{
    for (size_t i = 0; i < it->data.n && secs2_is_text(it->format); i++) {
        if ((unsigned char)it->data.p[i] < 0x20) {
            return false;
        }
    }
    return it->data.n <= NAME_BYTES;
}

// In a message that may hold a recipe only short items in front of it are kept: one of another shape than
// it should have must not carry a recipe past.
static bool is_body(const struct redaction *r, const struct secs2_item *it)
{
    if (!r->row || !r->row->body[0] || it->format == SECS2_L) {
        return false;
    }
    if (r->row->ack[0] && secs2_at(&r->where, it, r->row->ack) && it->data.n == 1) {
        return false;
    }
    return it->depth != 1 || it->index >= r->kept || !r->whole || !is_short(it);
}

static void keep_name(struct redaction *r, const struct secs2_item *it)
{
    if (r->row && it->format != SECS2_L && !r->name.p && secs2_at(&r->where, it, r->row->recipe)) {
        r->name = span_sub(it->data, 0, NAME_BYTES);
    }
}

static void replace(struct redaction *r, const struct secs2_item *it)
{
    struct digest_item d = {.format = it->format,
                            .keyed = r->w->key.n > 0,
                            .length = (uint32_t)it->data.n,
                            .digest = digest_keyed(r->w->key, it->data)};

    digest_item_put(&r->w->text, &d);
    if (it->depth == 1 && r->row->body[0] != '>') {
        recipe_single(&r->w->marks, it);
    } else {
        recipe_item(&r->w->marks, it);
    }
    r->bodies++;
}

// Items up to the end or the first fault.
static void put_text(struct redaction *r, const struct hsms_seen *s, struct verdict *v)
{
    struct secs2_walk walk;
    struct secs2_item it;

    secs2_begin(&walk, span_sub(s->bytes, HSMS_HEAD, s->bytes.n));
    while (secs2_next(&walk, &it) > 0) {
        secs2_follow(&r->where, &it);
        r->whole |= it.depth == 0 && it.format == SECS2_L && it.count > r->kept;
        if (is_body(r, &it)) {
            r->over |= r->bodies == BODIES_MAX;
            if (!r->over) {
                replace(r, &it);
            }
        } else {
            buf_put_span(&r->w->text, span_sub(walk.body, it.at, it.end - it.at));
        }
        keep_name(r, &it);
    }
    if (r->over) {
        r->bodies = 0;
        buf_cut(&r->w->text, HSMS_HEAD);
    }
    if (walk.fault) {
        v->fault = walk.fault;
        v->at = s->offset + 4 + HSMS_HEAD + walk.fault_at;
        (void)snprintf(v->detail, sizeof(v->detail), "%s", walk.detail);
        // a count that no longer holds must not be believed by a reader of the record
        buf_cut(&r->w->text, HSMS_HEAD);
    }
}

static void judge_head(const struct hsms_seen *s, const struct hsms_head *h, struct verdict *v)
{
    if (h->ptype != 0) {
        v->fault = "ptype_unknown";
        v->at = s->offset + 4 + 4;
        (void)snprintf(v->detail, sizeof(v->detail), "PType %u; Reject.req reason 2 is due",
                       h->ptype);
    } else if (!hsms_stype_name(h->stype)) {
        v->fault = "stype_unknown";
        v->at = s->offset + 4 + 5;
        (void)snprintf(v->detail, sizeof(v->detail),
                       "SType %u is not of E37; Reject.req reason 1 is due", h->stype);
    } else if (h->stype != HSMS_DATA && s->bytes.n > HSMS_HEAD) {
        v->fault = "control_with_text";
        v->at = s->offset + 4 + HSMS_HEAD;
        (void)snprintf(v->detail, sizeof(v->detail), "%s with %zu bytes of text",
                       hsms_stype_name(h->stype), s->bytes.n - HSMS_HEAD);
    }
}

// ---- the context

static void put_time(struct jsonw *w, ntime_t t)
{
    char text[40];

    (void)snprintf(text, sizeof(text), t % 1000 ? "%lld.%09lld" : "%lld.%06lld",
                   (long long)(t / 1000000000),
                   (long long)(t % 1000 ? t % 1000000000 : t % 1000000000 / 1000));
    jsonw_kstr(w, "time", span_str(text));
}

static const char *direction(const struct hsms_seen *s)
{
    return s->sender == HSMS_HOST ? "host_to_equipment" : "equipment_to_host";
}

static void put_place(struct jsonw *w, const struct hsms_seen *s, const struct verdict *v)
{
    if (!s->plain) {
        jsonw_ku64(w, "frame", s->frame);
        jsonw_ku64(w, "frame_first", s->frame_first);
        put_time(w, s->time);
        jsonw_kstr(w, "src", span_str(s->src));
        jsonw_kstr(w, "dst", span_str(s->dst));
        jsonw_kstr(w, "direction", span_str(direction(s)));
    }
    if (s->plain || v->fault) {
        jsonw_ku64(w, "offset", s->offset);
        jsonw_kbool(w, "ok", v->fault == NULL);
    }
    if (v->fault) {
        jsonw_ku64(w, "bytes", s->fault ? s->fault_bytes : (uint64_t)s->length + 4);
        jsonw_kstr(w, "error", span_str(v->fault));
        jsonw_ku64(w, "error_offset", v->at);
        jsonw_kstr(w, "detail", span_str(v->detail));
    }
}

static void put_recipe(struct jsonw *w, struct hsms_writer *hw, const struct redaction *r,
                       const struct hsms_seen *s)
{
    struct recipe_change change = {.known = false};
    const struct recipe_marks *m = &hw->marks;
    struct digest d = recipe_digest(m);
    struct span tool = span_str(s->sender == HSMS_HOST ? s->dst : s->src);
    char hex[2 * SHA256_LEN + 1];

    // the address without the port: the tool that connects has another one each time
    while (tool.n && tool.p[tool.n - 1] != ':') {
        tool.n--;
    }
    digest_hex(&d, hex);
    jsonw_kstr(w, "recipe_digest", span_str(hex));
    jsonw_ku64(w, "recipe_items", m->items);
    jsonw_ku64(w, "recipe_bytes", m->bytes);
    if (hw->key.n) {
        jsonw_key(w, SPAN_LIT("recipe_marks"));
        jsonw_open(w, '[');
        for (size_t i = 0; i < m->n && i < MARKS_SAID; i++) {
            (void)snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)m->mark[i]);
            jsonw_str(w, span_str(hex));
        }
        jsonw_close(w, ']');
    }
    if (!hw->book || !recipe_book_take(hw->book, tool, r->name, m, &change) || !change.known) {
        return;
    }
    jsonw_ku64(w, "recipe_items_before", change.items_before);
    jsonw_ku64(w, "recipe_changed", change.n);
    jsonw_key(w, SPAN_LIT("recipe_changed_items"));
    jsonw_open(w, '[');
    for (size_t i = 0; i < change.n && i < RECIPE_NAMED; i++) {
        jsonw_u64(w, change.item[i]);
    }
    jsonw_close(w, ']');
}

static void put_context(struct hsms_writer *hw, const struct redaction *r,
                        const struct hsms_seen *s, const struct verdict *v, bool whole)
{
    struct jsonw w = jsonw_of(&hw->context);

    buf_clear(&hw->context);
    jsonw_open(&w, '{');
    put_place(&w, s, v);
    if (s->bytes.n) {
        jsonw_ku64(&w, "length", s->length);
    }
    jsonw_key(&w, SPAN_LIT("hsms"));
    jsonw_open(&w, '{');
    if (!s->plain) {
        jsonw_ku64(&w, "connection", s->connection);
        jsonw_kbool(&w, "selected", s->selected);
        jsonw_kstr(&w, "tool", span_str(s->sender == HSMS_HOST ? s->dst : s->src));
        jsonw_kstr(&w, "host", span_str(s->sender == HSMS_HOST ? s->src : s->dst));
    }
    jsonw_ku64(&w, "message", s->ordinal);
    if (s->reused) {
        jsonw_kbool(&w, "system_bytes_reused", true);
    }
    if (s->is_reply) {
        jsonw_ku64(&w, "answers_frame", s->answers.frame);
        jsonw_ku64(&w, "answers_message", s->answers.ordinal);
        jsonw_ku64(&w, "answers_stype", s->answers.stype);
        if (s->answers.stype == HSMS_DATA) {
            jsonw_ku64(&w, "answers_stream", s->answers.stream);
            jsonw_ku64(&w, "answers_function", s->answers.function);
        }
        jsonw_ki64(&w, "answers_after_us", (s->time - s->answers.time) / 1000);
    }
    if (r->bodies) {
        put_recipe(&w, hw, r, s);
    }
    if (!whole) {
        jsonw_kbool(&w, "text_left_out", true);
    }
    jsonw_close(&w, '}');
    jsonw_close(&w, '}');
}

static void put_whole(struct hsms_writer *w, struct buf *out)
{
    buf_printf(out, "HSMS/1 %zu ", w->context.len);
    buf_put_span(out, buf_span(&w->context));
    buf_put_span(out, buf_span(&w->text));
    out->failed |= w->context.failed || w->text.failed;
}

// ---- connections

static void put_end(struct jsonw *w, const struct hsms_connection *c)
{
    char text[64];

    jsonw_key(w, SPAN_LIT("end"));
    jsonw_open(w, '[');
    if (c->ended) {
        (void)snprintf(text, sizeof(text), "%s by %s in frame %llu",
                       c->ended == 'F' ? "FIN" : "RST", c->ended_by_client ? "client" : "server",
                       (unsigned long long)c->ended_frame);
        jsonw_str(w, span_str(text));
    }
    jsonw_close(w, ']');
}

static void put_connection(const struct hsms_seen *s, struct buf *out)
{
    const struct hsms_connection *c = &s->end;
    struct jsonw w = jsonw_of(out);

    jsonw_open(&w, '{');
    jsonw_kstr(&w, "client", span_str(s->src));
    jsonw_kstr(&w, "server", span_str(s->dst));
    jsonw_kstr(&w, "client_role", span_str(c->client == HSMS_HOST ? "host" : "equipment"));
    jsonw_kbool(&w, "accepted", c->accepted);
    jsonw_ku64(&w, "messages", c->messages);
    jsonw_kbool(&w, "selected", c->selected);
    jsonw_ku64(&w, "first_frame", c->first_frame);
    put_end(&w, c);
    if (c->incomplete[0] + c->incomplete[1]) {
        jsonw_ku64(&w, "incomplete_bytes", c->incomplete[0] + c->incomplete[1]);
    }
    if (c->gaps) {
        jsonw_ku64(&w, "gaps", c->gaps);
        jsonw_ku64(&w, "bytes_lost", c->lost);
    }
    if (c->conflicts) {
        jsonw_ku64(&w, "bytes_in_conflict", c->conflicts);
    }
    if (c->given_up) {
        jsonw_kstr(&w, "given_up", span_str(c->given_up));
    }
    jsonw_close(&w, '}');
}

// ---- all of it

static void masks_of(struct hsms_writer *w, const struct hsms_seen *s)
{
    const struct fab_mask *mask = NULL;
    size_t n = 0;

    if (w->fab && !s->plain) {
        struct span tool = span_str(s->sender == HSMS_HOST ? s->dst : s->src);
        int asset;

        while (tool.n && tool.p[tool.n - 1] != ':') {
            tool.n--;
        }
        tool.n -= tool.n > 0;
        if (tool.n && tool.p[0] == '[') {
            tool = span_sub(tool, 1, tool.n - 2);
        }
        asset = fab_find(w->fab, tool);
        mask = asset == FAB_NONE ? NULL
                                 : fab_masks(w->fab, span_str(fab_asset(w->fab, asset)->kind), &n);
    }
    recipe_begin(&w->marks, w->key, mask, n);
}

void hsms_record_put(struct hsms_writer *w, const struct hsms_seen *s, struct buf *out)
{
    struct redaction r = {.w = w};
    struct verdict v = {.fault = s->fault, .at = s->fault_at};

    if (s->what == HSMS_SEEN_CONNECTION) {
        put_connection(s, out);
        return;
    }
    buf_clear(&w->text);
    masks_of(w, s);
    if (s->bytes.n >= HSMS_HEAD) {
        struct hsms_head h = hsms_head_of(s->bytes.p);

        buf_put_span(&w->text, span_sub(s->bytes, 0, HSMS_HEAD));
        judge_head(s, &h, &v);
        if (!v.fault && h.stype == HSMS_DATA) {
            r.row = secs_row_of(h.stream, h.function);
            begin_redaction(&r);
            put_text(&r, s, &v);
        }
    }
    r.bodies = v.fault ? 0 : r.bodies; // half a recipe is not one to compare with
    put_context(w, &r, s, &v, !r.over);
    if (w->max && w->context.len + w->text.len + 32 > w->max) {
        buf_cut(&w->text, HSMS_HEAD);
        put_context(w, &r, s, &v, false);
    }
    put_whole(w, out);
}
