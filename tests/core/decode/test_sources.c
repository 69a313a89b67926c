// test_sources.c - every source file of the project loads and proves itself on its samples.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "tests/core/decode/files.h"

static void every_source_decodes_its_samples(void **state)
{
    struct faults faults = {0};
    struct sourceset *s = own_sources(&faults);

    (void)state;
    assert_non_null(s);
    assert_int_equal(faults.count, 0);
    assert_true(sourceset_count(s) >= 15);
    assert_int_equal(sourceset_selftest(s, &faults), 0);
    sourceset_free(s);
}

// What rules of public collections ask for, under the log source and the name by which they ask.
static const struct {
    const char *raw, *product, *category, *service, *field, *want;
} asked[] = {
    {"{\"EventID\":5145,\"Channel\":\"Security\",\"ShareName\":\"\\\\\\\\*\\\\IPC$\","
     "\"AccessList\":"
     "\"%%1538\\r\\n\\t%%4417\"}",
     "windows", "", "security", "AccessList", "READ_CONTROL\r\n\tWriteData (or AddFile)"},
    {"{\"EventID\":800,\"Channel\":\"Windows PowerShell\",\"Message\":\"Host=x\"}", "windows",
     "ps_classic_script", "powershell-classic", "Data", "Host=x"},
    {"type=EXECVE msg=audit(1795140000.125:7): argc=2 a0=\"arp\" a1=\"-a\"\n"
     "type=SYSCALL msg=audit(1795140000.125:7): syscall=59 ppid=5 pid=6 exe=\"/usr/sbin/arp\"",
     "linux", "process_creation", "auditd", "Image", "/usr/sbin/arp"},
    {"type=EXECVE msg=audit(1795140000.125:7): argc=2 a0=\"/bin/arp\" a1=\"-a\"", "linux",
     "process_creation", "auditd", "CommandLine", "/bin/arp -a"},
    {"type=EXECVE msg=audit(1795140000.125:7): argc=2 a0=\"/bin/arp\" a1=\"-a\"", "linux",
     "process_creation", "auditd", "Image", "/bin/arp"},
    {"{\"TimeGenerated\":\"2026-11-20T02:00:01.5Z\",\"Facility\":\"user\",\"SyslogMessage\":\"type="
     "AUOMS_EXECVE "
     "audit(1795140000.986:8): exe=\\\"/usr/bin/nc\\\" cmdline=\\\"nc -l 4444\\\" user=tomcat\"}",
     "linux", "process_creation", "auditd", "Image", "/usr/bin/nc"},
    {"{\"eventName\":\"ImportKeyPair\",\"eventSource\":\"ec2.amazonaws.com\",\"awsRegion\":\"us-"
     "east-1\","
     "\"userIdentity\":{\"type\":\"Root\"}}",
     "aws", "", "cloudtrail", "userIdentity.type", "Root"},
    {"Nov 20 02:10:00 h systemd[1]: Stopping firewalld - dynamic firewall daemon...", "linux", "",
     "syslog", "unit", "firewalld - dynamic firewall daemon"},
    {"Nov 20 02:10:00 h kernel: [1.5] usb 1-1: Product: Flash Disk", "linux", "", "syslog",
     "product", "Flash Disk"},
    {"Nov 20 02:10:00 h kernel: usb-storage 1-1:1.0: USB Mass Storage device detected", "fab", "",
     "host", "event.code", "USB mass storage"},
};

static bool is_of(const struct event *ev, const char *product, const char *category,
                  const char *service)
{
    const char *const want[3] = {product, category, service};

    for (size_t i = 0; i <= ev->nalso; i++) {
        const struct span *have = i ? ev->also[i - 1] : ev->logsource;
        bool fits = true;

        for (int k = 0; k < 3; k++) {
            fits = fits && (!*want[k] || span_eq_str(have[k], want[k]));
        }
        if (fits) {
            return true;
        }
    }
    return false;
}

static void rules_find_what_they_ask_for(void **state)
{
    struct faults faults = {0};
    struct sourceset *s = own_sources(&faults);
    struct decoder *d = decoder_new(s);
    static struct event ev;

    (void)state;
    assert_non_null(d);
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct decode_in in = {.raw = span_str(asked[i].raw),
                               .received = 1795140000 * INT64_C(1000000000)};
        struct fval v[4] = {{0}};

        decode(d, &in, &ev);
        (void)event_values(&ev, span_str(asked[i].field), v, 4);
        if (!is_of(&ev, asked[i].product, asked[i].category, asked[i].service) ||
            !span_eq_str(v[0].s, asked[i].want)) {
            fail_msg("%s is \"" SPAN_FMT "\" in %s of source %s", asked[i].field, SPAN_ARG(v[0].s),
                     asked[i].raw, ev.source);
        }
    }
    decoder_free(d);
    sourceset_free(s);
}

