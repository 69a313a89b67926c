// syslog.c - the header of a syslog message.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/syslog.h"

#include "core/base/utf8.h"
#include "core/decode/csv_record.h"
#include "core/decode/stamp.h"
#include "core/decode/stamp_pattern.h"
#include "core/decode/syslog_cisco.h"
#include "core/decode/syslog_sd.h"
#include "core/decode/syslog_usual.h"
#include "core/decode/zeek.h"

const char *const syslog_level_name[8] = {"emergency", "alert",  "critical",      "error",
                                          "warning",   "notice", "informational", "debug"};

// "0|Vendor|Product|..." and "1.0|Vendor|...": CEF and LEEF whose first word a relay took for the tag.
static enum body headless(struct span s)
{
    size_t bars = 0, n = s.n < 512 ? s.n : 512;

    for (size_t i = 0; i < n; i++) {
        bars += s.p[i] == '|';
    }
    return s.p[1] == '|' ? bars >= 7 ? BODY_CEF : BODY_TEXT
           : s.p[1] == '.' && s.p[3] == '|' && bars >= 5 && span_find(s, '=') < s.n ? BODY_LEEF
                                                                                    : BODY_TEXT;
}

enum body body_told(struct span s)
{
    if (s.n && (s.p[0] == '{' || (s.p[0] == '[' && s.n > 1 && s.p[1] == '{'))) {
        return BODY_JSON;
    }
    if (span_starts(s, SPAN_LIT("CEF:")) && s.n > 5 &&
        ((s.p[4] >= '0' && s.p[4] <= '9') || s.p[4] == ' ')) {
        return BODY_CEF;
    }
    if (span_starts(s, SPAN_LIT("LEEF:")) && s.n > 5 && s.p[5] >= '1' && s.p[5] <= '2') {
        return BODY_LEEF;
    }
    if (s.n > 2 && s.p[0] == '<' &&
        (s.p[1] == '?' || ((s.p[1] | 0x20) >= 'a' && (s.p[1] | 0x20) <= 'z'))) {
        return BODY_XML;
    }
    if (s.n > 8 && s.p[0] >= '0' && s.p[0] <= '2' && (s.p[1] == '|' || s.p[1] == '.')) {
        return headless(s);
    }
    return zeek_is(s) ? BODY_ZEEK : csv_record_is(s) ? BODY_CSV : BODY_TEXT;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "<0>" to "<191>", no leading zeros.
static bool read_pri(struct span *s, int *ret)
{
    size_t n = 1;
    int v = 0;

    if (s->n == 0 || s->p[0] != '<') {
        return false;
    }
    while (n < s->n && n < 5 && is_digit(s->p[n])) {
        v = v * 10 + (s->p[n++] - '0');
    }
    if (n < 2 || n > 4 || n >= s->n || s->p[n] != '>' || v > 191 || (s->p[1] == '0' && n > 2)) {
        return false;
    }
    *ret = v;
    *s = span_sub(*s, n + 1, s->n);
    return true;
}

// ---- RFC 5424

// The grammar of RFC 5424 section 6.2.3, which is narrower than ISO: 'T', 'Z' or +hh:mm, 1-6 digits.
static bool strict_time(struct span s, utime_t *ret)
{
    size_t n = 19;

    if (s.n < 20 || s.p[10] != 'T') {
        return false;
    }
    if (s.p[n] == '.') {
        size_t from = ++n;

        while (n < s.n && is_digit(s.p[n])) {
            n++;
        }
        if (n == from || n - from > 6) {
            return false;
        }
    }
    if (n >= s.n || !((s.p[n] == 'Z' && s.n == n + 1) ||
                      ((s.p[n] == '+' || s.p[n] == '-') && s.n == n + 6 && s.p[n + 3] == ':'))) {
        return false;
    }
    return utime_iso(s, 0, ret, NULL);
}

// One header word of printable ASCII, at most `max` long; "-" gives the empty span.
static bool header_word(struct span *rest, size_t max, struct span *ret)
{
    struct span s = span_cut(rest, ' ');

    if (s.n == 0 || s.n > max) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 33 || s.p[i] > 126) {
            return false;
        }
    }
    *ret = s.n == 1 && s.p[0] == '-' ? SPAN_NONE : s;
    return true;
}

