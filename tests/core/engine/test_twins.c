// test_twins.c - an alert that two sources say is one alert.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/core/engine/said.h"

// Rules that both records meet, that the manager's alone meets, and one that counts the first.
static const char extra[] =
    "title: odd flow\nid: odd\nname: odd\nlevel: high\nlogsource: {product: suricata}\n"
    "detection: {s: {rule.id: \"77\"}, condition: s}\n---\n"
    "title: by way of an agent\nid: way\nlevel: low\nlogsource: {product: suricata}\n"
    "detection: {s: {host.name: litho-01}, condition: s}\n---\n"
    "title: twice\nid: twice\nlevel: high\ncorrelation: {type: event_count, generate: true, rules: "
    "[odd], "
    "group-by: [source.ip], timespan: 60s, condition: {gte: 2}}\n";

static struct rig rig;

static int begin(void **state)
{
    (void)state;
    rig_init(&rig, extra);
    rig_source(&rig, SENSOR, "suricata-eve", "sensor", 0);
    rig_source(&rig, AGENT, "wazuh", "agent", 0);
    rig_tick(&rig, 0);
    rig_block(&rig);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

static void say(uint16_t source, int at, unsigned flags, const char *flow, const char *rule,
                const char *host)
{
    rig_say(&rig, &(struct rig_event){.source = source,
                                      .at = at,
                                      .kind = KIND_ALERT,
                                      .flags = EVENT_IS_ALERT | flags,
                                      .product = "suricata",
                                      .service = "eve",
                                      .field = {{FIELD_SOURCE_IP, "10.99.1.1"},
                                                {FIELD_EVENT_SEVERITY, "60"},
                                                {FIELD_EVENT_ID, flow},
                                                {FIELD_RULE_ID, rule},
                                                {FIELD_RULE_NAME, "odd transfer"},
                                                {FIELD_HOST_NAME, host}}});
}

static void sensor(int at, const char *flow)
{
    say(SENSOR, at, EVENT_NAMED, flow, "5", NULL);
}

static void manager(int at, const char *flow)
{
    say(AGENT, at, EVENT_NAMED, flow, "5", NULL);
}

static void expect(size_t alerts, const char *by_sensor, const char *by_manager)
{
    size_t at;

    rig_block(&rig);
    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), alerts);
    assert_int_equal(rig_count(&rig, EFFECT_SOURCE, "name", "suricata-eve", &at), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_SOURCE, at, "repeated"), by_sensor);
    assert_int_equal(rig_count(&rig, EFFECT_SOURCE, "name", "wazuh", &at), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_SOURCE, at, "repeated"), by_manager);
}

static void the_copy_is_folded_whichever_comes_first(void **state)
{
    (void)state;
    sensor(1, "1001");
    manager(2, "1001");
    expect(1, "0", "1");
    manager(3, "1002");
    sensor(3, "1002");
    expect(2, "1", "1");
    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "alerts"), "1");
}

// The same flow and signature again is another alert; as many as the one source that says most.
static void each_is_the_copy_of_one(void **state)
{
    (void)state;
    sensor(1, "1");
    sensor(2, "1");
    manager(2, "1");
    sensor(3, "1");
    expect(3, "0", "1");
    manager(4, "1");
    manager(4, "1");
    expect(3, "0", "3");
    manager(5, "1"); // one that the sensor has not said (yet)
    expect(4, "0", "3");
    sensor(6, "1");
    expect(4, "1", "3");
}

static void what_is_not_named_or_differs_stands_for_itself(void **state)
{
    (void)state;
    say(SENSOR, 1, 0, "1", "5", NULL);
    say(AGENT, 1, 0, "1", "5", NULL);
    expect(2, "0", "0");
    sensor(2, "1");
    manager(2, "2");
    say(AGENT, 3, EVENT_NAMED, "1", "6", NULL);
    expect(5, "0", "0");
    say(SENSOR, 4, EVENT_NAMED, NULL, NULL, NULL);
    say(AGENT, 4, EVENT_NAMED, NULL, NULL, NULL);
    expect(7, "0", "0");
}

static void rules_meet_it_once_and_correlations_count_it_once(void **state)
{
    (void)state;
    say(SENSOR, 1, EVENT_NAMED, "9", "77", NULL);
    say(AGENT, 2, EVENT_NAMED, "9", "77", "litho-01");
    expect(2, "0", "1");
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "odd", NULL), 1);
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "way", NULL), 1);
    said_ticks(&rig, 3, 20);
    rig_block(&rig);
    assert_int_equal(said_alerts(&rig, "twice"), 0);
    say(SENSOR, 30, EVENT_NAMED, "9", "77", NULL);
    said_ticks(&rig, 31, 60);
    rig_block(&rig);
    assert_int_equal(said_alerts(&rig, "twice"), 1);
}

static void a_restart_between_the_two_changes_nothing(void **state)
{
    struct err err = ERR_INIT;
    struct engine *copy = engine_new(&rig.set);
    AUTO_BUF saved;

    (void)state;
    buf_init(&saved, (size_t)256 << 20);
    sensor(1, "1001");
    rig_block(&rig);
    engine_save(rig.engine, &saved);
    assert_int_equal(engine_load(copy, buf_span(&saved), &err), 0);
    engine_free(rig.engine);
    rig.engine = copy;
    manager(2, "1001");
    expect(1, "0", "1");
}

static void it_is_forgotten_after_a_day(void **state)
{
    (void)state;
    sensor(1, "1001");
    rig_tick(&rig, 2);
    rig_tick(&rig, 26 * 3600);
    rig_block(&rig);
    manager(26 * 3600, "1001");
    expect(2, "0", "0");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(the_copy_is_folded_whichever_comes_first),
        T(each_is_the_copy_of_one),
        T(what_is_not_named_or_differs_stands_for_itself),
        T(rules_meet_it_once_and_correlations_count_it_once),
        T(a_restart_between_the_two_changes_nothing),
        T(it_is_forgotten_after_a_day),
    };
#undef T

    return cmocka_run_group_tests(tests, NULL, NULL);
}
