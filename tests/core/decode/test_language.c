// test_language.c - every mechanism of the source language, on small sources of our own.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/decode/decode.h"
#include "core/model/wants.h"

static struct sourceset *set;
static struct decoder *dec;
static struct event ev;

static void hear(void *ctx, const struct err *err)
{
    (void)ctx;
    fail_msg("%s:%u: %s: %s", err->path, err->line, err->code, err->msg);
}

static void load(const char *text)
{
    struct textfile files[] = {
        {"s/t.yaml", span_str(text)},
        {"s/_shared.yaml",
         SPAN_LIT("tables:\n  protocols: {\"6\": tcp, \"17\": udp}\nrows:\n"
                  "  codes: {7: {kind: session.start, event.type: start}}\naliases:\n"
                  "  source.ip: {names: [src_ip, ip], take: ip}\n  user.name: [user]\n"
                  "  event.outcome: {names: [result], values: {ok: success}}\n"
                  "  \"@about\": [act]\n"
                  "guesses:\n  - {needs: [user.name], words: [logon], set: {event.category: "
                  "authentication}}\n")}};
    struct faults faults = {.say = hear};

    decoder_free(dec);
    sourceset_free(set);
    set = sourceset_load(files, 2, &faults);
    assert_non_null(set);
    dec = decoder_new(set);
    assert_non_null(dec);
}

// Two files: the second comes first by name and is like the other.
static void load_alike(const char *base, const char *alike)
{
    struct textfile files[] = {{"s/a.yaml", span_str(alike)}, {"s/b.yaml", span_str(base)}};
    struct faults faults = {.say = hear};

    decoder_free(dec);
    sourceset_free(set);
    set = sourceset_load(files, 2, &faults);
    assert_non_null(set);
    dec = decoder_new(set);
    assert_non_null(dec);
}

static void run(const char *text)
{
    struct decode_in in = {.raw = span_str(text), .received = 1790000000 * INT64_C(1000000000)};

    decode(dec, &in, &ev);
}

static void is(enum field f, const char *want)
{
    struct span v = event_str(&ev, f);

    if (!span_eq_str(v, want)) {
        fail_msg("%s is \"" SPAN_FMT "\", not \"%s\"", field_name(f), SPAN_ARG(v), want);
    }
}

static void original(const char *name, const char *want)
{
    struct fval v = {0};

    (void)event_values(&ev, span_str(name), &v, 1);
    if (!span_eq_str(v.s, want)) {
        fail_msg("%s is \"" SPAN_FMT "\", not \"%s\"", name, SPAN_ARG(v.s), want);
    }
}

static void bodies_stand_inside_bodies(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {kind: nest}}\ncut:\n"
         "  - {field: inner, as: json}\n"
         "  - {field: inner.pairs, separator: \";\"}\n"
         "  - {field: cef, as: cef, prefix: \"\"}\n"
         "  - {field: xml, as: xml, prefix: x}\n"
         "map: {user.name: inner.pairs.u, source.ip: src, file.name: x.Data.File}\n");
    run("{\"kind\":\"nest\",\"inner\":\"{\\\"pairs\\\":\\\"a=1;u=eve;b=2\\\"}\","
        "\"cef\":\"CEF:0|V|P|1|9|N|3|src=10.0.0.9\",\"xml\":\"<e><Data "
        "Name='File'>a&amp;b</Data></e>\"}");
    is(FIELD_USER_NAME, "eve");
    is(FIELD_SOURCE_IP, "10.0.0.9");
    original("x.File", "a&b");
}

static void pairs_have_dialects(void **state)
{
    (void)state;
    load("name: t\ngroup: net\nmechanism: syslog\nmatch: {starts: [\"%X-\"]}\ncut:\n"
         "  - {separator: \", \", assign: \": \", when: {\"@text\": \"*, *\"}}\n"
         "  - {runs: true, when: {\"@text\": \"*runs*\"}}\n"
         "  - {brackets: true, when: {\"@text\": \"*list*\"}}\n");
    run("%X-1: Name: a b, Src IP: 10.0.0.1, Port: 5");
    original("Src IP", "10.0.0.1");
    original("Port", "5");
    run("%X-2 runs user=jo ann x=\"q \\\" r\" y='z z' last=w");
    original("user", "jo ann");
    original("x", "q \" r");
    original("y", "z z");
    run("%X-3 list a=[1 2 3] b=(x y) c=5");
    original("a", "[1 2 3]");
    original("b", "(x y)");
    original("c", "5");
}

