// syslog_usual.c - the header that most lines have, read in one go.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/syslog_usual.h"

#include "core/base/find.h"
#include "core/decode/syslog_cisco.h"

enum { STAMP = 15, HOST = STAMP + 1, HOST_MAX = 255, TAG_MAX = 64, PID_MAX = 32 };

// clang-format off
const bool syslog_tag_set[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['.'] = true, ['_'] = true,
    ['-'] = true, ['/'] = true, ['('] = true, [')'] = true, ['%'] = true, ['@'] = true, ['+'] = true,
    ['~'] = true, ['\\'] = true,
};
// clang-format on

// Where the tag that begins at `from` ends; `from` when there is none.
static inline size_t tag_end(struct span s, size_t from)
{
    size_t n = from, most = s.n < from + TAG_MAX ? s.n : from + TAG_MAX;

    while (n < most && syslog_tag_char(s.p[n])) {
        n++;
    }
    return n < s.n ? n : from;
}

static inline struct span behind(struct span s, size_t from)
{
    return span_of(s.p + from, s.n - from);
}

// The tag from `tag` on: its end, the process id behind it and where the text begins; false: none.
static inline bool read_tag(struct span s, size_t tag, size_t *ret_end, struct span *ret_pid,
                            size_t *ret_text)
{
    size_t end = tag_end(s, tag), text = end + 1;

    if (end == tag) {
        return false;
    }
    *ret_pid = SPAN_NONE;
    if (s.p[end] == '[') {
        struct span reach = span_sub(s, 0, end + PID_MAX + 1);
        size_t shut = FIND_ANY(reach, end + 1, "]");

        if (shut >= reach.n) {
            return false;
        }
        *ret_pid = span_of(s.p + end + 1, shut - end - 1);
        text = shut + 1;
        text += text < s.n && s.p[text] == ':';
    } else if (s.p[end] != ':' || (text < s.n && s.p[text] != ' ')) {
        return false;
    }
    *ret_end = end;
    *ret_text = text + (text < s.n && s.p[text] == ' ');
    return true;
}

bool syslog_usual(struct span s, const struct syslog_now *now, struct syslog *h)
{
    size_t blank, tag, end, text;
    struct span pid;
    utime_t t;

    if (!stamp_bsd_same(now->memo, s, now->received, now->zone_s, &t) ||
        FIND_HAS(span_sub(s, 0, SYSLOG_CISCO_REACH), "%")) {
        return false;
    }
    blank = FIND_ANY(s, HOST, " [");
    tag = blank + 1;
    if (tag >= s.n || blank == HOST || blank > HOST + HOST_MAX || s.p[blank] == '[' ||
        s.p[blank - 1] == ':' || s.p[tag] == ' ' || body_of(behind(s, HOST)) != BODY_TEXT ||
        span_load4(s.p + STAMP) == span_load4(" UTC") || // a zone
        span_load4(s.p + STAMP) == span_load4(" GMT")) {
        return false;
    }
    if (body_of(behind(s, tag)) != BODY_TEXT) { // no tag before it
        end = text = tag;
        pid = SPAN_NONE;
    } else if (!read_tag(s, tag, &end, &pid, &text)) {
        return false;
    }
    h->stamp = span_of(s.p, STAMP);
    h->time = t;
    h->host = span_of(s.p + HOST, blank - HOST);
    h->app = end > tag ? span_of(s.p + tag, end - tag) : SPAN_NONE;
    h->procid = pid;
    h->msg = behind(s, text);
    return true;
}
