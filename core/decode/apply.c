// apply.c - a taken-apart record under the tables of one source.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/apply.h"

#include "core/decode/pairs.h"

void work_index(struct work *w, const struct sourceset *set, size_t first)
{
    for (size_t i = first; i < w->fields.n; i++) {
        int slot = slot_find(set, w->fields.v[i].name);

        if (slot < 0) {
            continue;
        }
        if (w->at[slot]) {
            w->many[slot] = true;
        } else {
            w->at[slot] = (uint32_t)i + 1;
            w->touched[w->ntouched++] = (uint16_t)slot;
        }
    }
}

void work_clear(struct work *w)
{
    for (size_t i = 0; i < w->ntouched; i++) {
        w->at[w->touched[i]] = 0;
        w->many[w->touched[i]] = false;
    }
    w->ntouched = 0;
    w->fields.n = 0;
    arena_reset(&w->arena);
}

static const struct okv *first_of(const struct work *w, uint16_t slot)
{
    return w->at[slot] ? &w->fields.v[w->at[slot] - 1] : NULL;
}

static bool value_in(const struct condition *c, const struct fval *v)
{
    if (v->type == V_NULL) {
        return false;
    }
    for (size_t i = 0; i < c->nvalues; i++) {
        if (span_eq(c->value[i], v->s)) {
            return true;
        }
    }
    return c->nvalues == 0;
}

static bool holds(const struct work *w, const struct condition *c)
{
    const struct okv *o = first_of(w, c->slot);

    if (!o) {
        return false;
    }
    if (value_in(c, &o->v)) {
        return true;
    }
    if (w->many[c->slot]) {
        for (const struct okv *k = o + 1; k < w->fields.v + w->fields.n; k++) {
            if (span_eq(k->name, o->name) && value_in(c, &k->v)) {
                return true;
            }
        }
    }
    return false;
}

static bool all_hold(const struct work *w, const struct condition *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!holds(w, &c[i])) {
            return false;
        }
    }
    return true;
}

bool source_matches(const struct work *w, const struct source *s)
{
    bool app = s->napps == 0;

    for (size_t i = 0; i < s->napps && !app; i++) {
        app = span_eq(s->app[i], w->header.app);
    }
    return app && all_hold(w, s->match, s->nmatch);
}

void event_set(struct event *ev, enum field f, const struct fval *v)
{
    struct fval out = *v;

    if (v->type == V_ABSENT || v->type == V_NULL || v->s.n == 0) {
        return;
    }
    if (field_is_int(f)) {
        if (out.type != V_INT && !span_i64(v->s, &out.i)) {
            return;
        }
        out.type = V_INT;
    } else {
        out.type = V_STR;
    }
    ev->field[f] = out;
    ev->mask |= (uint64_t)1 << f;
}

static void set_constants(struct event *ev, const struct constant *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        event_set(ev, c[i].to, &c[i].v);
    }
}

// "[v6]:port", "host:port", "host"; a bare v6 address has several colons and no port.
static struct span host_or_port(struct span s, bool port)
{
    size_t colon;

    if (s.n && s.p[0] == '[') {
        size_t close = span_find(s, ']');

        return port ? span_sub(s, close + 2, s.n) : span_sub(s, 1, close - 1);
    }
    colon = span_find(s, ':');
    if (colon < s.n && span_find(span_sub(s, colon + 1, s.n), ':') < s.n - colon - 1) {
        return port ? SPAN_NONE : s;
    }
    return port ? span_sub(s, colon + 1, s.n) : span_sub(s, 0, colon);
}

static struct span lower(struct arena *a, struct span s)
{
    char *p = arena_alloc(a, s.n);

    for (size_t i = 0; p && i < s.n; i++) {
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
    }
    return p ? span_of(p, s.n) : SPAN_NONE;
}

static struct span as_time(struct work *w, const struct fval *v)
{
    char *text = arena_alloc(&w->arena, TIME_TEXT);
    utime_t t;