static void pairs_are_told_by_their_fields(void **state)
{
    (void)state;
    load("name: t\ngroup: net\nmechanism: pairs\nmatch: {fields: {devid: \"*\", type: traffic}}\n"
         "map: {network.transport: {from: proto, values: protocols}}\n");
    run("date=2026-11-20 devid=\"FG\" type=\"traffic\" proto=17");
    assert_string_equal(ev.source, "t");
    is(FIELD_NETWORK_TRANSPORT, "udp");
    run("<13>devid=a,type=traffic,proto=6");
    assert_string_equal(ev.source, "t");
    is(FIELD_NETWORK_TRANSPORT, "tcp");
    run("devid=a type=other proto=6");
    assert_string_equal(ev.source, "raw");
}

static void columns_follow_conditions(void **state)
{
    (void)state;
    load(
        "name: t\ngroup: net\nmechanism: syslog\nmatch: {text: [\",TRAFFIC,\", "
        "\",SYSTEM,\"]}\ncut:\n"
        "  - {as: csv, columns: [n, type, \"-\", src, rest*], when: {\"@text\": \"*,TRAFFIC,*\"}}\n"
        "  - {as: csv, columns: [n, type, what], when: {\"@text\": \"*,SYSTEM,*\"}}\n"
        "map: {source.ip: src, event.reason: what}\n");
    run("1,TRAFFIC,zz,10.0.0.1,a,\"b\"");
    is(FIELD_SOURCE_IP, "10.0.0.1");
    original("rest", "a,\"b\"");
    run("2,SYSTEM,\"said, \"\"so\"\"\"");
    is(FIELD_EVENT_REASON, "said, \"so\"");
}

static void ways_are_tried_in_order(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {t: \"*\"}}\nempty: [\"-\"]\nmap:\n"
         "  user.name: [a, {from: b, take: user}]\n"
         "  user.domain: {from: b, take: domain}\n"
         "  process.pid: {from: pid, take: int}\n"
         "  process.name: {from: exe, take: base}\n"
         "  source.mac: {from: mac, take: mac}\n"
         "  url.domain: {from: url, take: url.domain}\n"
         "  url.path: {from: url, take: url.path}\n"
         "  event.code: {from: m, take: [{split: \":\", at: -1}, {trim: \"<>\"}]}\n"
         "  event.action: {from: act, values: {B: blocked}, else: \"@value\"}\n"
         "  host.name: [{from: h, when: {t: \"1..3\"}}, {value: elsewhere, when: {t: \"!1\"}}]\n"
         "  \"@who\": {from: b, take: [user, upper]}\n"
         "  event.reason: who\n"
         "  process.command_line: {from: hex, take: hex}\n");
    run("{\"t\":2,\"a\":\"-\",\"b\":\"CORP\\\\jo\",\"pid\":\"0x1f\",\"exe\":\"C:\\\\x\\\\y.exe\","
        "\"mac\":\"AABB.CC00.1122\",\"url\":\"https://u@h.example:8443/p/q?r#s\",\"m\":\"a:<b>\","
        "\"act\":\"b\",\"h\":\"h1\",\"hex\":\"6C73002D6C\"}");
    is(FIELD_USER_NAME, "jo");
    is(FIELD_USER_DOMAIN, "CORP");
    is(FIELD_PROCESS_PID, "31");
    is(FIELD_PROCESS_NAME, "y.exe");
    is(FIELD_SOURCE_MAC, "aa:bb:cc:00:11:22");
    is(FIELD_URL_DOMAIN, "h.example");
    is(FIELD_URL_PATH, "/p/q");
    is(FIELD_EVENT_CODE, "b");
    is(FIELD_EVENT_ACTION, "blocked");
    is(FIELD_HOST_NAME, "h1");
    is(FIELD_EVENT_REASON, "JO");
    is(FIELD_PROCESS_COMMAND_LINE, "ls -l");
    run("{\"t\":7,\"act\":\"other\",\"h\":\"h1\"}");
    is(FIELD_EVENT_ACTION, "other");
    is(FIELD_HOST_NAME, "elsewhere");
}

