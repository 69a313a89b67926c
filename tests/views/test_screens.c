// test_screens.c - golden screens of every view at 80x24 and 132x43, and what they must say.
// SPDX-License-Identifier: Apache-2.0
//
// The text is compared with tests/views/golden/NAME-WxH.screen and never written, unless a person sets
// GENERATE=1 and looks at the difference afterwards.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/attr.h"
#include "core/base/utf8.h"
#include "tests/support/fab_night.h"
#include "tui/term_text.h"
#include "views/view.h"

struct screen {
    struct desk_fake *desk;
    struct keymap *km;
    struct console *console;
    char *text;
};

static void open_screen(struct screen *s, const char *code, const char *arg, const char *script)
{
    struct err err = ERR_INIT;

    s->desk = desk_fake_new();
    s->km = calloc(1, sizeof(*s->km));
    assert_non_null(s->km);
    fab_night_build(s->desk);
    fab_night_keys(s->km);
    s->console = console_new(&s->desk->desk, s->km, NIGHT_WALL);
    assert_non_null(s->console);
    s->text = NULL;
    console_answers(s->console);
    assert_int_equal(console_show(s->console, span_str(code), arg, &err), 0);
    console_answers(s->console);
    assert_true(console_ready(s->console));
    fab_night_type(s->console, script);
}

static const char *print(struct screen *s, int w, int h)
{
    struct canvas c;
    struct buf out;

    assert_int_equal(canvas_init(&c, w, h), 0);
    console_draw(s->console, &c);
    buf_init(&out, 1 << 20);
    term_text(&c, &out);
    buf_put(&out, "", 1);
    assert_true(buf_ok(&out));
    canvas_free(&c);
    free(s->text);
    s->text = out.p;
    return s->text;
}

static void close_screen(struct screen *s)
{
    console_free(s->console);
    desk_fake_free(s->desk);
    free(s->km);
    free(s->text);
}

// What holds for every screen, whatever it shows.
static void check_frame(const char *text, int w, int h)
{
    struct span rest = span_str(text);
    int rows = 0;

    while (rest.n) {
        struct span line = span_cut(&rest, '\n');

        assert_true(utf8_cells(line) <= (size_t)w);
        for (size_t i = 0; i < line.n; i++) {
            assert_true((unsigned char)line.p[i] >= 0x20 && line.p[i] != 0x7f);
        }
        if (rows == 0) {
            assert_true(span_find_span(line, SPAN_LIT("FAB2 T0:0 T1:1! T2:2 T3:3 T4:9")) < line.n);
            assert_true(span_ends(line, SPAN_LIT("| 23:41 sato")));
        }
        if (++rows == h) {
            assert_true(span_ends(line, SPAN_LIT("?Help")));
        }
    }
    assert_int_equal(rows, h);
    assert_null(strstr(text, "\xe2\x80\xae")); // the bidirectional control of a title
}

static void compare(const char *name, int w, int h, const char *text)
{
    char path[160], want[65536];
    FILE *f;
    size_t n;

    snprintf(path, sizeof(path), "tests/views/golden/%s-%dx%d.screen", name, w, h);
    if (getenv("GENERATE") && strcmp(getenv("GENERATE"), "1") == 0) {
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(text, f);
        fclose(f);
        return;
    }
    f = fopen(path, "r");
    if (!f) {
        fail_msg("%s is missing", path);
    }
    n = fread(want, 1, sizeof(want) - 1, f);
    fclose(f);
    want[n] = '\0';
    if (strcmp(want, text) != 0) {
        fail_msg("%s differs; the screen is\n%s", path, text);
    }
}

// `says`: texts that must be on the 80x24 screen, ended by NULL.
static void golden(const char *name, const char *code, const char *arg, const char *script,
                   const char *const *says)
{
    static const int sizes[][2] = {{80, 24}, {132, 43}};
    struct screen s;

    open_screen(&s, code, arg, script);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        const char *text = print(&s, sizes[i][0], sizes[i][1]);

        check_frame(text, sizes[i][0], sizes[i][1]);
        compare(name, sizes[i][0], sizes[i][1], text);
        for (size_t k = 0; i == 0 && says[k]; k++) {
            if (!strstr(text, says[k])) {
                fail_msg("%s does not say '%s':\n%s", name, says[k], text);
            }
        }
    }
    close_screen(&s);
}

#define SAYS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void overview_says_whether_the_fab_is_ok_and_whom_to_call(void **state)
{
    (void)state;
    golden("overview", "ovr", "", "",
           SAYS("NO: 1 threat to the WHOLE FAB: LITHO-03, 180 wafers/h", "LATE 12m", "木村 Kimura",
                "4420", "1 of 2 SILENT! pam-vault", "23:31 Kimura: on the way", "[1Ovr]",
                "APPROVAL waits"));
}

static void queue_shows_hostile_titles_as_text(void **state)
{
    (void)state;
    golden("queue", "que", "", "jj",
           SAYS("T1 !!", "未署名レシピ", "root outside grant \\x1b[31m~", "FROZEN", "LITHO-03",
                "12k", "> T2 !  LATE 12m"));
}

static void incidents_stand_under_their_tier(void **state)
{
    (void)state;
    golden("incidents", "inc", "", "",
           SAYS("-- T1 FAB-WIDE --", "-- T2 CONSTRAINT --", "-- T3 TOOL --", "I-207", "LATE 12m"));
}