static const char *read_words(struct syslog *h, struct span *rest)
{
    static const struct {
        const char *error;
        size_t max, at;
    } words[] = {
        {"the host name is not one", 255, offsetof(struct syslog, host)},
        {"the application name is not one", 48, offsetof(struct syslog, app)},
        {"the process id is not one", 128, offsetof(struct syslog, procid)},
        {"the message id is not one", 32, offsetof(struct syslog, msgid)},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct span before = *rest;

        if (i && body_of(*rest) != BODY_TEXT) {
            return NULL;
        }
        if (!header_word(rest, words[i].max, (struct span *)((char *)h + words[i].at))) {
            *rest = before;
            return words[i].error;
        }
    }
    return NULL;
}

// "VERSION SP TIME SP HOST SP APP SP PROCID SP MSGID SP SD [SP MSG]" behind PRI.
static const char *parse_5424(struct syslog *h, struct span rest, int zone_s)
{
    static const struct span bom = SPAN_LIT("\xEF\xBB\xBF");
    struct span before = rest;
    const char *error, *wrong = NULL;

    h->msg = rest;
    (void)span_cut(&rest, ' ');
    h->stamp = span_cut(&rest, ' ');
    if (span_eq_str(h->stamp, "-")) {
        h->stamp = SPAN_NONE;
    } else if (!strict_time(h->stamp, &h->time)) {
        wrong = "the time stamp is not one of RFC 5424";
        if (!utime_iso(h->stamp, zone_s, &h->time,
                       NULL)) { // else read on: no zone, too many digits
            h->time = UTIME_NONE;
            h->msg = span_sub(before, span_find(before, ' ') + 1, before.n);
            h->stamp = SPAN_NONE;
            return wrong;
        }
    }
    h->msg = rest;
    error = read_words(h, &rest);
    h->msg = rest;
    if (error || body_of(rest) != BODY_TEXT) {
        return wrong ? wrong : error;
    }
    error = syslog_sd_read(&rest, &h->sd);
    if (error) {
        return wrong ? wrong : error;
    }
    h->msg = span_sub(rest, rest.n > 0, rest.n);
    if (span_starts(h->msg, bom)) {
        h->msg = span_sub(h->msg, bom.n, h->msg.n);
        if (!utf8_valid(h->msg)) {
            return "the message says that it is UTF-8 and is not";
        }
    }
    return wrong;
}

// ---- RFC 3164 and customs

static bool skip(struct span *s, char c)
{
    if (s->n == 0 || s->p[0] != c) {
        return false;
    }
    *s = span_sub(*s, 1, s->n);
    return true;
}

static void skip_blanks(struct span *s)
{
    while (skip(s, ' ')) {
    }
}

// NetScaler: "11/22/2026:01:59:58", or with the day first when it is set so ("date format").
static bool slashed_time(struct span s, int zone_s, utime_t *ret, size_t *ret_n)
{
    struct span at = span_sub(s, 0, 19);

    *ret_n = at.n;
    return at.n == 19 && at.p[2] == '/' && at.p[5] == '/' && at.p[10] == ':' &&
           (stamp_pattern_read(at, SPAN_LIT("MM/dd/yyyy:HH:mm:ss"), 0, zone_s, ret) ||
            stamp_pattern_read(at, SPAN_LIT("dd/MM/yyyy:HH:mm:ss"), 0, zone_s, ret));
}