static void switches_and_kinds_decide(void **state)
{
    struct fval v[2];

    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {id: \"*\"}}\n"
         "logsource: {product: p}\nconstants: {user.name: nobody}\nswitch:\n"
         "  - on: [ch, id]\n    rows:\n"
         "      Security/1: {kind: logon, event.category: [network, session], user.name: \"\",\n"
         "                   logsource: {product: windows, category: process_creation}}\n"
         "kinds:\n  - {when: {id: [5, \"x*\", \"*y\"], gone: \"!*\"}, kind: logoff, event.action: "
         "out}\n");
    run("{\"id\":1,\"ch\":\"SECURITY\"}");
    assert_int_equal(ev.kind, KIND_LOGON);
    is(FIELD_USER_NAME, "");
    assert_true(span_eq_str(ev.logsource[1], "process_creation"));
    assert_int_equal(event_values(&ev, SPAN_LIT("event.category"), v, 2), 2);
    assert_true(span_eq_str(v[1].s, "session"));
    run("{\"id\":\"why\",\"ch\":\"-\"}");
    assert_int_equal(ev.kind, KIND_LOGOFF);
    is(FIELD_EVENT_ACTION, "out");
    is(FIELD_USER_NAME, "nobody");
    assert_true(span_eq_str(ev.logsource[0], "p"));
    run("{\"id\":\"why\",\"gone\":1}");
    assert_int_equal(ev.kind, KIND_OTHER);
}

static void lists_of_named_values_become_names(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {l.n: \"*\"}}\n"
         "cut: [{field: l, as: members, key: n, value: v}]\n"
         "map: {user.name: l.user, file.name: l.file, rule.name: l.none}\n");
    run("{\"l\":[{\"i\":1,\"n\":\"file\",\"v\":\"f1\"},{\"i\":2,\"v\":\"lost\"},{\"n\":\"user\","
        "\"x\":0,"
        "\"v\":\"jo\"}]}");
    is(FIELD_FILE_NAME, "f1");
    is(FIELD_USER_NAME, "jo");
    is(FIELD_RULE_NAME, "");
    original("l.user", "jo");
}

static void stars_may_stand_inside(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {p: \"*\"}}\n"
         "kinds:\n  - {when: {p: \"auth/*/login*\"}, kind: logon}\n"
         "  - {when: {p: \"*a*ab\"}, kind: logoff}\n");
    run("{\"p\":\"auth/x/y/login\"}");
    assert_int_equal(ev.kind, KIND_LOGON);
    run("{\"p\":\"auth/login\"}");
    assert_int_equal(ev.kind, KIND_OTHER);
    run("{\"p\":\"xaaaab\"}");
    assert_int_equal(ev.kind, KIND_LOGOFF);
    run("{\"p\":\"ab\"}");
    assert_int_equal(ev.kind, KIND_OTHER);
}

static void a_file_may_refuse_guesses(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: cef\nmap: {source.port: spt}\n");
    run("CEF:0|V|P|1|1|n|1|spt=7 user=jo");
    assert_string_equal(ev.source, "t");
    is(FIELD_USER_NAME, "jo");
    load("name: t\ngroup: os\nmechanism: cef\nguess: false\nmap: {source.port: spt}\n");
    run("CEF:0|V|P|1|1|n|1|spt=7 user=jo");
    is(FIELD_SOURCE_PORT, "7");
    is(FIELD_USER_NAME, "");
}

