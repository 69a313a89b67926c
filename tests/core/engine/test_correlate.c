// test_correlate.c - correlations against a slow reference; restarts.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/state.h"
#include "tests/core/engine/corrbed.h"

// ---- the reference: every window is looked at anew, event by event

enum { EVENTS = 160, RULES = 3 };

struct ev {
    int second;
    unsigned rules; // bit 0 = a, 1 = b, 2 = c
    char user[8], host[8], number[8];
};

static const char documents[] = EVENT_RULE("a") "---\n" EVENT_RULE("b") "---\n" EVENT_RULE("c");

#define BY_USER "timespan: 10s, group-by: [user]"

static const struct {
    const char *body;
    uint32_t keep; // what the window may keep at most, 0 = not of interest
} kinds[] = {
    {"{type: event_count, rules: [a], " BY_USER ", condition: {gte: 4}}", 4},
    {"{type: event_count, rules: [a, b, c], " BY_USER ", condition: {gt: 7}}", 8},
    {"{type: event_count, rules: [a, b], " BY_USER ", condition: {gt: 2, lte: 4}}", 5},
    {"{type: event_count, rules: [a], " BY_USER ", condition: {eq: 3}}", 4},
    {"{type: event_count, rules: [a], " BY_USER ", condition: {neq: 1}}", 2},
    {"{type: event_count, rules: [b], " BY_USER ", condition: {lt: 3}}", 3},
    {"{type: event_count, rules: [a, b], timespan: 3s, condition: {gte: 5}}", 5},
    {"{type: value_count, rules: [a], " BY_USER ", condition: {field: host, gte: 3}}", 3},
    {"{type: value_count, rules: [a, b], " BY_USER ", condition: {field: host, lte: 1}}", 2},
    {"{type: value_count, rules: [a, b], " BY_USER ", condition: {field: [host, number], gt: 4}}",
     5},
    {"{type: value_sum, rules: [a], " BY_USER ", condition: {field: number, gte: 12}}", 0},
    {"{type: value_sum, rules: [a, c], " BY_USER ", condition: {field: number, lt: -3}}", 0},
    {"{type: value_avg, rules: [a, b], " BY_USER ", condition: {field: number, gt: 4}}", 0},
    {"{type: value_percentile, rules: [a, b], " BY_USER
     ", condition: {field: number, percentile: 90, gt: 7}}",
     0},
    {"{type: value_percentile, rules: [a], " BY_USER
     ", condition: {field: number, percentile: 50, lte: 1}}",
     0},
    {"{type: value_percentile, rules: [a, b, c], " BY_USER ", condition: {field: host, lte: 20}}",
     0},
    {"{type: temporal, rules: [a, b, c], timespan: 3s, group-by: [user]}", 0},
    {"{type: temporal, rules: [a, b, c], " BY_USER ", condition: {lt: 2}}", 0},
    {"{type: temporal, rules: [a, b, c], " BY_USER ", condition: a and c and not b}", 0},
    {"{type: temporal_ordered, rules: [a, b, c], timespan: 4s, group-by: [user]}", 0},
    {"{type: temporal_ordered, rules: [c, a], " BY_USER "}", 0},
    {"{type: absence, rules: [a], expect: [c], timespan: 4s, group-by: [user]}", 0},
    {"{type: absence, rules: [a, b], expect: [c], timespan: 4s, group-by: [user], when: before}",
     0},
    {"{type: absence, rules: [a], expect: [c], timespan: 4s, group-by: [user], when: around}", 0},
    {"{type: absence, rules: [a], expect: [a], timespan: 5s, group-by: [user]}", 0},
};

static uint64_t state_of_random;

static unsigned below(unsigned n)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state_of_random >> 33) % n;
}

static void make_events(struct ev *e, uint64_t seed)
{
    int t = 100, whole;

    state_of_random = seed * 2654435761u + 17;
    for (int i = 0; i < EVENTS; i++) {
        t += below(20) == 0 ? 15 : (int)below(3);
        e[i] = (struct ev){.second = t, .rules = 1 + below(7)};
        (void)snprintf(e[i].user, sizeof(e[i].user), "%s", below(15) ? below(2) ? "u1" : "u2" : "");
        (void)snprintf(e[i].host, sizeof(e[i].host), "h%u", below(6));
        whole = (int)below(14) - 4; // one after the other: the order of arguments is the compiler's
        (void)snprintf(e[i].number, sizeof(e[i].number), "%d.%u", whole, below(4) * 25);
    }
}