// Cisco: "29: " before the time, '*' or '.' for a clock that is not set, "UTC" and ':' behind it.
static bool read_time(struct span *s, const struct syslog_now *now, struct syslog *h)
{
    struct span at = *s;
    size_t n = 0;

    skip_blanks(&at);
    while (n < at.n && is_digit(at.p[n])) {
        n++;
    }
    if (n && n < 12 && n + 1 < at.n && at.p[n] == ':' && at.p[n + 1] == ' ') {
        at = span_sub(at, n + 2, at.n);
    }
    (void)skip(&at, ':');
    skip_blanks(&at);
    (void)(skip(&at, '*') || skip(&at, '.'));
    if (!stamp_bsd_again(now->memo, at, now->received, now->zone_s, &h->time, &n) &&
        !utime_iso(at, now->zone_s, &h->time, &n) && !slashed_time(at, now->zone_s, &h->time, &n)) {
        h->time = UTIME_NONE;
        return false;
    }
    if (n < at.n && at.p[n] != ' ' && at.p[n] != ':') {
        h->time = UTIME_NONE;
        return false;
    }
    h->stamp = span_sub(at, 0, n);
    at = span_sub(at, n, at.n);
    if (span_starts(at, SPAN_LIT(" UTC")) || span_starts(at, SPAN_LIT(" GMT"))) {
        at = span_sub(at, 4, at.n);
        (void)(span_starts(at, SPAN_LIT(" :")) && skip(&at, ' '));
    }
    (void)skip(&at, ':');
    skip_blanks(&at);
    *s = at;
    return true;
}

// "TAG[pid]: ", "TAG: " or "TAG[pid] ". Leaves *s alone when there is none.
static void read_tag(struct span *s, struct syslog *h)
{
    struct span at = *s;
    size_t n = 0;

    if (body_of(at) != BODY_TEXT) {
        return;
    }
    while (n < at.n && n < 64 && syslog_tag_char(at.p[n])) {
        n++;
    }
    if (n == 0 || n == at.n) {
        return;
    }
    if (at.p[n] == '[') {
        size_t close = span_find(at, ']');

        if (close >= at.n || close - n > 32) {
            return;
        }
        h->procid = span_sub(at, n + 1, close - n - 1);
        h->app = span_sub(at, 0, n);
        at = span_sub(at, close + 1, at.n);
        (void)skip(&at, ':');
    } else if (at.p[n] == ':' && (n + 1 == at.n || at.p[n + 1] == ' ')) {
        h->app = span_sub(at, 0, n);
        at = span_sub(at, n + 1, at.n);
    } else {
        return;
    }
    (void)skip(&at, ' ');
    *s = at;
}

// "WORD {json", "WORD -: CEF:0|...": a tag without its colon before a body that says what it is.
static void read_loose_tag(struct span *s, struct syslog *h)
{
    struct span rest = *s, w = span_cut(&rest, ' ');

    if (span_starts(rest, SPAN_LIT("-: "))) {
        rest = span_sub(rest, 3, rest.n);
    }
    if (w.n && w.n <= 64 && body_of(*s) == BODY_TEXT && body_of(rest) != BODY_TEXT) {
        h->app = w;
        *s = rest;
    }
}

// An ISO time and a host without version before them may still be followed by the words of RFC 5424
// (Juniper, Qumulo): "APP PROCID MSGID SD MSG". Only when all of it is right.
static bool read_versionless(struct span *s, struct syslog *h)
{
    struct syslog other = *h;
    struct span rest = *s;

    if (h->host.n == 0 || h->stamp.n < 19 || h->stamp.p[10] != 'T' ||
        !header_word(&rest, 48, &other.app) || !header_word(&rest, 128, &other.procid) ||
        !header_word(&rest, 32, &other.msgid) || syslog_sd_read(&rest, &other.sd)) {
        return false;
    }
    *h = other;
    *s = span_sub(rest, rest.n > 0, rest.n);
    return true;
}

