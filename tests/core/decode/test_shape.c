// test_shape.c - the index of a record's fields against going through them, whatever came before.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/decode/fields.h"

enum { NAMES = 96, FIELDS = 16, MODELS = 300, ROUNDS = 10 };

// What a record does to its fields, one after the other.
struct act {
    enum { PUT, ADD, ADD_UNWANTED, LEAD, CUT, LOOK, ACTS } what;
    uint32_t id; // or where to cut
};

// The same the simple way: the fields' numbers in the order in which those of a name stand.
struct model {
    uint32_t id[FIELDS]; // by field; NAMES: unwanted
    bool lead[FIELDS];
    size_t n;
};

static uint64_t seed = 20261122;

static uint32_t below(uint32_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

static char name_of[NAMES][32];
static struct wants *names;

static int set_up(void **state)
{
    (void)state;
    names = wants_new();
    for (int i = 0; i < NAMES; i++) {
        // short ones, and some too long to be told by their ends
        (void)snprintf(name_of[i], sizeof(name_of[i]), i % 3 ? "n%d" : "a.rather.long.name.%d", i);
        assert_int_equal(wants_add(names, span_str(name_of[i])), i);
    }
    return wants_seal(names) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    wants_free(names);
    return 0;
}

// The places of a name's fields: leading ones from the last to the first, then the others as they came.
static size_t places(const struct model *m, uint32_t id, uint32_t *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++) {
        if (m->id[i] == id && !m->lead[i]) {
            ret[n++] = (uint32_t)i + 1;
        } else if (m->id[i] == id) {
            memmove(ret + 1, ret, n++ * sizeof(*ret));
            ret[0] = (uint32_t)i + 1;
        }
    }
    return n;
}

static void assert_indexed(struct fields *f, const struct model *m)
{
    size_t touched = 0;

    fields_index(f);
    assert_int_equal(f->n, m->n);
    for (uint32_t id = 0; id < NAMES; id++) {
        uint32_t want[FIELDS], at = f->at[id];
        size_t n = places(m, id, want);

        touched += n > 0;
        for (size_t i = 0; i < n; i++, at = f->next[at - 1]) {
            assert_int_equal(at, want[i]);
        }
        assert_int_equal(at, 0);
    }
    assert_int_equal(f->ntouched, touched);
}

static void act(struct fields *f, struct model *m, const struct act *a)
{
    struct span name = span_str(name_of[a->id % NAMES]);
    struct fval v = fval_str(SPAN_LIT("v"));
    bool added = a->what != CUT && a->what != LOOK;

    switch (a->what) {
    case PUT:
        fields_name(f);
        assert_true(fields_put(f, a->id, name, v));
        break;
    case ADD: assert_true(fields_add(f, name, v)); break;
    case ADD_UNWANTED: assert_true(fields_add(f, SPAN_LIT("nobody asks for this"), v)); break;
    case LEAD: assert_true(fields_lead(f, a->id, name, v)); break;
    case CUT:
        m->n = a->id % (m->n + 1);
        fields_cut(f, m->n);
        break;
    case LOOK:
    case ACTS: assert_indexed(f, m); break;
    }
    if (added) {
        m->id[m->n] = a->what == ADD_UNWANTED ? NAMES : a->id;
        m->lead[m->n++] = a->what == LEAD;
    }
}

static struct act some_act(void)
{
    uint32_t r = below(100);
    struct act a = {.id = below(NAMES)};

    a.what = r < 40   ? PUT
             : r < 70 ? ADD
             : r < 78 ? ADD_UNWANTED
             : r < 88 ? LEAD
             : r < 91 ? CUT
                      : LOOK;
    return a;
}

// Kinds of records come again and again in any order, so that most indexes are those of a shape; others
// are new each time, until there is no room for their shapes.
static void fields_are_found_whatever_came_before(void **state)
{
    static struct act records[MODELS][FIELDS];
    struct arena arena;
    struct fields f;
    size_t with_index = 0;

    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(fields_init(&f, names, &arena));
    for (size_t i = 0; i < MODELS * FIELDS; i++) {
        records[i / FIELDS][i % FIELDS] = some_act();
    }
    for (size_t i = 0; i < MODELS * (size_t)ROUNDS * 4; i++) {
        size_t k = below(MODELS), n = FIELDS - below(2);
        struct model m = {.n = 0};

        fields_clear(&f);
        for (size_t a = 0; a < n && m.n < FIELDS; a++) {
            struct act other = some_act();

            act(&f, &m, i % 5 == 4 ? &other : &records[k][a]);
        }
        assert_indexed(&f, &m);
        with_index += f.at != f.own.at;
        if (shapes_full(&f.shapes) && i % 7 == 0) {
            fields_clear(&f);
            shapes_reset(&f.shapes);
        }
    }
    assert_true(with_index > MODELS);
    fields_free(&f);
    arena_free(&arena);
}

static void numbers_have_their_texts(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, 1 << 16);
    for (int v = -3; v < 2 * NUMBER_KNOWN; v++) {
        struct fval have = fval_int(&arena, v);
        char text[20];

        (void)snprintf(text, sizeof(text), "%d", v);
        assert_true(span_eq_str(have.s, text));
        assert_true(have.i == v && have.type == V_INT);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_whatever_came_before),
        cmocka_unit_test(numbers_have_their_texts),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
