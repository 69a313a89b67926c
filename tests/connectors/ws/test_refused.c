// test_refused.c - what the gate's listener does not let in; spoken by openssl s_client, not by us.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/wsworld.h"

#define CLIENT                                                                                     \
    "timeout 15 openssl s_client -quiet -connect 127.0.0.1:$PORT -CAfile \"$DIR/ca.pem\" "
#define CERT(dir, name)                                                                            \
    "-cert \"$" dir "/agents/" name "/agent.pem\" -key \"$" dir "/agents/" name "/agent.key\" "
#define UPGRADE(upgrade, more)                                                                     \
    "GET / HTTP/1.1\\r\\nHost: gate.test\\r\\nUpgrade: " upgrade                                   \
    "\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n"             \
    "Sec-WebSocket-Version: 13\\r\\n" more "\\r\\n"
#define OURS                "Sec-WebSocket-Protocol: fabsoc.ctl.v1\\r\\n"
#define ASK(request, after) "printf '" request after "' | "
static bool contains(struct span s, const char *what)
{
    return span_find_span(s, span_str(what)) < s.n;
}

// `want` is (or is not) in what the client saw.
static void expect(const char *command, const char *want, bool there, const char *story)
{
    struct wsworld w;
    struct span got;
    AUTO_BUF out = {0};

    wsworld_begin(&w);
    got = wsworld_shell(&w, command, &out);
    if (contains(got, want) != there) {
        print_error("%.*s\n", (int)got.n, got.p);
    }
    assert_int_equal(contains(got, want), there);
    if (story) {
        wsworld_until(&w, story);
    }
    wsworld_dial(&w, 0, w.dir, "pam-01", "pam-01"); // and the right one still gets in
    wsworld_until(&w, "agent0:opened");
    wsworld_end(&w);
}

#define TO_OUT "> \"$OUT\" 2>&1"

static void upgrade_to_our_subprotocol_is_let_in(void **state)
{
    (void)state;
    // It says no HELLO then, and is closed for that.
    expect(ASK(UPGRADE("websocket", OURS), "") CLIENT CERT("DIR", "pam-01") TO_OUT, "101 Switching",
           true, "closed:pam-01:4009");
}
static void client_without_certificate_is_refused(void **state)
{
    (void)state;
    expect(ASK(UPGRADE("websocket", OURS), "") CLIENT TO_OUT, "101 Switching", false, NULL);
}
static void certificate_of_another_ca_is_refused(void **state)
{
    (void)state;
    expect(ASK(UPGRADE("websocket", OURS), "") CLIENT CERT("OTHER", "pam-01") TO_OUT,
           "101 Switching", false, NULL);
}
static void tls_1_2_is_refused(void **state)
{
    (void)state;
    expect(ASK(UPGRADE("websocket", OURS), "") CLIENT "-tls1_2 " CERT("DIR", "pam-01") TO_OUT,
           "101 Switching", false, NULL);
}
static void upgrade_to_h2c_is_refused(void **state)
{
    (void)state;
    expect(ASK(UPGRADE("h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\\r\\n"), "")
               CLIENT CERT("DIR", "pam-01") TO_OUT,
           "101 Switching", false, NULL);
}
static void client_without_a_subprotocol_is_refused(void **state)
{
    (void)state;
    expect(ASK(UPGRADE("websocket", ""), "") CLIENT CERT("DIR", "pam-01") TO_OUT, "101 Switching",
           false, NULL);
}
static void plain_request_gets_no_page(void **state)
{
    (void)state;
    expect(ASK("GET / HTTP/1.1\\r\\nHost: gate.test\\r\\n\\r\\n", "") CLIENT CERT("DIR", "pam-01")
               TO_OUT,
           "200 OK", false, NULL);
}
// A binary frame that declares 2^20 bytes, of which one comes.
static void oversize_frame_is_closed_by_what_it_declares(void **state)
{
    (void)state;
    expect(ASK(UPGRADE("websocket", OURS),
               "\\202\\377\\000\\000\\000\\000\\000\\020\\000\\000\\000\\000\\000\\000x")
               CLIENT CERT("DIR", "pam-01") TO_OUT,
           "101 Switching", true, "closed:pam-01:4005");
}
static void text_frame_is_closed_as_malformed(void **state)
{
    (void)state;
    expect(ASK(UPGRADE("websocket", OURS), "\\201\\202\\000\\000\\000\\000hi")
               CLIENT CERT("DIR", "pam-01") TO_OUT,
           "101 Switching", true, "closed:pam-01:4008");
}
static void bytes_that_are_no_envelope_are_closed_as_malformed(void **state)
{
    (void)state;
    expect(
        ASK(UPGRADE("websocket", OURS), "\\202\\205\\000\\000\\000\\000\\335\\377\\000\\000\\000")
            CLIENT CERT("DIR", "pam-01") TO_OUT,
        "101 Switching", true, "closed:pam-01:4008");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upgrade_to_our_subprotocol_is_let_in),
        cmocka_unit_test(client_without_certificate_is_refused),
        cmocka_unit_test(certificate_of_another_ca_is_refused),
        cmocka_unit_test(tls_1_2_is_refused),
        cmocka_unit_test(upgrade_to_h2c_is_refused),
        cmocka_unit_test(client_without_a_subprotocol_is_refused),
        cmocka_unit_test(plain_request_gets_no_page),
        cmocka_unit_test(oversize_frame_is_closed_by_what_it_declares),
        cmocka_unit_test(text_frame_is_closed_as_malformed),
        cmocka_unit_test(bytes_that_are_no_envelope_are_closed_as_malformed),
    };

    return cmocka_run_group_tests_name("refused", tests, NULL, NULL);
}
