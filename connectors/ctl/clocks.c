// clocks.c - fabsocctl clocks: how far the clocks behind files are apart, by the connections that both saw.
// SPDX-License-Identifier: Apache-2.0
//
// A file says by itself nothing of whether its clock was right. Two that saw the same network do: a connection
// is the same one when both its ends, addresses and ports, are. The first file is the reference.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "connectors/ctl/ctl.h"
#include "connectors/ctl/input.h"
#include "connectors/ctl/share.h"
#include "core/base/hash.h"
#include "core/base/jsonw.h"
#include "core/base/shift.h"

enum { SIGHTINGS_MAX = 1 << 20, CLOCK_FILES_MAX = 1000 };

struct seen { // by one file
    struct sighting *s;
    size_t n, cap;
    uint64_t records, beyond; // connections beyond SIGHTINGS_MAX
};

struct looking {
    struct decoder *decoder;
    struct seen *seen; // of the file in work
    struct event ev;
};

// Address and port as bytes; false when the text is no address.
static bool end_of(const struct event *ev, enum field ip, enum field port, unsigned char out[18])
{
    struct span s = event_str(ev, ip);
    char text[INET6_ADDRSTRLEN];
    int64_t p = event_has(ev, port) ? ev->field[port].i : -1;

    if (s.n == 0 || s.n >= sizeof(text) || p <= 0 || p > 65535) {
        return false;
    }
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    memset(out, 0, 18);
    out[16] = (unsigned char)(p >> 8);
    out[17] = (unsigned char)p;
    if (inet_pton(AF_INET, text, out + 12) == 1) {
        out[10] = out[11] = 0xFF;
        return true;
    }
    return inet_pton(AF_INET6, text, out) == 1;
}

// The same whichever end a record calls the source.
static bool connection_of(const struct event *ev, uint64_t *ret)
{
    unsigned char both[36], *a = both, *b = both + 18;

    if (!end_of(ev, FIELD_SOURCE_IP, FIELD_SOURCE_PORT, a) ||
        !end_of(ev, FIELD_DESTINATION_IP, FIELD_DESTINATION_PORT, b)) {
        return false;
    }
    if (memcmp(a, b, 18) > 0) {
        unsigned char other[18];

        memcpy(other, a, 18);
        memcpy(a, b, 18);
        memcpy(b, other, 18);
    }
    *ret = hash64(0, span_of((const char *)both, sizeof(both)));
    return true;
}

static int take(void *ctx, const struct input_record *r, struct err *err)
{
    struct looking *l = ctx;
    struct seen *f = l->seen;
    struct decode_in in = input_decode_in(r, NULL);
    uint64_t key;

    decode(l->decoder, &in, &l->ev);
    f->records++;
    if (l->ev.clock_gap == NO_CLOCK_GAP || !connection_of(&l->ev, &key)) {
        return 0;
    }
    if (f->n == SIGHTINGS_MAX) {
        f->beyond++;
        return 0;
    }
    if (f->n == f->cap) {
        size_t cap = f->cap ? 2 * f->cap : 1024;
        struct sighting *s = realloc(f->s, cap * sizeof(*s));

        if (!s) {
            return err_set(err, E_SYSTEM, "clocks.memory", "no memory for the connections");
        }
        f->s = s;
        f->cap = cap;
    }
    f->s[f->n++] =
        (struct sighting){.key = key, .time = utime_of_ns(r->received) + l->ev.clock_gap};
    return 0;
}

// As the configuration writes a duration: one unit.
static void offset_line(int64_t gap_us, char out[40])
{
    int64_t s = -gap_us / UTIME_SECOND;

    (void)snprintf(out, 40, "offset: %lld%s",
                   (long long)(s % 3600 == 0 ? s / 3600
                               : s % 60 == 0 ? s / 60
                                             : s),
                   s == 0          ? ""
                   : s % 3600 == 0 ? "h"
                   : s % 60 == 0   ? "m"
                                   : "s");
}

static bool print_file(const char *file, const struct seen *f, const struct shift *shift)
{
    AUTO_BUF out;
    struct jsonw w = jsonw_of(&out);
    char line[40];

    buf_init(&out, 64 << 10);
    jsonw_open(&w, '{');
    jsonw_kstr(&w, "file", span_str(file));
    jsonw_ku64(&w, "records", f->records);
    jsonw_ku64(&w, "connections", f->n);
    if (f->beyond) {
        jsonw_ku64(&w, "not_looked_at", f->beyond);
    }
    if (!shift) {
        jsonw_kbool(&w, "reference", true);
    } else {
        jsonw_ku64(&w, "shared", shift->shared);
        jsonw_ku64(&w, "compared", shift->pairs);
        jsonw_ku64(&w, "agree", shift->agree);
    }
    if (shift && shift->known) {
        int64_t gap = shift_round(shift->us);

        offset_line(gap, line);
        jsonw_ki64(&w, "ahead_seconds", gap / UTIME_SECOND);
        jsonw_kstr(&w, "suggested", span_str(line));
    }
    jsonw_close(&w, '}');
    buf_u8(&out, '\n');
    return buf_ok(&out) && fwrite(out.p, 1, out.len, stdout) == out.len;
}

static int compare(struct seen *f, char **file, int n)
{
    struct err err = ERR_INIT;

    for (int i = 0; i < n; i++) {
        struct shift shift;

        if ((i && !shift_of(f[0].s, f[0].n, f[i].s, f[i].n, &shift)) ||
            !print_file(file[i], &f[i], i ? &shift : NULL)) {
            (void)err_set(&err, E_SYSTEM, "clocks.write", "the answer could not be written");
            return ctl_fail(&err);
        }
    }
    return CTL_DONE;
}

static int look(struct sourceset *set, struct seen *f, char **file, int n)
{
    struct looking *l = calloc(1, sizeof(*l));
    int status = CTL_DONE;

    if (!l || !(l->decoder = decoder_new(set))) {
        struct err err = ERR_INIT;

        (void)err_set(&err, E_SYSTEM, "clocks.memory", "no memory for the decoder");
        free(l);
        return ctl_fail(&err);
    }
    for (int i = 0; i < n; i++) {
        struct err err = ERR_INIT;

        l->seen = &f[i];
        if (input_each(file[i], NULL, take, l, &err) < 0) {
            status = ctl_worse(status, ctl_fail(&err));
        }
    }
    decoder_free(l->decoder);
    free(l);
    return ctl_worse(status, compare(f, file, n));
}

int ctl_clocks(int argc, char **argv)
{
    struct faults faults = {.say = share_say};
    struct err err = ERR_INIT;
    struct sourceset *set;
    struct seen *f;
    int status;

    if (argc < 3 || argv[1][0] == '-') {
        return ctl_usage("clocks", "two files or more are needed: the first is the reference");
    }
    if (argc - 1 > CLOCK_FILES_MAX) {
        return ctl_usage("clocks", "at most 1000 files");
    }
    f = calloc((size_t)argc, sizeof(*f));
    set = f ? share_sources(&faults, &err) : NULL;
    if (!set) {
        free(f);
        return ctl_fail(&err);
    }
    status = look(set, f, argv + 1, argc - 1);
    for (int i = 0; i < argc; i++) {
        free(f[i].s);
    }
    free(f);
    sourceset_free(set);
    return faults.count ? ctl_worse(status, CTL_REFUSED) : status;
}