static void rows_may_be_shared_by_name(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {id: \"*\"}}\n"
         "rows:\n  own: {x: {event.code: own}}\n"
         "switch:\n  - {on: id, rows: codes}\n  - {on: id, rows: own}\n");
    run("{\"id\":7}");
    assert_int_equal(ev.kind, KIND_SESSION_START);
    is(FIELD_EVENT_TYPE, "start");
    run("{\"id\":\"X\"}");
    assert_int_equal(ev.kind, KIND_OTHER);
    is(FIELD_EVENT_CODE, "own");
}

static void patterns_give_names_to_the_map(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: syslog\nmatch: {starts: [\"type=\"]}\npatterns:\n"
         "  - {text: \"type={@type:word} msg=audit({@at}:{@serial:int}): {@rest*}\"}\n"
         "  - {field: rest, text: \"pid={@pid:int} {_}\", kind: command}\n"
         "time: [{field: at, format: epoch}]\n"
         "map: {process.pid: pid, event.code: type}\n");
    run("type=SYSCALL msg=audit(1790000000.123:77): pid=5 uid=0");
    assert_string_equal(ev.source, "t");
    is(FIELD_EVENT_CODE, "SYSCALL");
    is(FIELD_PROCESS_PID, "5");
    assert_int_equal(ev.kind, KIND_COMMAND);
    assert_true(ev.time == 1790000000123000);
}

static void times_are_read_by_letters(void **state)
{
    static const struct {
        const char *format, *time;
        utime_t want;
    } cases[] = {
        {"yyyy/MM/dd HH:mm:ss", "2026/09/21 14:13:20", 1790000000000000},
        {"dd/MMM/yyyy:HH:mm:ss Z", "21/Sep/2026:23:13:20 +0900", 1790000000000000},
        {"M/d/yyyy h:mm:ss a", "9/21/2026 2:13:20 PM", 1790000000000000},
        {"auto", "Sep 21 2026 14:13:20 GMT+00:00", 1790000000000000},
        {"auto", "2026-09-21 14:13:20,250", 1790000000250000},
        {"auto", "Mon Sep 21 14:13:20 2026", 1790000000000000},
        {"MMM d HH:mm:ss", "Sep 21 14:13:20", 1790000000000000},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[512];

        (void)snprintf(text, sizeof(text),
                       "name: t\ngroup: os\nmechanism: json\nmatch: {fields: {t: \"*\"}}\n"
                       "time: [{field: t, format: \"%s\"}]\n",
                       cases[i].format);
        load(text);
        (void)snprintf(text, sizeof(text), "{\"t\":\"%s\"}", cases[i].time);
        run(text);
        if (ev.time != cases[i].want) {
            fail_msg("%s: %lld", cases[i].time, (long long)ev.time);
        }
    }
}

static void xml_events_are_flat(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: xml\nmatch: {fields: {System.EventID: \"*\"}}\n"
         "map: {event.code: System.EventID, user.name: EventData.User, host.name: "
         "System.Computer}\n");
    run("<13>Nov 20 01:00:00 h <Event xmlns='u'><System><Provider Name=\"P\"/><EventID>7</EventID>"
        "<Computer>c&#49;</Computer></System><EventData><Data Name='User'>jo</Data></EventData>"
        "</Event>");
    assert_string_equal(ev.source, "t");
    is(FIELD_EVENT_CODE, "7");
    is(FIELD_USER_NAME, "jo");
    is(FIELD_HOST_NAME, "c1");
    original("System.Provider.Name", "P");
}

static void a_zeek_line_decodes_with_its_header(void **state)
{
    (void)state;
    load("name: t\ngroup: sensor\nmechanism: zeek\nmatch: {fields: {_path: \"*\"}}\n"
         "map: {source.ip: id.orig_h, source.port: id.orig_p}\n");
    run("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
        "#fields\tts\tid.orig_h\tid.orig_p\tset\tgone\tok\n"
        "#types\ttime\taddr\tport\tset[string]\tstring\tbool\n"
        "1790000000.5\t10.0.0.1\t80\ta\\x2cb,c\t-\tT");
    assert_string_equal(ev.source, "t");
    is(FIELD_SOURCE_IP, "10.0.0.1");
    is(FIELD_SOURCE_PORT, "80");
    original("set", "a,b");
    original("ok", "true");
    assert_true(span_starts(ev.raw, SPAN_LIT("1790000000.5\t")));
}

static void what_no_file_knows_is_told_by_names(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {never: \"*\"}}\n");
    run("{\"Src-IP\":\"10.0.0.1\",\"deep\":{\"User\":\"jo\"},\"result\":\"OK\",\"act\":\"a "
        "logon\"}");
    assert_string_equal(ev.source, "raw");
    is(FIELD_SOURCE_IP, "10.0.0.1");
    is(FIELD_USER_NAME, "jo");
    is(FIELD_EVENT_OUTCOME, "success");
    is(FIELD_EVENT_CATEGORY, "authentication");
    run("{\"never\":1,\"src_ip\":\"10.0.0.1\"}");
    assert_string_equal(ev.source, "t");
    is(FIELD_SOURCE_IP, ""); // a file that knows the source says all there is
}

static void a_file_may_be_like_another(void **state)
{
    (void)state;
    load_alike("name: b\ngroup: os\nmechanism: json\nmatch: {fields: {Id: \"*\"}}\n"
               "logsource: {product: p}\nempty: [\"-\"]\n"
               "map: {user.name: User, event.code: Id, host.name: Host}\n"
               "switch:\n  - on: [Id]\n    rows: {\"1\": {kind: logon}}\n"
               "patterns:\n  - {field: Text, text: \"to {destination.ip}\"}\n",
               "name: a\ngroup: os\nmechanism: json\nlike: b\nmatch: {fields: {E.Sys.Id: \"*\"}}\n"
               "lift: [E.Sys, \"E.Data.*\"]\nmap: {host.name: {value: mine}}\n"
               "switch:\n  - on: [Id]\n    rows: {\"2\": {kind: logoff}}\n"
               "patterns:\n  - {field: Text, text: \"to port {destination.port}\"}\n");
    run("{\"E\":{\"Sys\":{\"Id\":1,\"User\":\"-\"},\"Data\":{\"x\":{\"Text\":\"to "
        "10.0.0.1\"},\"y\":2}}}");
    assert_string_equal(ev.source, "a");
    assert_int_equal(ev.kind, KIND_LOGON);
    assert_true(span_eq_str(ev.logsource[0], "p"));
    is(FIELD_EVENT_CODE, "1");
    is(FIELD_USER_NAME, "");
    is(FIELD_HOST_NAME, "mine");
    is(FIELD_DESTINATION_IP, "10.0.0.1");
    original("y", "");
    run("{\"E\":{\"Sys\":{\"Id\":2,\"User\":\"jo\"},\"Data\":{\"x\":{\"Text\":\"to port 7\"}}}}");
    assert_int_equal(ev.kind, KIND_LOGOFF);
    is(FIELD_USER_NAME, "jo");
    is(FIELD_DESTINATION_PORT, "7");
    is(FIELD_DESTINATION_IP, "");
    run("{\"Id\":1,\"Host\":\"h\"}");
    assert_string_equal(ev.source, "b");
    is(FIELD_HOST_NAME, "h");
}

static void cuts_take_first_and_are_lifted(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {m: \"*\"}}\nlift: [Out, \"low^\"]\n"
         "cut:\n  - {field: m, take: [last, {after: \"> \"}], as: json, prefix: \"\"}\n"
         "map: {user.name: User, host.name: Host}\n");
    run("{\"m\":[\"x\",\"a> {\\\"Out\\\":{\\\"User\\\":\\\"jo\\\"}}\"],\"low\":{\"host\":\"h1\"}}");
    is(FIELD_USER_NAME, "jo");
    is(FIELD_HOST_NAME, "h1");
}

static void names_of_directories_come_apart(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {dn: \"*\"}}\n"
         "map: {user.name: {from: dn, take: dn.name}, user.domain: {from: dn, take: dn.domain},"
         " event.reason: {from: dn, take: {suffix: \" Z\"}}}\n");
    run("{\"dn\":\"CN=Mori\\\\, K,OU=Litho+l=x, DC=fab,dc=example\"}");
    is(FIELD_USER_NAME, "Mori\\, K");
    is(FIELD_USER_DOMAIN, "Litho.fab.example");
    is(FIELD_EVENT_REASON, "CN=Mori\\, K,OU=Litho+l=x, DC=fab,dc=example Z");
    run("{\"dn\":\"nothing\"}");
    is(FIELD_USER_NAME, "");
    is(FIELD_USER_DOMAIN, "");
}

// A rule asks for the bare name; the record has it in its wrapping only.
static void lifted_names_reach_who_wants_them(void **state)
{
    struct wants *w = wants_new();
    struct decoder *lazy;
    struct decode_in in = {.raw = SPAN_LIT("{\"E\":{\"Id\":1,\"Deep\":\"here\"}}")};
    struct fval v = {0};

    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {E.Id: \"*\"}}\nlift: [E]\n");
    assert_true(sourceset_want(set, w));
    (void)wants_add(w, SPAN_LIT("Deep"));
    assert_true(wants_seal(w));
    lazy = decoder_new_wanting(set, w);
    assert_non_null(lazy);
    decode(lazy, &in, &ev);
    assert_int_equal(event_values(&ev, SPAN_LIT("Deep"), &v, 1), 1);
    assert_true(span_eq_str(v.s, "here"));
    decoder_free(lazy);
    wants_free(w);
}

static int shut(void **state)
{
    (void)state;
    decoder_free(dec);
    sourceset_free(set);
    return 0;
}

static void log_source(const char *product, const char *category, const char *service)
{
    const char *want[3] = {product, category, service};

    for (int i = 0; i < 3; i++) {
        if (!span_eq_str(ev.logsource[i], want[i])) {
            fail_msg("word %d is \"" SPAN_FMT "\", not \"%s\"", i, SPAN_ARG(ev.logsource[i]),
                     want[i]);
        }
    }
}

static void a_record_may_tell_its_log_source(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: cef\nlogsource:\n  product: {from: DeviceVendor, else: "
         "cef}\n  category: fixed\n  service: {from: DeviceProduct}\nkinds:\n"
         "  - {when: {act: own}, kind: other, logsource: {product: Row}}\n");
    run("CEF:0|FabSec|Tool Guard|1|9|N|3|act=x");
    log_source("fabsec", "fixed", "tool_guard");
    run("CEF:0|lower|case|1|9|N|3|act=x");
    log_source("lower", "fixed", "case");
    run("CEF:0|||1|9|N|3|act=x");
    log_source("cef", "fixed", "");
    run("CEF:0|FabSec|ToolGuard|1|9|N|3|act=own");
    log_source("Row", "", "");
}

// More names than a memo holds, some that differ only in the middle or beyond what it keeps.
static void names_nobody_told_are_found_again(void **state)
{
    char text[256];

    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nauto: false\n");
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3000; i++) {
            (void)snprintf(text, sizeof(text), "{\"prefix01_%d_suffix99\":\"10.0.0.9\"}", i);
            run(text);
            is(FIELD_SOURCE_IP, "");
            (void)snprintf(text, sizeof(text), "{\"k%d\":{\"Src-IP\":\"10.0.%d.%d\"}}", i, i / 250,
                           i % 250);
            run(text);
            (void)snprintf(text, sizeof(text), "10.0.%d.%d", i / 250, i % 250);
            is(FIELD_SOURCE_IP, text);
        }
        (void)snprintf(text, sizeof(text),
                       "{\"%0120d.src_ip\":\"10.1.2.3\",\"@S_rc.I P\":\"10.3.2.1\"}", round);
        run(text);
        is(FIELD_SOURCE_IP, "10.3.2.1");
        (void)snprintf(text, sizeof(text), "{\"%0120d.src_ip\":\"10.1.2.3\"}", round);
        run(text);
        is(FIELD_SOURCE_IP, "10.1.2.3");
    }
}

