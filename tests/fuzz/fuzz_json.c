// fuzz_json.c - any bytes as JSON texts: the fast reader says what the plain one says, text after text.
// SPDX-License-Identifier: Apache-2.0
//
// Each line of the input is a text, so that one may be read with what is remembered of another; the whole
// is one as well.
#include "tests/core/decode/json_both.h"
#include "tests/fuzz/fuzz.h"

static struct wants *names(void)
{
    static const char *const name[] = {"a",
                                       "b",
                                       "c",
                                       "a.b",
                                       "a.b.c",
                                       "a.a.a",
                                       "list",
                                       "@timestamp",
                                       "timestamp",
                                       "event_type",
                                       "flow_id",
                                       "alert.signature",
                                       "src_ip",
                                       "dest_port",
                                       "EventID",
                                       "Image",
                                       "CommandLine",
                                       "Event.System.EventID",
                                       "Event.EventData.Image",
                                       "request.id",
                                       "user.name",
                                       "time",
                                       "type",
                                       "message",
                                       "log.x",
                                       "a name of twenty-nine bytes..",
                                       "a name that has thirty bytes..",
                                       ""};
    struct wants *w = wants_new();

    for (size_t i = 0; w && i < sizeof(name) / sizeof(*name); i++) {
        (void)wants_add(w, span_str(name[i]));
    }
    return w;
}

static void check(struct json_both *b, struct span text)
{
    struct span s = fuzz_copy(text.p, text.n);
    const char *why = json_both_read(b, s);

    if (why) {
        (void)fprintf(stderr, "%s: " SPAN_FMT "\n", why, SPAN_ARG(s));
        abort();
    }
    free((void *)(uintptr_t)s.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct json_both *b;
    struct span rest = span_of((const char *)data, n);

    if (!b) {
        b = malloc(sizeof(*b));
        FUZZ_CHECK(b && json_both_init(b, names()) && b->able);
    }
    json_memo_free(&b->memo); // nothing of the input before: a finding can be repeated
    FUZZ_CHECK(json_memo_init(&b->memo, b->want));
    check(b, rest);
    while (rest.n) {
        check(b, span_cut(&rest, '\n'));
    }
    return 0;
}