struct slow {
    const struct corrbed *bed;
    const struct correlation *c;
    const struct ev *e;
    unsigned asks, answers;       // bits of rules
    unsigned refs[CORR_REFS_MAX]; // bit of the rule of each reference
};

static bool same_group(const struct slow *s, int i, int j)
{
    return s->c->ngroup == 0 || (s->e[i].user[0] && strcmp(s->e[i].user, s->e[j].user) == 0);
}

static bool within(const struct slow *s, int i, int j) // j in the window that ends with i
{
    return j <= i && same_group(s, i, j) &&
           s->e[i].second - s->e[j].second <= s->c->timespan / UTIME_SECOND;
}

static bool bounds_hold(const struct correlation *c, double v)
{
    for (uint32_t k = 0; k < c->nconds; k++) {
        double n = (double)c->cond[k].n;
        bool ok = c->cond[k].op == CMP_GTE   ? v >= n
                  : c->cond[k].op == CMP_GT  ? v > n
                  : c->cond[k].op == CMP_LTE ? v <= n
                  : c->cond[k].op == CMP_LT  ? v < n
                  : c->cond[k].op == CMP_EQ  ? v == n
                                             : v != n;
        if (!ok) {
            return false;
        }
    }
    return true;
}

static int by_double(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

// The window that ends with hit `k` of event i: hits of the event behind it are not yet in it.
static double measure(const struct slow *s, int i, uint32_t upto)
{
    double v[EVENTS * RULES], sum = 0, same = 0;
    const struct ev *of[EVENTS * RULES];
    size_t n = 0, distinct = 0;

    for (int j = 0; j <= i; j++) {
        for (uint32_t r = 0; r < RULES && within(s, i, j); r++) {
            if ((s->asks & s->e[j].rules) >> r & 1 && (j < i || r <= upto)) {
                of[n] = &s->e[j];
                v[n++] = atof(s->e[j].number);
            }
        }
    }
    for (size_t a = 0; a < n; a++) {
        bool seen = false;

        for (size_t b = 0; b < a; b++) {
            seen |= strcmp(of[a]->host, of[b]->host) == 0 &&
                    (s->c->nvalues < 2 || strcmp(of[a]->number, of[b]->number) == 0);
        }
        distinct += !seen;
        sum += v[a];
        same += strcmp(of[a]->host, s->e[i].host) == 0;
    }
    switch (s->c->type) {
    case CORR_EVENT_COUNT: return (double)n;
    case CORR_VALUE_COUNT: return (double)distinct;
    case CORR_VALUE_SUM: return sum;
    case CORR_VALUE_AVG: return sum / (double)n;
    default: break;
    }
    if (s->c->percentile < 0) {
        return same * 100 / (double)n;
    }
    qsort(v, n, sizeof(*v), by_double);
    {
        // numbers are quarters: their products with whole numbers are exact, and so is the comparison
        size_t rank = (n - 1) * (size_t)s->c->percentile, at = rank / 100, part = rank % 100;

        return (v[at] * (double)(100 - part) + (part ? v[at + 1] * (double)part : 0)) / 100;
    }
}

static bool seen_in(const struct slow *s, int i, uint32_t upto, unsigned rule)
{
    for (int j = 0; j <= i; j++) {
        if (within(s, i, j) && s->e[j].rules & rule && (j < i || rule <= 1u << upto)) {
            return true;
        }
    }
    return false;
}

static bool temporal_holds(const struct slow *s, int i, uint32_t upto)
{
    unsigned seen = 0, n = 0;

    for (uint32_t r = 0; r < s->c->nrefs; r++) {
        bool in = seen_in(s, i, upto, s->refs[r]);

        n += in;
        seen |= in ? s->refs[r] : 0;
    }
    if (s->c->expr) {
        return seen & 1 && seen & 4 && !(seen & 2);
    }
    return s->c->nconds ? bounds_hold(s->c, n) : n == s->c->nrefs;
}

// Backwards from the last step, each time to the latest one that fits.
static bool ordered_holds(const struct slow *s, int i)
{
    int before = i;

    for (uint32_t r = s->c->nrefs - 1; r-- > 0;) {
        int j = before - 1;

        while (j >= 0 && !(within(s, i, j) && s->e[j].rules & s->refs[r])) {
            j--;
        }
        if (j < 0) {
            return false;
        }
        before = j;
    }
    return true;
}

static bool answered(const struct slow *s, int i)
{
    int span = (int)(s->c->timespan / UTIME_SECOND);
    bool itself = s->asks & s->answers;

    for (int j = 0; j < EVENTS; j++) {
        int away = s->e[j].second - s->e[i].second;
        // The rules of one record are fed in their order: what answers comes after what calls.
        bool behind = j > i || (j == i && !itself), before = j < i;

        if (!same_group(s, i, j) || !(s->e[j].rules & s->answers)) {
            continue;
        }
        if ((s->c->when != CORR_BEFORE && behind && away <= span) ||
            (s->c->when != CORR_AFTER && before && -away <= span)) {
            return true;
        }
    }
    return false;
}

// Fires or is quiet; lines as bed_fired() writes them.
struct quiet {
    struct {
        char user[8];
        int last;
        bool fired;
    } of[3];
};

static bool may_fire(struct quiet *q, const char *user, int t, int span)
{
    int k = strcmp(user, "u1") == 0 ? 0 : strcmp(user, "u2") == 0 ? 1 : 2;

    if (q->of[k].fired && t - q->of[k].last <= span) {
        return false;
    }
    q->of[k].fired = true;
    q->of[k].last = t;
    return true;
}

static void reference(const struct slow *s, const char *id, struct buf *out)
{
    int span = (int)(s->c->timespan / UTIME_SECOND);
    struct quiet q = {0};

    for (int i = 0; i < EVENTS; i++) {
        const char *user = s->c->ngroup ? s->e[i].user : "";

        if (s->c->ngroup && !user[0]) {
            continue;
        }
        for (uint32_t r = 0; r < RULES; r++) {
            bool held = false, waits = s->c->type == CORR_ABSENCE && s->c->when != CORR_BEFORE;
            int t = s->e[i].second + (waits ? span : 0);

            if (!((s->asks & s->e[i].rules) >> r & 1)) {
                continue;
            }
            switch (s->c->type) {
            case CORR_TEMPORAL: held = temporal_holds(s, i, r); break;
            case CORR_TEMPORAL_ORDERED:
                held = s->refs[s->c->nrefs - 1] == 1u << r && ordered_holds(s, i);
                break;
            case CORR_ABSENCE: held = !answered(s, i); break;
            default: held = bounds_hold(s->c, measure(s, i, r)); break;
            }
            if (held && may_fire(&q, user, t, span)) {
                buf_printf(out, "%s %d%s%s", id, t, user[0] ? " " : "", user);
                if (waits) {
                    buf_printf(out, " for a@%d", s->e[i].second);
                }
                buf_u8(out, '\n');
            }
        }
    }
}

static void slow_of(struct slow *s, const struct corrbed *b, const char *id, const struct ev *e)
{
    *s = (struct slow){.bed = b, .c = bed_rule(b, id)->correlation, .e = e};
    for (uint32_t r = 0; r < s->c->nrefs; r++) {
        s->refs[r] = 1u << (ruleset_rule(b->rules.set, s->c->ref[r])->id[0] - 'a');
        if (s->c->type == CORR_ABSENCE && r >= s->c->nasks) {
            s->answers |= s->refs[r];
        } else {
            s->asks |= s->refs[r];
        }
    }
}

static void say_event(struct corrbed *b, const struct ev *e)
{
    static const char *const ids[] = {"a", "b", "c"};
    struct named f[] = {
        {"user", e->user[0] ? e->user : NULL}, {"host", e->host}, {"number", e->number}};
    utime_t t = e->second * UTIME_SECOND;

    corr_record(&b->corr, t);
    for (int r = 0; r < RULES; r++) {
        if (e->rules >> r & 1) {
            bed_hit(b, ids[r], t, f, ARRAY_LEN(f));
        }
    }
}

// The documents of all kinds, or of one (`only` >= 0); ids k0, k1 ...
static void open_kinds(struct corrbed *b, int only)
{
    AUTO_BUF text;

    buf_init(&text, 1 << 20);
    buf_str(&text, documents);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (only < 0 || (size_t)only == i) {
            buf_printf(&text, "---\ntitle: k\nid: k%zu\nsigma-version: 2.2\ncorrelation: %s\n", i,
                       kinds[i].body);
        }
    }
    buf_u8(&text, '\0');
    bed_open(b, text.p);
}

