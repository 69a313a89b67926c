// test_hsms_set.c - every message that changes something at a tool: told by name, kind, direction and its items.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/decode/hsms_world.h"

#include "core/base/hash.h"

// Items as on the wire: format and one length byte, then the value.
#define L(n)  "\1" n
#define U1(v) "\xa5\1" v
#define ID_1  "\xa9\2\0\1"
#define TEXT(s)                                                                                    \
    {                                                                                              \
        s, sizeof(s) - 1                                                                           \
    }
#define BODY   "POWER=SECRET-1\nGAS=SECRET-2\n"
#define BODY_N "\x1c"

struct row {
    unsigned stream, function;
    enum hsms_role sender;
    struct span text;
    enum kind kind;
    const char *meaning;
    const char *field, *want; // the value that matters
    const char *item, *value; // one item by its path in the event
};

#define HOST_SAYS HSMS_HOST
#define TOOL_SAYS HSMS_EQUIPMENT

// clang-format off
static const struct row rows[] = {
    {1, 15, HOST_SAYS, TEXT(""), KIND_TOOL_MODE, "go off-line", NULL, NULL, NULL, NULL},
    {1, 17, HOST_SAYS, TEXT(""), KIND_TOOL_MODE, "go on-line", NULL, NULL, NULL, NULL},
    {2, 15, HOST_SAYS, TEXT(L("\1") L("\2") ID_1 "\x91\4\x43\x7a\0\0"), KIND_TOOL_SETUP, "new equipment constants",
     "hsms.constant", "1", "body.L.L.F4", "250.0"},
    {2, 31, HOST_SAYS, TEXT("\x41\x0e" "20261122010203"), KIND_TOOL_SETUP, "date and time set",
     "hsms.clock", "20261122010203", "body.A", "20261122010203"},
    {2, 33, HOST_SAYS, TEXT(L("\2") U1("\0") L("\1") L("\2") ID_1 L("\1") U1("\x0a")), KIND_TOOL_SETUP, "reports defined",
     "hsms.report", "1", "body.L.L.L.L.U1", "10"},
    {2, 35, HOST_SAYS, TEXT(L("\2") U1("\0") L("\1") L("\2") ID_1 L("\1") U1("\7")), KIND_TOOL_SETUP,
     "reports linked to events", "hsms.event", "1", "body.L.L.L.L.U1", "7"},
    {2, 37, HOST_SAYS, TEXT(L("\2") "\x25\1\0" L("\1") ID_1), KIND_TOOL_SETUP, "event reports switched",
     "hsms.event", "1", "body.L.BOOLEAN", "false"},
    {2, 41, HOST_SAYS, TEXT(L("\2") "\x41\5START" L("\1") L("\2") "\x41\5LOTID" "\x41\4L-42"), KIND_TOOL_COMMAND,
     "host command", "hsms.command", "START", "body.L.L.L.A", "LOTID"},
    {2, 45, HOST_SAYS, TEXT(L("\2") U1("\0") L("\1") L("\2") ID_1 L("\0")), KIND_TOOL_SETUP, "limits of variables defined",
     "hsms.variable", "1", NULL, NULL},
    {2, 49, HOST_SAYS, TEXT(L("\4") U1("\0") "\x41\2O1" "\x41\4STOP" L("\0")), KIND_TOOL_COMMAND, "enhanced remote command",
     "hsms.command", "STOP", "body.L.A", "O1"},
    {3, 17, HOST_SAYS, TEXT(L("\5") U1("\0") "\x41\x0e" "CancelCarrier " "\x41\3" "C-1" U1("\2") L("\0")), KIND_TOOL_COMMAND,
     "carrier action", "hsms.command", "CancelCarrier ", "body.L.U1", "0"},
    {5, 3, HOST_SAYS, TEXT(L("\2") "\x21\1\0" ID_1), KIND_TOOL_SETUP, "alarm switched", "hsms.alarm", "1", "body.L.B", "00"},
    {6, 11, TOOL_SAYS, TEXT(L("\3") U1("\0") "\xa9\2\1\2" L("\0")), KIND_TOOL_REPORT, "event report", "hsms.event", "258", NULL, NULL},
    {6, 11, TOOL_SAYS, TEXT(L("\3") U1("\0") "\x41\x0drecipe-edited" L("\0")), KIND_RECIPE_WRITE, "recipe edited at the tool",
     "hsms.event", "recipe-edited", NULL, NULL},
    {6, 23, HOST_SAYS, TEXT(U1("\1")), KIND_TOOL_SETUP, "spooled data sent or purged", "hsms.command", "1", "body.U1", "1"},
    {7, 1, HOST_SAYS, TEXT(L("\2") "\x41\2P1" "\xb1\4\0\0\0\x10"), KIND_OTHER, "may a recipe be sent", "hsms.recipe", "P1",
     "body.L.U4", "16"},
    {7, 3, HOST_SAYS, TEXT(L("\2") "\x41\2P1" "\x41" BODY_N BODY), KIND_RECIPE_WRITE, "recipe sent", "hsms.recipe", "P1",
     "body.L.A", "P1"},
    {7, 3, TOOL_SAYS, TEXT(L("\2") "\x41\2P1" "\x41" BODY_N BODY), KIND_RECIPE_READ, "recipe sent", "hsms.recipe", "P1",
     "body.L.A", "P1"},
    {7, 5, HOST_SAYS, TEXT("\x41\2P1"), KIND_RECIPE_READ, "recipe asked for", "hsms.recipe", "P1", "body.A", "P1"},
    {7, 5, TOOL_SAYS, TEXT("\x41\2P1"), KIND_RECIPE_READ, "recipe asked for", "hsms.recipe", "P1", "body.A", "P1"},
    {7, 6, HOST_SAYS, TEXT(L("\2") "\x41\2P1" "\x41" BODY_N BODY), KIND_RECIPE_WRITE, "recipe as asked for", "hsms.recipe", "P1",
     NULL, NULL},
    {7, 17, HOST_SAYS, TEXT(L("\1") "\x41\2P1"), KIND_RECIPE_DELETE, "recipes deleted", "hsms.recipe", "P1", "body.L.A", "P1"},
    {7, 19, HOST_SAYS, TEXT(""), KIND_OTHER, "list of recipes asked for", NULL, NULL, NULL, NULL},
    {7, 23, HOST_SAYS, TEXT(L("\4") "\x41\2P1" "\x41\1M" "\x41\1S" L("\1") L("\2") ID_1 L("\1") "\x41" BODY_N BODY), KIND_RECIPE_WRITE,
     "formatted recipe sent", "hsms.recipe", "P1", "body.L.A", "P1"},
    {7, 25, HOST_SAYS, TEXT("\x41\2P1"), KIND_RECIPE_READ, "formatted recipe asked for", "hsms.recipe", "P1", "body.A", "P1"},
    {10, 3, HOST_SAYS, TEXT(L("\2") "\x21\1\0" "\x41\2hi"), KIND_TOOL_MESSAGE, "text to the terminal", "hsms.text", "hi",
     "body.L.A", "hi"},
    {13, 1, HOST_SAYS, TEXT(L("\1") "\x41\2" "D1"), KIND_RECIPE_WRITE, "data set to be sent", "hsms.recipe", "D1", NULL, NULL},
    {13, 6, HOST_SAYS, TEXT(L("\4") U1("\1") "\x21\1\0" U1("\1") L("\1") "\x41" BODY_N BODY), KIND_RECIPE_WRITE, "data of a data set",
     "hsms.result", "accepted", NULL, NULL},
    {14, 3, HOST_SAYS, TEXT(L("\4") "\x41\2O1" "\x41\1T" L("\0") L("\0")), KIND_TOOL_COMMAND, "attributes set", "hsms.object", "O1",
     "body.L.A", "O1"},
    {15, 13, HOST_SAYS, TEXT(L("\5") U1("\0") "\x41\1U" "\x41\2P1" L("\0") "\x41" BODY_N BODY), KIND_RECIPE_WRITE, "recipe made",
     "hsms.recipe", "P1", NULL, NULL},
    {15, 27, HOST_SAYS, TEXT(L("\5") U1("\0") "\x41\1U" "\x41\2P1" L("\0") "\x41" BODY_N BODY), KIND_RECIPE_WRITE,
     "recipe loaded down", "hsms.recipe", "P1", NULL, NULL},
    {16, 5, HOST_SAYS, TEXT(L("\4") U1("\0") "\x41\2J1" "\x41\5" "ABORT" L("\0")), KIND_TOOL_COMMAND, "process job command",
     "hsms.command", "ABORT", "body.L.A", "J1"},
    {16, 11, HOST_SAYS, TEXT(L("\7") U1("\0") "\x41\2J1" "\x21\1\x0d" L("\0") L("\3") U1("\1") "\x41\2P1" L("\0") "\x25\1\1" L("\0")),
     KIND_TOOL_COMMAND, "process job made", "hsms.recipe", "P1", NULL, NULL},
    {16, 27, HOST_SAYS, TEXT(L("\4") "\x41\2J1" U1("\1") U1("\1") L("\0")), KIND_TOOL_COMMAND, "control job command",
     "hsms.command", "1", NULL, NULL},
};
// clang-format on

