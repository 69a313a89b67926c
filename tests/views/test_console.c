// test_console.c - what the console does with keys, answers, a slow and a lost database.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/attr.h"
#include "tests/support/fab_night.h"
#include "tui/key.h"
#include "tui/term_text.h"
#include "views/view.h"

struct night {
    struct desk_fake *desk;
    struct keymap km;
    struct console *console;
    char *text;
};

static int setup(void **state)
{
    struct night *n = calloc(1, sizeof(*n));

    assert_non_null(n);
    n->desk = desk_fake_new();
    fab_night_build(n->desk);
    fab_night_keys(&n->km);
    n->console = console_new(&n->desk->desk, &n->km, NIGHT_WALL);
    assert_non_null(n->console);
    console_answers(n->console);
    *state = n;
    return 0;
}

static int teardown(void **state)
{
    struct night *n = *state;

    console_free(n->console);
    desk_fake_free(n->desk);
    free(n->text);
    free(n);
    return 0;
}

static const char *screen(struct night *n)
{
    struct canvas c;
    struct buf out;

    assert_int_equal(canvas_init(&c, 80, 24), 0);
    console_draw(n->console, &c);
    buf_init(&out, 1 << 20);
    term_text(&c, &out);
    buf_put(&out, "", 1);
    canvas_free(&c);
    free(n->text);
    n->text = out.p;
    return n->text;
}

static void says(struct night *n, const char *want)
{
    if (!strstr(screen(n), want)) {
        fail_msg("the screen does not say '%s':\n%s", want, n->text);
    }
}

static void says_not(struct night *n, const char *want)
{
    if (strstr(screen(n), want)) {
        fail_msg("the screen says '%s':\n%s", want, n->text);
    }
}

static void group_is_acknowledged_by_one_key(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "2ja");
    assert_string_equal(desk_fake_log(n->desk), "ack_group(90,)\n");
}

static void several_groups_want_their_number_typed(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "2  a");
    says(n, "ack: 2 groups, 1 of them T0 or T1.");
    fab_night_type(n->console, "<Enter>");
    assert_string_equal(desk_fake_log(n->desk), ""); // the default is no
    fab_night_type(n->console, "a3<Enter>");
    says(n, "That is not the number.");
    fab_night_type(n->console, "2<Enter>");
    assert_string_equal(desk_fake_log(n->desk), "ack_group(88,)\nack_group(90,)\n");
}

static void shelving_asks_for_minutes_and_reason(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "2js60<Enter>");
    says(n, "shelve needs minutes and a reason");
    fab_night_type(n->console, "s60 filter is being changed<Enter>");
    assert_string_equal(desk_fake_log(n->desk), "shelve_group(90,60,filter is being changed)\n");
    fab_night_type(n->console, ":shelve 15 again<Enter>");
    assert_string_equal(desk_fake_log(n->desk), "shelve_group(90,15,again)\n");
}

static void whole_way_by_keys_from_group_to_run(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "2<Enter>");
    says(n, "> Alert detail");
    fab_night_type(n->console, "i");
    says(n, "I-207 T1 CONTAIN");
    fab_night_type(n->console, "p<Enter>");
    assert_non_null(strstr(desk_fake_log(n->desk), "plan(207,playbook--11)\n"));
    says(n, "[Plans 1]"); // back in the workspace, where the plan appears
    fab_night_type(n->console, "<Enter>d");
    assert_non_null(strstr(desk_fake_log(n->desk), "dry_run(7)\n"));
    fab_night_type(n->console, "AP-7<Enter>");
    assert_string_equal(
        desk_fake_log(n->desk),
        "approve(7,9f3c2a7be1d04c55aa10b7c9d2e3f4050617283940a1b2c3d4e5f60718293a4b)\n");
    fab_night_type(n->console, "SP-7<Enter>");
    assert_string_equal(
        desk_fake_log(n->desk),
        "start_run(7,9f3c2a7be1d04c55aa10b7c9d2e3f4050617283940a1b2c3d4e5f60718293a4b)\n");
    fab_night_type(n->console, "<Enter>");
    says(n, "> Playbook run");
    fab_night_type(n->console, ":abort wrong port<Enter>");
    says(n, "ABORT this run?");
    fab_night_type(n->console, "R-3<Enter>");
    assert_string_equal(desk_fake_log(n->desk), "abort_run(3,wrong port)\n");
    fab_night_type(n->console, "qqqq");
    says(n, "[2Que]");
    says_not(n, "> Alert detail");
}

static void nothing_starts_without_the_typed_word(void **state)
{
    struct night *n = *state;
    uint64_t seed = 3;

    fab_night_type(n->console, ":plan 7<Enter>");
    says(n, "> Plan");
    for (int i = 0; i < 4096; i++) { // pasted noise: approvals and runs need P-7 and Enter
        char key;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        key = (char)(seed >> 57);
        console_key(n->console, key);
        console_answers(n->console);
    }
    const char *log = desk_fake_log(n->desk);

    assert_null(strstr(log, "approve("));
    assert_null(strstr(log, "start_run("));
    assert_null(strstr(log, "abort_run("));
    assert_null(strstr(log, "resume_run("));
}