// Records that stand under one program's name and are of several files.
static void what_another_file_knows_stays_with_it(void **state)
{
    static const struct {
        const char *raw, *source, *kind;
    } cases[] = {
        {"Nov 20 02:10:00 gw kernel: [5.5] DROP IN=eth1 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=60 "
         "TTL=63 "
         "PROTO=TCP SPT=1 DPT=2",
         "netfilter", "flow"},
        {"Nov 20 02:10:00 gw kernel: type=1300 msg=audit(1795140000.125:7): arch=c000003e "
         "syscall=59",
         "auditd", "other"},
        {"Nov 20 02:10:00 gw kernel: [5.5] eth0: link up, 100Mbps", "linux-kernel", "other"},
        {"Nov 20 02:10:00 gw kernel: [5.5][  T1] Linux version 6.1.0 (x@y)", "linux-kernel",
         "host.restart"},
        {"Nov 20 02:10:00 gw kernel: text of a driver that nobody has read", "linux-kernel",
         "other"},
        {"Nov 20 02:10:00 h systemd[811]: pam_unix(systemd-user:session): session opened for user "
         "k.mori(uid=1001) by (uid=0)",
         "unix-pam", "other"},
        {"Nov 20 02:10:00 h systemd-logind[3]: New session 42 of user k.mori.", "linux-auth",
         "logon"},
        {"Nov 20 02:10:00 h systemd[1]: Started Session 42 of user k.mori.", "systemd", "other"},
        {"Nov 20 02:10:00 h systemd[1]: foo.service: Deactivated successfully.", "systemd",
         "other"},
    };
    struct faults faults = {0};
    struct sourceset *s = own_sources(&faults);
    struct decoder *d = decoder_new(s);
    static struct event ev;

    (void)state;
    assert_non_null(d);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct decode_in in = {.raw = span_str(cases[i].raw),
                               .received = 1795140000 * INT64_C(1000000000)};

        decode(d, &in, &ev);
        assert_string_equal(ev.source, cases[i].source);
        assert_string_equal(kind_name(ev.kind), cases[i].kind);
    }
    decoder_free(d);
    sourceset_free(s);
}

// Suricata's alert, and the same one by way of Wazuh: one name of two numbers, which a manager's own has not.
static void a_copy_bears_the_name_of_the_first(void **state)
{
    static const char *const raw[] = {
        "{\"timestamp\":\"2026-11-20T02:00:00.123456+0000\",\"flow_id\":18446744073709551610,"
        "\"event_type\":\"alert\",\"alert\":{\"signature_id\":9000101,\"severity\":1}}",
        "{\"timestamp\":\"2026-11-20T02:00:01.500+0000\",\"rule\":{\"level\":3,\"id\":\"86601\"},"
        "\"agent\":{\"id\":\"009\"},\"data\":{\"flow_id\":\"18446744073709551610\",\"event_type\":"
        "\"alert\",\"alert\":{\"signature_id\":\"9000101\"}}}",
        "{\"timestamp\":\"2026-11-20T02:00:01.500+0000\",\"rule\":{\"level\":3,\"id\":\"9000101\"},"
        "\"agent\":{\"id\":\"009\"},\"id\":\"18446744073709551610\"}"};
    struct faults faults = {0};
    struct sourceset *s = own_sources(&faults);
    struct decoder *d = decoder_new(s);
    static struct event ev;

    (void)state;
    assert_non_null(d);
    for (size_t i = 0; i < ARRAY_LEN(raw); i++) {
        struct decode_in in = {.raw = span_str(raw[i]),
                               .received = 1795140000 * INT64_C(1000000000)};

        decode(d, &in, &ev);
        assert_true(ev.flags & EVENT_IS_ALERT);
        assert_int_equal((ev.flags & EVENT_NAMED) != 0, i < 2);
        assert_true(span_eq_str(event_str(&ev, FIELD_EVENT_ID), "18446744073709551610"));
        assert_true(span_eq_str(event_str(&ev, FIELD_RULE_ID), "9000101"));
    }
    decoder_free(d);
    sourceset_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_source_decodes_its_samples),
        cmocka_unit_test(rules_find_what_they_ask_for),
        cmocka_unit_test(what_another_file_knows_stays_with_it),
        cmocka_unit_test(a_copy_bears_the_name_of_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