static struct span secret_of(const struct row *r)
{
    return span_find_span(r->text, LIT("SECRET")) < r->text.n ? LIT("SECRET") : SPAN_NONE;
}

static void one_of_values(const struct world *w, const char *name, const char *should)
{
    struct fval v[8] = {{0}};
    size_t n = event_values(&w->ev, span_str(name), v, 8);

    for (size_t i = 0; i < n && i < 8; i++) {
        if (span_eq_str(v[i].s, should)) {
            return;
        }
    }
    fail_msg("%s is not \"%s\" but \"" SPAN_FMT "\"", name, should, SPAN_ARG(v[0].s));
}

static void each_message_of_the_set_says_what_it_is(void **state)
{
    struct world w;

    (void)state;
    world_begin(&w, NULL);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];
        char name[16];

        (void)snprintf(name, sizeof(name), "S%uF%u", r->stream, r->function);
        run(&w, r->stream, r->function, r->text, r->sender, secret_of(r));
        if (w.ev.error[0] || w.ev.kind != r->kind) {
            fail_msg("%s (row %zu) is %s %s", name, i, kind_name(w.ev.kind), w.ev.error);
        }
        assert_string_equal(w.ev.source, "hsms");
        one_of_values(&w, "event.action", r->meaning);
        one_of_values(&w, "event.code", name);
        one_of_values(&w, "direction",
                      r->sender == HSMS_HOST ? "host_to_equipment" : "equipment_to_host");
        one_of_values(&w, "fab.asset", "10.20.3.13"); // the tool, whoever speaks
        if (r->field) {
            one_of_values(&w, r->field, r->want);
        }
        if (r->item) {
            one_of_values(&w, r->item, r->value);
        }
    }
    world_end(&w);
}

