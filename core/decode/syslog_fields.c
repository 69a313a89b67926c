// syslog_fields.c - the header of a syslog message as fields.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/syslog.h"
#include "core/decode/syslog_sd.h"

enum {
    NAME_PRIORITY,
    NAME_FACILITY,
    NAME_SEVERITY,
    NAME_VERSION,
    NAME_TIMESTAMP,
    NAME_HOSTNAME,
    NAME_APPNAME,
    NAME_PROCID,
    NAME_MSGID,
    NAME_MESSAGE
};

void syslog_names_init(struct syslog_names *n, const struct wants *w)
{
    static const char *const under[SYSLOG_NAMES] = {
        "header.priority",  "header.facility", "header.severity", "header.version",
        "header.timestamp", "header.hostname", "header.appname",  "header.procid",
        "header.msgid",     "header.message"};

    for (int v = 0; v <= SYSLOG_PRI_MAX; v++) {
        char *p = n->digits[v];

        p += v > 99 ? (*p = (char)('0' + v / 100), 1) : 0;
        p += v > 9 ? (*p = (char)('0' + v / 10 % 10), 1) : 0;
        *p = (char)('0' + v % 10);
    }
    for (size_t i = 0; i < SYSLOG_NAMES; i++) {
        struct span name = span_str(under[i]), alone = span_sub(name, 7, name.n);

        n->of[0][i].name = alone;
        n->of[0][i].id = wants_find(w, alone);
        n->of[1][i].name = name;
        n->of[1][i].id = wants_find(w, name);
    }
}

// Fields that are put one behind the other: what `out` says of itself is kept at hand. There is room.
struct put {
    const struct syslog_name *name; // of the header's fields
    struct fields *out;
    struct okv *o; // the next one
    uint32_t *next, *at, *last, *touch;
    uint32_t place;
};

static bool begin(struct put *p, struct fields *out)
{
    fields_index(out);
    if (!fields_room(out, SYSLOG_NAMES)) {
        return false;
    }
    p->out = out;
    p->o = out->v + out->n;
    p->next = out->next;
    p->at = out->at;
    p->last = out->last;
    p->touch = out->touched + out->ntouched;
    p->place = (uint32_t)out->n;
    return true;
}

static void end(const struct put *p)
{
    p->out->n = p->out->indexed = p->place;
    p->out->ntouched = (size_t)(p->touch - p->out->touched);
}

static inline void put(struct put *p, size_t i, struct fval v)
{
    uint32_t id = p->name[i].id;

    p->o->name = p->name[i].name;
    p->o->v.type = v.type;
    p->o->v.s = v.s;
    p->o->v.i = v.i;
    p->o++;
    p->next[p->place++] = 0;
    if (id != WANTS_NONE) {
        if (p->at[id]) {
            p->next[p->last[id] - 1] = p->place;
        } else {
            p->at[id] = p->place;
            *p->touch++ = id;
        }
        p->last[id] = p->place;
    }
}

static inline void put_str(struct put *p, size_t i, struct span s)
{
    if (s.n) {
        put(p, i, fval_str(s));
    }
}

static void put_int(struct put *p, size_t i, int v, const struct syslog_names *names)
{
    struct fval number = {.type = V_INT, .i = v};

    if (v >= 0 && v <= SYSLOG_PRI_MAX) {
        number.s = span_of(names->digits[v], 1 + (v > 9) + (v > 99));
    } else {
        number = fval_int(p->out->arena, v);
    }
    put(p, i, number);
}

void syslog_put(const struct syslog *h, const struct syslog_names *names, bool under,
                struct fields *out)
{
    struct put p = {.name = names->of[under]};

    if (!begin(&p, out)) {
        return;
    }
    if (h->pri >= 0) {
        put_int(&p, NAME_PRIORITY, h->pri, names);
        put_int(&p, NAME_FACILITY, h->pri / 8, names);
        put_int(&p, NAME_SEVERITY, h->pri % 8, names);
    }
    if (h->version) {
        put_int(&p, NAME_VERSION, h->version, names);
    }
    put_str(&p, NAME_TIMESTAMP, h->stamp);
    put_str(&p, NAME_HOSTNAME, h->host);
    put_str(&p, NAME_APPNAME, h->app);
    put_str(&p, NAME_PROCID, h->procid);
    put_str(&p, NAME_MSGID, h->msgid);
    if (h->sd.n) {
        end(&p);
        syslog_sd_put(h->sd, under ? SPAN_LIT("header") : SPAN_NONE, out);
        if (!begin(&p, out)) {
            return;
        }
    }
    if (!under) {
        put(&p, NAME_MESSAGE, fval_str(h->msg));
    }
    end(&p);
}