static void words_are_replaced_by_a_table(void **state)
{
    struct fval v[4];

    (void)state;
    load("name: t\ngroup: os\nmechanism: json\nmatch: {fields: {Access: \"*\"}}\n"
         "tables: {rights: {\"%%1\": Read (or List), \"%%2\": DELETE}}\n"
         "map:\n  \"@Access\": {from: Access, take: {words: rights}}\n"
         "  user.name: {from: who, take: {words: rights}}\n");
    run("{\"Access\":\"%%1\\r\\n\\t%%2 %%3\",\"who\":\"%%9\"}");
    assert_int_equal(event_values(&ev, SPAN_LIT("Access"), v, 4), 2); // the codes stay
    assert_true(span_eq_str(v[0].s, "Read (or List)\r\n\tDELETE %%3"));
    assert_true(span_eq_str(v[1].s, "%%1\r\n\t%%2 %%3"));
    is(FIELD_USER_NAME, ""); // nothing known: no value
    run("{\"Access\":\" \"}");
    assert_int_equal(event_values(&ev, SPAN_LIT("Access"), v, 4), 1);
}

static void what_a_record_carries_is_not_the_record(void **state)
{
    (void)state;
    load("name: t\ngroup: os\nmechanism: syslog\nmatch: {text: [\"type=\"]}\ncarries: "
         "\"\\n\"\ncut:\n"
         "  - {as: pairs, take: {before: \"\\n\"}}\n  - {as: pairs, take: {after: \"\\n\"}, "
         "prefix: c}\n"
         "map: {process.executable: [exe, c.exe], process.command_line: {from: \"@text\", take: "
         "execve}}\n");
    run("type=EXECVE m: argc=3 a0=\"nc\" a1=6120 a2=\"20\"\ntype=SYSCALL a0=7f00 exe=\"/bin/nc\"");
    is(FIELD_PROCESS_EXECUTABLE, "/bin/nc");
    is(FIELD_PROCESS_COMMAND_LINE, "nc a  20"); // hexadecimal when without quotes only
    is(FIELD_MESSAGE, "type=EXECVE m: argc=3 a0=\"nc\" a1=6120 a2=\"20\"");
    assert_true(span_eq_str(ev.raw, "type=EXECVE m: argc=3 a0=\"nc\" a1=6120 a2=\"20\""));
    original("c.exe", "/bin/nc");
    run("type=EXECVE a0=\"sh\" a1_len=9 a1[0]=\"abc\" a1[1]=64 a10=(null) a= ax=1 a2=\"un");
    is(FIELD_PROCESS_COMMAND_LINE, "sh abcd (null) \"un");
    run("type=SYSCALL exe=\"/bin/sh\"");
    is(FIELD_PROCESS_EXECUTABLE, "/bin/sh");
    is(FIELD_PROCESS_COMMAND_LINE, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_stand_inside_bodies),
        cmocka_unit_test(a_record_may_tell_its_log_source),
        cmocka_unit_test(names_nobody_told_are_found_again),
        cmocka_unit_test(pairs_have_dialects),
        cmocka_unit_test(pairs_are_told_by_their_fields),
        cmocka_unit_test(columns_follow_conditions),
        cmocka_unit_test(ways_are_tried_in_order),
        cmocka_unit_test(switches_and_kinds_decide),
        cmocka_unit_test(lists_of_named_values_become_names),
        cmocka_unit_test(stars_may_stand_inside),
        cmocka_unit_test(a_file_may_refuse_guesses),
        cmocka_unit_test(rows_may_be_shared_by_name),
        cmocka_unit_test(patterns_give_names_to_the_map),
        cmocka_unit_test(times_are_read_by_letters),
        cmocka_unit_test(xml_events_are_flat),
        cmocka_unit_test(a_zeek_line_decodes_with_its_header),
        cmocka_unit_test(what_no_file_knows_is_told_by_names),
        cmocka_unit_test(a_file_may_be_like_another),
        cmocka_unit_test(cuts_take_first_and_are_lifted),
        cmocka_unit_test(names_of_directories_come_apart),
        cmocka_unit_test(lifted_names_reach_who_wants_them),
        cmocka_unit_test(words_are_replaced_by_a_table),
        cmocka_unit_test(what_a_record_carries_is_not_the_record),
    };

    return cmocka_run_group_tests(tests, NULL, shut);
}