// A keyed digest for each part of a recipe; without the key nothing of it can be told.
static void recipes_are_told_by_keyed_digests_only(void **state)
{
    struct world w;
    struct fval v[4];
    size_t with = 0;

    (void)state;
    world_begin(&w, NULL);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (secret_of(&rows[i]).n) {
            run(&w, rows[i].stream, rows[i].function, rows[i].text, rows[i].sender, LIT("SECRET"));
            assert_true(event_values(&w.ev, LIT("hsms.recipe_digest"), v, 4) == 1 &&
                        v[0].s.n >= 32);
            assert_true(event_values(&w.ev, LIT("hsms.recipe_items"), v, 4) == 1);
            assert_int_equal(span_find_span(buf_span(&w.line), LIT("SECRET")), w.line.len);
            with++;
        }
    }
    assert_int_equal(with, 7);
    world_end(&w);
}

// Cut at every byte, and with every byte changed in a few ways: an event each, and never a recipe's text.
static void cut_and_broken_messages_are_events(void **state)
{
    struct world w;
    struct buf b = {0};
    size_t cut = 0, changed = 0;

    (void)state;
    buf_init(&b, 1 << 16);
    world_begin(&w, NULL);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];

        for (size_t n = 1; n < r->text.n; n++) {
            run(&w, r->stream, r->function, span_sub(r->text, 0, n), r->sender, secret_of(r));
            assert_string_equal(w.ev.source, "hsms");
            assert_true(w.ev.error[0] != '\0'); // no message of the set is whole when it is cut
            assert_int_equal(w.ev.kind, KIND_OTHER);
            one_of_values(&w, "event.category", "malformed");
            cut++;
        }
        for (size_t n = 0; n < r->text.n; n++) {
            static const char to[] = {'\0', '\1', '\x41', '\x7f', '\xff'};

            for (size_t k = 0; k < sizeof(to); k++) {
                buf_clear(&b);
                buf_put_span(&b, r->text);
                b.p[n] = to[k];
                // a changed text may spell the word no more, but a part of it is none of the record's business
                run(&w, r->stream, r->function, buf_span(&b), r->sender, secret_of(r));
                assert_string_equal(w.ev.source, "hsms");
                changed++;
            }
        }
    }
    assert_true(cut > 300 && changed > 1500);
    world_end(&w);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_of_the_set_says_what_it_is),
        cmocka_unit_test(recipes_are_told_by_keyed_digests_only),
        cmocka_unit_test(cut_and_broken_messages_are_events),
    };

    return cmocka_run_group_tests(tests, own_begin, own_end);
}