static void refusal_of_the_database_is_said(void **state)
{
    struct night *n = *state;

    n->desk->refuse = "one person may not fill two functions \x1b[2J";
    fab_night_type(n->console, ":plan 7<Enter>AP-7<Enter>");
    says(n, "ERR api.refused: one person may not fill two functions \\x1b[2J");
}

static void keys_work_while_the_database_is_slow(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "2");
    n->desk->stalled = true;
    fab_night_type(n->console, "jj");
    says(n, "> T2 !  LATE 12m");
    fab_night_type(n->console, "3");
    says(n, "asking ...");
    fab_night_type(n->console, "2");
    says(n, "LITHO-03"); // the view kept what it knew
    n->desk->stalled = false;
    console_answers(n->console);
    fab_night_type(n->console, "3");
    says(n, "I-203");
}

static void lost_database_stands_in_row_one(void **state)
{
    struct night *n = *state;

    desk_fake_tell(n->desk, DESK_LOST);
    console_answers(n->console);
    says(n, "DATABASE AWAY since 23:41:10");
    says(n, "db AWAY");
    desk_fake_tell(n->desk, DESK_BACK);
    console_answers(n->console);
    says_not(n, "AWAY");
}

static void engine_that_does_not_commit_stands_in_row_one(void **state)
{
    struct night *n = *state;

    desk_fake_clear(n->desk, DESK_STATE);
    desk_fake_row(n->desk, DESK_STATE, "site", "FAB2", "fab_time", "2026-11-21T23:41:10Z",
                  "commit_age", "70", "t0", "0", "person", "sato", NULL);
    console_tick(n->console, NIGHT_WALL);
    console_answers(n->console);
    says(n, "NOT WATCHING since 23:40:00");
}

static void frozen_queue_counts_what_is_new_and_updates_in_place(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "2j");
    desk_fake_clear(n->desk, DESK_QUEUE);
    desk_fake_row(n->desk, DESK_QUEUE, "id", "new-1", "number", "99", "tier", "T0", "severity",
                  "99", "title", "gas cabinet", "state", "new", NULL);
    desk_fake_row(n->desk, DESK_QUEUE, "id", "queue-1", "number", "90", "tier", "T1", "severity",
                  "75", "title", "now worse", "state", "new", NULL);
    desk_fake_tell(n->desk, DESK_NEWS);
    console_answers(n->console);
    says(n, "FROZEN +1 new");
    says_not(n, "gas cabinet");
    says(n, "now worse");
    says(n, "S2F41 from unlisted host"); // gone from the database, still shown as it was
    fab_night_type(n->console, "a");
    assert_string_equal(desk_fake_log(n->desk), "ack_group(90,)\n");
    fab_night_type(n->console, "f");
    says(n, "gas cabinet");
    says(n, "LIVE");
}

static void news_are_asked_for_once_at_a_time(void **state)
{
    struct night *n = *state;
    size_t before;

    fab_night_type(n->console, "2");
    before = n->desk->asked;
    n->desk->stalled = true;
    for (int i = 0; i < 10; i++) {
        desk_fake_tell(n->desk, DESK_NEWS);
    }
    console_answers(n->console);
    assert_int_equal(n->desk->asked - before, 2); // the queue and the state
    n->desk->stalled = false;
    console_answers(n->console);
    assert_int_equal(n->desk->asked - before, 3); // and the queue once more
}

static void older_answer_never_overwrites_a_newer_question(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "2");
    n->desk->stalled = true;
    fab_night_type(n->console, "/mine<Enter>");
    says(n, "show mine");
    fab_night_type(n->console, "/I-207<Enter>");
    assert_string_equal(n->desk->last_param, "207");
    n->desk->stalled = false;
    console_answers(n->console);
    says(n, "show 207");
}

static void long_queue_is_read_page_by_page(void **state)
{
    struct night *n = *state;
    char number[16];

    desk_fake_clear(n->desk, DESK_QUEUE);
    for (int i = 0; i < 250; i++) {
        snprintf(number, sizeof(number), "%d", 1000 + i);
        desk_fake_row(n->desk, DESK_QUEUE, "number", number, "tier", "T3", "title", number, NULL);
    }
    fab_night_type(n->console, "2");
    says(n, "100 groups+");
    fab_night_type(n->console, "G");
    says(n, "200 groups+");
    fab_night_type(n->console, "GG");
    says(n, "250 groups ");
    says(n, "1249");
    desk_fake_tell(n->desk, DESK_NEWS);
    console_answers(n->console);
    says(n, "1249"); // a refresh of the first page leaves the frozen rest readable
    fab_night_type(n->console, "a");
    assert_string_equal(desk_fake_log(n->desk), "ack_group(1249,)\n");
}

static void call_is_recorded_from_the_overview(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "cIto: tool keeps running<Enter>");
    assert_string_equal(desk_fake_log(n->desk), "record_call(203,triage,Ito,tool keeps running)\n");
    fab_night_type(n->console, "jcno answer<Enter>");
    assert_string_equal(desk_fake_log(n->desk), "record_call(207,contain,Tanaka,no answer)\n");
}