// The word behind the time is the host, unless it is a tag already.
static void read_host(struct span *s, struct syslog *h)
{
    struct span rest = *s, w = span_cut(&rest, ' ');
    bool colon = w.n > 1 && w.p[w.n - 1] == ':';

    if (w.n == 0 || w.n > 255 || body_of(*s) != BODY_TEXT || span_find(w, '[') < w.n ||
        w.p[0] == '%' || (colon && !(rest.n && rest.p[0] == '%'))) {
        return;
    }
    h->host = span_sub(w, 0, w.n - colon);
    *s = rest;
    if (s->n > 1 && s->p[0] == ':' && s->p[1] == ' ') {
        *s = span_sub(*s, 2, s->n);
    }
    skip_blanks(s);
}

static const char *parse_3164(struct syslog *h, struct span s, const struct syslog_now *now)
{
    struct span before = s;

    if (read_time(&s, now, h)) {
        read_host(&s, h);
        if (!read_versionless(&s, h)) {
            read_tag(&s, h);
        }
        if (h->app.n == 0) {
            read_loose_tag(&s, h);
        }
        h->msg = s;
        return NULL;
    }
    skip_blanks(&s);
    h->msg = s;
    if (body_of(s) != BODY_TEXT) {
        return NULL;
    }
    read_tag(&s, h);
    h->msg = s;
    if (h->app.n || (s.n && (s.p[0] == '%' || s.p[0] == ':'))) {
        return NULL;
    }
    h->msg = before;
    return "no header behind the priority";
}

// "1 " to "999 ": what tells RFC 5424 from the rest.
static bool read_version(struct span s, int *ret)
{
    size_t n = 0;
    int v = 0;

    while (n < s.n && n < 4 && is_digit(s.p[n])) {
        v = v * 10 + (s.p[n++] - '0');
    }
    *ret = v;
    return n > 0 && n < 4 && s.p[0] != '0' && n < s.n && s.p[n] == ' ';
}

void syslog_parse(struct span raw, const struct syslog_now *now, struct syslog *ret)
{
    struct span s = raw;

    *ret = (struct syslog){.pri = -1, .time = UTIME_NONE, .msg = raw};
    if (!read_pri(&s, &ret->pri)) {
        bool claims = s.n > 1 && s.p[0] == '<' && is_digit(s.p[1]);

        ret->pri = -1;
        if (claims) {
            size_t close = span_find(span_sub(s, 0, 16), '>');

            // what stands behind it may still be right
            if (close < 16 && close < s.n) {
                (void)parse_3164(ret, span_sub(s, close + 1, s.n), now);
            }
            ret->form = SYSLOG_3164;
            ret->error = "the priority is not 0 to 191";
        } else if (syslog_usual(s, now, ret)) {
            ret->form = SYSLOG_3164;
        } else if (syslog_cisco(s, now->received, now->zone_s, ret)) {
            ret->form = SYSLOG_3164;
        } else if (s.n && (is_digit(s.p[0]) || (s.p[0] >= 'A' && s.p[0] <= 'S'))) {
            const char *error = parse_3164(ret, s, now);

            ret->form = !error && ret->stamp.n ? SYSLOG_3164 : SYSLOG_NONE;
        }
        return;
    }
    if (read_version(s, &ret->version)) {
        struct span rest = span_sub(s, span_find(s, ' ') + 1, s.n);
        struct syslog other = *ret;

        if (rest.n && rest.p[0] != '-' && !is_digit(rest.p[0]) && !parse_3164(&other, rest, now) &&
            other.stamp.n) {
            *ret = other; // "<34>1 Oct 11 22:14:15 host app: text"
            ret->form = SYSLOG_3164;
            return;
        }
        ret->form = SYSLOG_5424;
        ret->error = parse_5424(ret, s, now->zone_s);
        return;
    }
    ret->version = 0;
    ret->form = SYSLOG_3164;
    if (syslog_usual(s, now, ret) || syslog_cisco(s, now->received, now->zone_s, ret)) {
        return;
    }
    ret->error = parse_3164(ret, s, now);
    if (!ret->error && s.n && is_digit(s.p[0]) && !ret->stamp.n) {
        ret->error = "neither a version nor a time behind the priority";
    }
}