static void every_type_says_what_a_slow_reference_says(void **state)
{
    size_t fired[ARRAY_LEN(kinds)] = {0};

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        struct corrbed b;
        char id[16];

        (void)snprintf(id, sizeof(id), "k%zu", k);
        open_kinds(&b, (int)k);
        if (kinds[k].keep) {
            assert_int_equal(bed_rule(&b, id)->correlation->keep, kinds[k].keep);
        }
        for (uint64_t seed = 1; seed <= 60; seed++) {
            struct ev e[EVENTS];
            struct slow s;
            AUTO_BUF want;

            buf_init(&want, 1 << 20);
            make_events(e, seed);
            slow_of(&s, &b, id, e);
            reference(&s, id, &want);
            bed_clear(&b);
            for (int i = 0; i < EVENTS; i++) {
                say_event(&b, &e[i]);
                for (const struct row_corr *w = table_first(b.corr.window); w && kinds[k].keep;
                     w = table_next(b.corr.window, w)) {
                    assert_true(b.corr.entry->count <= 3 * kinds[k].keep);
                }
            }
            corr_until(&b.corr, INT64_MAX);
            buf_u8(&want, '\0');
            if (strcmp(want.p, bed_said(&b)) != 0) {
                fail_msg("%s, seed %llu\nwanted\n%s\ngot\n%s", kinds[k].body,
                         (unsigned long long)seed, want.p, bed_said(&b));
            }
            fired[k] += b.said.len > 0;
        }
        assert_true(fired[k] > 20); // the comparison was about something
        bed_close(&b);
    }
}