static void next_critical_leads_to_the_queue(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "3!");
    says(n, "[2Que]");
    says(n, "show new");
}

static void leaving_takes_more_than_one_key(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "q");
    assert_false(console_is_over(n->console));
    fab_night_type(n->console, "<Enter>q<Esc>qno<Enter>");
    assert_false(console_is_over(n->console));
    fab_night_type(n->console, "qyes<Enter>");
    assert_true(console_is_over(n->console));
}

static void help_runs_the_key_it_shows(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, "2?");
    says(n, "HELP: Alert queue");
    fab_night_type(n->console, "acknowledge: I<Enter>");
    assert_string_equal(desk_fake_log(n->desk), "ack_group(88,)\n");
}

static void unknown_commands_are_said_not_done(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, ":frobnicate 3<Enter>");
    says(n, "ERR no command is called 'frobnicate'");
    fab_night_type(n->console, ":run<Enter>");
    says(n, "ERR run needs a number");
    assert_string_equal(desk_fake_log(n->desk), "");
}

static void record_that_is_not_there_is_said(void **state)
{
    struct night *n = *state;

    desk_fake_clear(n->desk, DESK_RUN);
    fab_night_type(n->console, ":run 99<Enter>");
    says(n, "there is none of this number that you may see");
    says_not(n, "LIVE (not");
}

static void screens_have_a_code_and_a_name(void **state)
{
    struct night *n = *state;

    fab_night_type(n->console, ":queue mine<Enter>");
    says(n, "show mine");
    assert_ptr_equal(view_find(span_str("overview")), &view_overview);
    assert_ptr_equal(view_find(span_str("ovr")), &view_overview);
    assert_null(view_find(span_str("")));
}

static void cursor_stands_on_the_selected_row(void **state)
{
    struct night *n = *state;
    struct canvas c;

    fab_night_type(n->console, "2");
    assert_int_equal(canvas_init(&c, 80, 24), 0);
    for (int i = 0; i < 5; i++) {
        console_draw(n->console, &c);
        assert_int_equal(c.cursor_x, 0);
        assert_int_equal(canvas_cell(&c, 0, c.cursor_y)->text[0], '>');
        fab_night_type(n->console, "j");
    }
    fab_night_type(n->console, ":ab");
    console_draw(n->console, &c);
    assert_int_equal(c.cursor_y, 22);
    assert_int_equal(c.cursor_x, 3);
    canvas_free(&c);
}

// Check 28: every key that help lists does something that a person can see or that is sent.
static void every_bound_key_is_safe_to_press(void **state)
{
    struct night *n = *state;

    for (size_t v = 0; view_table[v]; v++) {
        for (size_t i = 0; i < n->km.n; i++) {
            struct err err = ERR_INIT;

            assert_int_equal(console_show(n->console, span_str(view_table[v]->code),
                                          view_table[v]->tab ? "" : "7", &err),
                             0);
            console_answers(n->console);
            console_key(n->console, n->km.row[i].key);
            console_answers(n->console);
            (void)screen(n);
            for (int k = 0; k < 3; k++) { // out of whatever it opened
                console_key(n->console, K_ESC);
            }
        }
    }
    assert_null(strstr(desk_fake_log(n->desk), "start_run("));
}

static void bell_rings_for_a_new_grave_incident_only(void **state)
{
    struct night *n = *state;

    (void)console_take_bell(n->console);
    console_tick(n->console, NIGHT_WALL);
    console_answers(n->console);
    assert_false(console_take_bell(n->console));
    desk_fake_clear(n->desk, DESK_STATE);
    desk_fake_row(n->desk, DESK_STATE, "t0", "1", "t1", "1", NULL);
    console_tick(n->console, NIGHT_WALL);
    console_answers(n->console);
    assert_true(console_take_bell(n->console));
    assert_false(console_take_bell(n->console));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(group_is_acknowledged_by_one_key),
        T(several_groups_want_their_number_typed),
        T(shelving_asks_for_minutes_and_reason),
        T(whole_way_by_keys_from_group_to_run),
        T(nothing_starts_without_the_typed_word),
        T(refusal_of_the_database_is_said),
        T(keys_work_while_the_database_is_slow),
        T(lost_database_stands_in_row_one),
        T(engine_that_does_not_commit_stands_in_row_one),
        T(frozen_queue_counts_what_is_new_and_updates_in_place),
        T(news_are_asked_for_once_at_a_time),
        T(older_answer_never_overwrites_a_newer_question),
        T(long_queue_is_read_page_by_page),
        T(call_is_recorded_from_the_overview),
        T(next_critical_leads_to_the_queue),
        T(leaving_takes_more_than_one_key),
        T(help_runs_the_key_it_shows),
        T(unknown_commands_are_said_not_done),
        T(record_that_is_not_there_is_said),
        T(screens_have_a_code_and_a_name),
        T(cursor_stands_on_the_selected_row),
        T(every_bound_key_is_safe_to_press),
        T(bell_rings_for_a_new_grave_incident_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
