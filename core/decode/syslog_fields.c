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

    for (size_t i = 0; i < SYSLOG_NAMES; i++) {
        struct span name = span_str(under[i]), alone = span_sub(name, 7, name.n);

        n->of[0][i].name = alone;
        n->of[0][i].id = wants_find(w, alone);
        n->of[1][i].name = name;
        n->of[1][i].id = wants_find(w, name);
    }
}

struct put {
    const struct syslog_name *name; // of the header's fields
    struct fields *out;
};

static inline void put(const struct put *p, size_t i, struct fval v)
{
    (void)fields_put(p->out, p->name[i].id, p->name[i].name, v);
}

static inline void put_str(const struct put *p, size_t i, struct span s)
{
    if (s.n) {
        put(p, i, fval_str(s));
    }
}

static void put_int(const struct put *p, size_t i, int v)
{
    put(p, i, fval_int(p->out->arena, v));
}

void syslog_put(const struct syslog *h, const struct syslog_names *names, bool under,
                struct fields *out)
{
    const struct put p = {names->of[under], out};

    fields_name(out);
    if (h->pri >= 0) {
        put_int(&p, NAME_PRIORITY, h->pri);
        put_int(&p, NAME_FACILITY, h->pri / 8);
        put_int(&p, NAME_SEVERITY, h->pri % 8);
    }
    if (h->version) {
        put_int(&p, NAME_VERSION, h->version);
    }
    put_str(&p, NAME_TIMESTAMP, h->stamp);
    put_str(&p, NAME_HOSTNAME, h->host);
    put_str(&p, NAME_APPNAME, h->app);
    put_str(&p, NAME_PROCID, h->procid);
    put_str(&p, NAME_MSGID, h->msgid);
    if (h->sd.n) {
        syslog_sd_put(h->sd, under ? SPAN_LIT("header") : SPAN_NONE, out);
        fields_name(out);
    }
    if (!under) {
        put(&p, NAME_MESSAGE, fval_str(h->msg));
    }
}