// ---- restarts

static void save(const struct corrbed *b, struct buf *out)
{
    buf_clear(out);
    table_save(&b->tables.window, out);
    table_save(&b->tables.entry, out);
    table_save(&b->tables.carry, out);
    table_save(&b->tables.expect, out);
    assert_true(buf_ok(out));
}

static void restart(struct corrbed *b, struct buf *saved)
{
    struct rd r;

    save(b, saved);
    r = rd_of(buf_span(saved));
    corr_tables_free(&b->tables);
    corr_free(&b->corr);
    assert_true(table_load(&b->tables.window, &r) && table_load(&b->tables.entry, &r) &&
                table_load(&b->tables.carry, &r) && table_load(&b->tables.expect, &r));
    corr_restore(&b->corr);
}

static void a_restart_at_any_record_changes_nothing(void **state)
{
    struct corrbed whole, cut;
    AUTO_BUF saved;
    AUTO_BUF other;

    (void)state;
    buf_init(&saved, 64 << 20);
    buf_init(&other, 64 << 20);
    open_kinds(&whole, -1);
    open_kinds(&cut, -1);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct ev e[EVENTS];

        bed_clear(&whole);
        bed_clear(&cut);
        make_events(e, seed);
        for (int i = 0; i < EVENTS; i++) {
            say_event(&whole, &e[i]);
            say_event(&cut, &e[i]);
            if (i % 7 == (int)(seed % 7)) {
                restart(&cut, &saved);
            }
        }
        assert_true(whole.said.len > 1000);
        assert_string_equal(bed_said(&whole), bed_said(&cut));
        save(&whole, &saved);
        save(&cut, &other);
        assert_int_equal(saved.len, other.len);
        assert_memory_equal(saved.p, other.p, saved.len);
    }
    bed_close(&whole);
    bed_close(&cut);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_type_says_what_a_slow_reference_says),
        T(a_restart_at_any_record_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