    // years before 1970 are how programs write "no time"
    if (!text || !stamp_read(v, STAMP_AUTO, w->in->received, w->in->zone_s, &t) || t <= 0) {
        return SPAN_NONE;
    }
    return span_str(utime_text(t, text));
}

static struct span join(struct work *w, const struct okv *first)
{
    const struct okv *end = w->fields.v + w->fields.n;
    size_t n = 0, used = 0;
    char *p;

    for (const struct okv *o = first; o < end; o++) {
        n += span_eq(o->name, first->name) && o->v.type != V_NULL ? o->v.s.n + 1 : 0;
    }
    p = arena_alloc(&w->arena, n);
    for (const struct okv *o = first; p && o < end; o++) {
        if (span_eq(o->name, first->name) && o->v.type != V_NULL && o->v.s.n) {
            if (used) {
                p[used++] = ' ';
            }
            memcpy(p + used, o->v.s.p, o->v.s.n);
            used += o->v.s.n;
        }
    }
    return span_of(p, used);
}

static struct span base_name(struct span s)
{
    size_t n = s.n;

    while (n && s.p[n - 1] != '/' && s.p[n - 1] != '\\') {
        n--;
    }
    return span_sub(s, n, s.n);
}

// Four decimal parts, or hexadecimal with at least two colons: enough to tell an address from a name.
static bool looks_like_ip(struct span s)
{
    size_t dots = 0, colons = 0, digits = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '.') {
            dots++;
        } else if (c == ':') {
            colons++;
        } else if (c >= '0' && c <= '9') {
            digits++;
        } else if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'f')) {
            return false;
        }
    }
    return colons >= 2 || (dots == 3 && colons == 0 && digits == s.n - 3 && s.n <= 15);
}

static struct fval taken(struct work *w, const struct mapping *m, const struct okv *o)
{
    struct fval v = o->v;

    switch (m->take) {
    case TAKE_HOST: v.s = host_or_port(v.s, false); break;
    case TAKE_PORT: v = fval_str(host_or_port(v.s, true)); break;
    case TAKE_LOWER: v.s = lower(&w->arena, v.s); break;
    case TAKE_TIME: v = fval_str(as_time(w, &o->v)); break;
    case TAKE_JOIN: v = fval_str(join(w, o)); break;
    case TAKE_BASE: v.s = base_name(v.s); break;
    case TAKE_IP: v.s = looks_like_ip(v.s) ? v.s : SPAN_NONE; break;
    case TAKE_NAME: v.s = looks_like_ip(v.s) ? SPAN_NONE : v.s; break;
    case TAKE_ALL:
    case TAKE_COUNT: break;
    }
    for (size_t i = 0; i < m->nvalues; i++) {
        if (span_eq(v.s, m->value[i].from)) {
            return fval_str(m->value[i].to);
        }
    }
    return m->nvalues ? (struct fval){0} : v;
}

static void apply_map(struct work *w, const struct source *s, struct event *ev)
{
    for (size_t i = 0; i < s->nmap; i++) {
        const struct mapping *m = &s->map[i];

        for (size_t k = 0; k < m->nfrom; k++) {
            const struct okv *o = first_of(w, m->from[k]);

            if (o && o->v.type != V_NULL && o->v.s.n) {
                struct fval v = taken(w, m, o);

                if (v.s.n) {
                    event_set(ev, m->to, &v);
                    break;
                }
            }
        }
    }
}

static void apply_kinds(struct work *w, const struct source *s, struct event *ev)
{
    ev->kind = KIND_OTHER;
    for (size_t i = 0; i < s->nkinds; i++) {
        const struct verdict_row *r = &s->kind[i];

        if (all_hold(w, r->condition, r->nconditions)) {
            ev->kind = r->kind;
            set_constants(ev, r->set, r->nset);
            return;
        }
    }
}

