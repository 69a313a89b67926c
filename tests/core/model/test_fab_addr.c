// test_fab_addr.c - two spellings of one address are one, and what is none is refused.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/model/said.h"

#include "core/base/attr.h"
#include "core/model/fab_addr.h"

static void every_spelling_of_an_address_is_the_same_value(void **state)
{
    static const char *const pairs[][2] = {{"10.20.3.13", "::ffff:10.20.3.13"},
                                           {"::ffff:0a14:030d", "10.20.3.13"},
                                           {"FE80::1", "fe80:0:0:0:0:0:0:1"},
                                           {"2001:db8::", "2001:0db8:0000:0::0"},
                                           {"::", "0:0:0:0:0:0:0:0"}};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        struct fab_addr a, b;

        assert_true(fab_addr_parse(span_str(pairs[i][0]), &a));
        assert_true(fab_addr_parse(span_str(pairs[i][1]), &b));
        assert_memory_equal(&a, &b, sizeof(a));
    }
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "10.20.3",
                                      "10.20.3.256",
                                      "10.20.3.13.",
                                      ".10.20.3.1",
                                      "10.20.03.1",
                                      "10.20.3.1 ",
                                      "1:2:3",
                                      ":::",
                                      "1::2::3",
                                      "12345::",
                                      "::g",
                                      "1:2:3:4:5:6:7:8:9",
                                      "fe80::1%eth0",
                                      "1.2.3.4::",
                                      ":1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:",
                                      "1:2:3:4:5:6:7::8",
                                      "10.20.3.-1",
                                      "litho-03"};
    struct fab_addr a;
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (fab_addr_parse(span_str(bad[i]), &a)) {
            fail_msg("\"%s\" was taken for an address", bad[i]);
        }
    }
}

static bool inside(const char *net, const char *addr)
{
    struct fab_net n;
    struct fab_addr a;

    assert_true(fab_net_parse(span_str(net), &n));
    assert_true(fab_addr_parse(span_str(addr), &a));
    return fab_net_has(&n, &a);
}

static void a_network_holds_its_addresses_and_no_others(void **state)
{
    (void)state;
    assert_true(inside("10.20.3.0/24", "10.20.3.255"));
    assert_false(inside("10.20.3.0/24", "10.20.4.0"));
    assert_true(inside("10.20.3.128/25", "10.20.3.128"));
    assert_false(inside("10.20.3.128/25", "10.20.3.127"));
    assert_true(inside("10.20.3.7/32", "10.20.3.7"));
    assert_false(inside("10.20.3.7/32", "10.20.3.6"));
    assert_true(inside("0.0.0.0/0", "255.1.2.3"));
    assert_false(inside("0.0.0.0/0", "2001:db8::1"));
    assert_true(inside("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(inside("2001:db8::/33", "2001:db8:8000::1"));
}

static void a_network_with_host_bits_or_a_bad_length_is_refused(void **state)
{
    static const char *const bad[] = {"10.20.3.13/24", "10.20.3.0",    "10.20.3.0/33",
                                      "10.20.3.0/",    "10.20.3.0/-1", "2001:db8::1/64",
                                      "::/129",        "/24"};
    struct fab_net n;
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (fab_net_parse(span_str(bad[i]), &n)) {
            fail_msg("\"%s\" was taken for a network", bad[i]);
        }
    }
}

static void hardware_addresses_are_read_in_three_spellings(void **state)
{
    static const char *const same[] = {"02:F1:03:00:00:0a", "02-f1-03-00-00-0A", "02f1.0300.000a"};
    static const char *const bad[] = {"",
                                      "02:f1:03:00:00",
                                      "02f10300000a",
                                      "02:f1-03:00:00:0a",
                                      "02:f1:03:00:00:0g",
                                      "02f1.0300-000a"};
    static const unsigned char want[6] = {2, 0xf1, 3, 0, 0, 10};
    unsigned char mac[6];
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        assert_true(fab_mac_parse(span_str(same[i]), mac));
        assert_memory_equal(mac, want, sizeof(want));
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(fab_mac_parse(span_str(bad[i]), mac));
    }
}

static void groups_and_local_addresses_are_no_place(void **state)
{
    static const char *const place[] = {"10.20.5.13",      "203.0.113.9", "1.0.0.1",
                                        "223.255.255.255", "169.253.1.1", "255.255.255.254",
                                        "2001:db8::1",     "fe40::1",     "::ffff:10.0.0.1",
                                        "240.0.0.1",       "::2",         "172.16.0.1"};
    static const char *const none[] = {"224.0.0.251", "239.255.255.250",  "255.255.255.255",
                                       "127.0.0.1",   "127.8.8.8",        "169.254.3.4",
                                       "0.0.0.0",     "0.1.2.3",          "::",
                                       "::1",         "ff02::fb",         "fe80::1",
                                       "febf::1",     "::ffff:224.0.0.1", "",
                                       "etch-01"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(place); i++) {
        if (!fab_ip_is_place(span_str(place[i]))) {
            fail_msg("%s is a place", place[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        if (fab_ip_is_place(span_str(none[i]))) {
            fail_msg("%s is no place", none[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_of_an_address_is_the_same_value),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(a_network_holds_its_addresses_and_no_others),
        cmocka_unit_test(a_network_with_host_bits_or_a_bad_length_is_refused),
        cmocka_unit_test(groups_and_local_addresses_are_no_place),
        cmocka_unit_test(hardware_addresses_are_read_in_three_spellings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
