// test_openc2.c - only the pairs of our profile, only values that are safe, only canonical bytes.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/play/canon.h"
#include "core/play/openc2.h"

static const char terminate[] = "{\"action\":\"stop\","
                                "\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"S-77\"}}}";
static const char contain[] = "{\"action\":\"contain\",\"target\":"
                              "{\"x-fabsoc:switch_port\":{\"port\":\"sw-litho-2/gi1/0/14\"}}}";

static void agent_reads_what_was_planned(void **state)
{
    struct openc2_params p;

    (void)state;
    assert_int_equal(openc2_params_get(SPAN_LIT("pam.terminate"), span_str(terminate), &p, NULL),
                     0);
    assert_string_equal(p.session, "S-77");
    assert_int_equal(openc2_params_get(SPAN_LIT("net.quarantine"), span_str(contain), &p, NULL), 0);
    assert_string_equal(p.port, "sw-litho-2/gi1/0/14");
    assert_string_equal(p.pair->undo, "net.release");
    assert_false(p.pair->self_revert);
}

static void refused(const char *actuator, const char *params, const char *code)
{
    struct openc2_params p;
    struct err err = ERR_INIT;

    if (openc2_params_get(span_str(actuator), span_str(params), &p, &err) >= 0) {
        fail_msg("accepted: %s", params);
    }
    if (strcmp(err.code, code) != 0) {
        fail_msg("%s: %s instead of %s (%s)", params, err.code, code, err.msg);
    }
}

static void everything_else_is_refused(void **state)
{
    static const char *const bad[][3] = {
        {"pam.kill", "{}", "openc2.actuator"},
        {"pam.terminate", "{", "json.syntax"},
        {"pam.terminate", "[]", "openc2.form"},
        {"pam.terminate", "{\"action\":\"halt\",\"target\":{\"a\":1}}", "openc2.action"},
        {"pam.terminate", "{\"action\":\"deny\",\"target\":{\"a\":1}}", "openc2.pair"},
        {"pam.terminate", "{\"action\":\"stop\"}", "openc2.target"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"a\"},\"b\":1}}",
         "openc2.target"},
        {"pam.terminate", "{\"action\":\"stop\",\"target\":{\"process\":{\"pid\":1}}}",
         "openc2.target"},
        {"pam.terminate", "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{}}}",
         "openc2.specifier"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"a\",\"all\":1}}"
         "}",
         "openc2.specifier"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"-rf\"}}}",
         "openc2.value"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"a b\"}}}",
         "openc2.value"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":7}}}",
         "openc2.value"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"args\":{},\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"a\"}"
         "}}",
         "openc2.args"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"args\":{\"duration\":5},\"target\":{\"x-fabsoc:pam_session\":"
         "{\"session\":\"a\"}}}",
         "openc2.profile"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"args\":{\"x-fabsoc\":{\"warn_s\":301}},\"target\":"
         "{\"x-fabsoc:pam_session\":{\"session\":\"a\"}}}",
         "openc2.profile"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"a\"}},\"x\":1}",
         "openc2.member"},
        {"pam.terminate",
         "{\"action\":\"stop\",\"profile\":\"slpf\",\"target\":{\"x-fabsoc:pam_session\":"
         "{\"session\":\"a\"}}}",
         "openc2.profile"},
        {"pam.terminate",
         "{\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"a\"}},\"action\":\"stop\"}",
         "openc2.canonical"},
        {"net.quarantine",
         "{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":{\"port\":\"gi14\"}}}",
         "openc2.value"},
        {"net.quarantine",
         "{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":{\"port\":\"sw/../x\"}}}",
         "openc2.value"},
        {"net.quarantine",
         "{\"action\":\"contain\",\"args\":{\"x-fabsoc\":{\"warn_s\":1}},\"target\":"
         "{\"x-fabsoc:switch_port\":{\"port\":\"a/b\"}}}",
         "openc2.profile"},
        {"net.quarantine",
         "{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":{\"mac\":\"00:11:22\","
         "\"port\":\"a/b\"}}}",
         "openc2.specifier"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        refused(bad[i][0], bad[i][1], bad[i][2]);
    }
}

static void every_pair_is_a_valid_command_of_the_language(void **state)
{
    (void)state;
    for (size_t i = 0; openc2_pair_at(i); i++) {
        const struct openc2_pair *p = openc2_pair_at(i);
        json_t *c = json_pack("{s:s,s:{s:{}}}", "action", p->action, "target", p->target);
        struct err err = ERR_INIT;

        assert_non_null(c);
        assert_ptr_equal(openc2_request(c, &err), c);
        assert_true(!p->undo || openc2_pair(span_str(p->undo)));
        assert_true(p->runtime_ms > 0);
        json_decref(c);
    }
}

static void message_wrapper_gives_its_request(void **state)
{
    json_t *v = canon_read(SPAN_LIT("{\"headers\":{},\"body\":{\"openc2\":{\"request\":{\"action\":"
                                    "\"deny\",\"target\":{\"ipv4_net\":\"10.0.0.0/8\"}}}}}"),
                           "", NULL);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(openc2_request(v, NULL), "action")),
                        "deny");
    json_decref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agent_reads_what_was_planned),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(every_pair_is_a_valid_command_of_the_language),
        cmocka_unit_test(message_wrapper_gives_its_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