static void apply_patterns(struct work *w, const struct source *s, struct event *ev)
{
    struct span value[TEMPLATE_PARTS], text = span_trim(w->header.msg);
    char first = text.n ? text.p[0] : '\0';

    for (size_t i = 0; i < s->npatterns; i++) {
        const struct verdict_row *r = &s->pattern[i];

        if ((r->template.first && r->template.first != first) ||
            !template_match(&r->template, text, value)) {
            continue;
        }
        for (size_t k = 0; k < r->template.n; k++) {
            if (r->template.part[k].hole != HOLE_SKIP) {
                struct fval v = fval_str(value[k]);

                event_set(ev, (enum field)r->template.part[k].hole, &v);
            }
        }
        ev->kind = r->kind;
        set_constants(ev, r->set, r->nset);
        return;
    }
}

static void set_severity(struct work *w, struct event *ev, int64_t value)
{
    int64_t v = value < 0 ? 0 : value > 100 ? 100 : value;
    char *text = arena_printf(&w->arena, "%d", (int)v);

    event_set(ev, FIELD_EVENT_SEVERITY, &(struct fval){.type = V_INT, .s = span_str(text), .i = v});
}

static void apply_severity(struct work *w, const struct source *s, struct event *ev)
{
    const struct okv *o = s->severity_slot < 0 ? NULL : first_of(w, (uint16_t)s->severity_slot);
    int64_t v;

    if (!o || o->v.type == V_NULL) {
        return;
    }
    for (size_t i = 0; i < s->nseverity; i++) {
        if (span_eq_nocase(o->v.s, s->severity[i].from)) {
            set_severity(w, ev, s->severity[i].number);
            return;
        }
    }
    if (s->severity_range && span_i64(o->v.s, &v) && v > -1000000 && v < 1000000) {
        set_severity(w, ev, (v - s->low) * 100 / (s->high - s->low));
    }
}

static void apply_time(struct work *w, const struct source *s, struct event *ev)
{
    for (size_t i = 0; i < s->ntimes; i++) {
        const struct okv *o = first_of(w, s->time[i].slot);

        if (o && stamp_read(&o->v, s->time[i].format, w->in->received, w->in->zone_s, &ev->time)) {
            return;
        }
    }
}

void source_apply(struct work *w, const struct sourceset *set, const struct source *s,
                  struct event *ev)
{
    ev->source = s->name;
    ev->source_id = (uint16_t)(s - set->source);
    memcpy(ev->logsource, s->logsource, sizeof(ev->logsource));
    for (size_t i = 0; i < s->nunpack; i++) {
        const struct okv *o = first_of(w, s->unpack[i].slot);
        size_t first = w->fields.n;

        if (o && o->v.type == V_STR) {
            (void)pairs_flatten(o->v.s, s->unpack[i].separator, o->name, &w->fields);
            work_index(w, set, first);
        }
    }
    set_constants(ev, s->constant, s->nconstants);
    apply_map(w, s, ev);
    apply_kinds(w, s, ev);
    if (s->npatterns) {
        apply_patterns(w, s, ev);
    }
    apply_severity(w, s, ev);
    apply_time(w, s, ev);
    if (ev->kind == KIND_ALERT) {
        ev->flags |= EVENT_IS_ALERT;
    }
}

void header_apply(struct work *w, bool text, struct event *ev)
{
    // emergency .. debug on the scale of 0 to 100
    static const int severity[8] = {100, 95, 85, 70, 50, 30, 15, 5};
    const struct syslog *h = &w->header;
    struct fval v;

    if (h->pri >= 0) {
        set_severity(w, ev, severity[h->pri % 8]);
        v = fval_str(span_str(syslog_level_name[h->pri % 8]));
        event_set(ev, FIELD_LOG_LEVEL, &v);
    }
    v = fval_str(h->host);
    event_set(ev, text ? FIELD_HOST_NAME : FIELD_OBSERVER_NAME, &v);
    if (text) {
        v = fval_str(h->app);
        event_set(ev, FIELD_PROCESS_NAME, &v);
        v = fval_str(h->procid);
        event_set(ev, FIELD_PROCESS_PID, &v);
        v = fval_str(h->msg);
        event_set(ev, FIELD_MESSAGE, &v);
    }
    ev->time = h->time;
}