static void alert_gives_reason_rule_and_record(void **state)
{
    (void)state;
    golden("alert", "alert", "88", "",
           SAYS("likely an engineering laptop", "T1 (of itself T2, axes A2 C0 Q2): constraint tool",
                "7c1a2b30-0412", "record of A-88121", "{\"ts\":\"23108\",\"src\":\"\\x1b[2J\"}",
                "\\x00\\x01\\x80\\xff", "call    litho lead Tanaka 4411", "fab.secs.function=41"));
}

static void alert_shows_the_record_as_bytes(void **state)
{
    (void)state;
    golden("alert-hex", "alert", "88", "xx",
           SAYS("000000  7b 22 74 73", "rc\":\".[2J\"}.....", "G-88 T1 !!"));
}

static void incident_shows_clock_call_and_timeline(void **state)
{
    (void)state;
    golden("incident", "incident", "207", "",
           SAYS("I-207 T1 CONTAIN", "owner tanaka",
                "contain 04:12!: litho lead Tanaka 4411; deputy Ito 4412", "lot W81 held (電話済)",
                "[Timeline 4]", "23:05:31", "W81 W82 W83 W84"));
}

static void incident_lists_plans_behind_tab(void **state)
{
    (void)state;
    golden("incident-plans", "incident", "207", "<Tab><Tab>",
           SAYS("[Plans 1]", "P-7", "[??] PLAN", "fab_ops AND process_owner"));
}

static void plan_shows_commands_rule_and_who_agreed(void **state)
{
    (void)state;
    golden("plan", "plan", "7", "",
           SAYS("P-7", "fab_ops AND process_owner", "9f3c2a7be1d04c55", "sw-litho-2 gi1/0/14",
                "ito", "ENG-114 loses all access"));
}

static void approval_names_the_plan_and_wants_it_typed(void **state)
{
    (void)state;
    golden("plan-approve", "plan", "7", "A",
           SAYS("APPROVE this plan?", "plan P-7 for I-207, hash 9f3c2a7be1d0",
                "Type P-7, or Esc to refuse:"));
}

static void run_shows_steps_and_proof(void **state)
{
    (void)state;
    golden("run", "run", "3", "j",
           SAYS("R-3", "[??] WAIT", "LIVE (not dry-run)", "1 of 2 actions verified", "[ok]",
                "3 lots in process, limit is 2", "outside its limits"));
}

static void sessions_show_who_outstays_his_window(void **state)
{
    (void)state;
    golden("sessions", "pam", "", "", SAYS("vendor.a", "LITHO-05", "LATE 11m", "PM-77"));
}

static void health_shows_what_is_not_seen(void **state)
{
    (void)state;
    golden("health", "hea", "", "",
           SAYS("pam-vault", "yes", "22:58:00", "groups", "engine inputs refused 0"));
}

static void playbooks_are_chosen_for_an_incident(void **state)
{
    (void)state;
    golden("playbooks", "playbooks", "207", "", SAYS("for I-207", "isolate tool port"));
}

static void help_lists_the_keys_of_the_screen(void **state)
{
    (void)state;
    golden("help", "que", "", "?",
           SAYS("HELP: Alert queue", "acknowledge: I have seen it", ":ack", "type to filter"));
}

static void command_line_says_what_a_command_does(void **state)
{
    (void)state;
    golden("command", "que", "", ":sh<Tab>", SAYS(":shelve", "put aside: minutes and a reason"));
}

// Check 17: without colour severity, state, cursor and marks can still be read.
static void small_and_tall_terminals_lose_nothing_essential(void **state)
{
    static const int sizes[][2] = {{60, 16}, {40, 10}, {200, 60}, {20, 5}, {1, 1}};
    struct screen s;

    (void)state;
    for (size_t v = 0; view_table[v]; v++) {
        open_screen(&s, view_table[v]->code, view_table[v]->tab ? "" : "7", "");
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            const char *text = print(&s, sizes[i][0], sizes[i][1]);

            if (sizes[i][0] >= 40 && view_table[v] == &view_queue) {
                assert_non_null(strstr(text, "T1 !!"));
                assert_non_null(strstr(text, "LATE 12m"));
            }
        }
        close_screen(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overview_says_whether_the_fab_is_ok_and_whom_to_call),
        cmocka_unit_test(queue_shows_hostile_titles_as_text),
        cmocka_unit_test(incidents_stand_under_their_tier),
        cmocka_unit_test(alert_gives_reason_rule_and_record),
        cmocka_unit_test(alert_shows_the_record_as_bytes),
        cmocka_unit_test(incident_shows_clock_call_and_timeline),
        cmocka_unit_test(incident_lists_plans_behind_tab),
        cmocka_unit_test(plan_shows_commands_rule_and_who_agreed),
        cmocka_unit_test(approval_names_the_plan_and_wants_it_typed),
        cmocka_unit_test(run_shows_steps_and_proof),
        cmocka_unit_test(sessions_show_who_outstays_his_window),
        cmocka_unit_test(health_shows_what_is_not_seen),
        cmocka_unit_test(playbooks_are_chosen_for_an_incident),
        cmocka_unit_test(help_lists_the_keys_of_the_screen),
        cmocka_unit_test(command_line_says_what_a_command_does),
        cmocka_unit_test(small_and_tall_terminals_lose_nothing_essential),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
