// template_parse.c - a template out of its text.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/template.h"

const char field_types[FIELD_COUNT] = {
#define STR                             0
#define INT                             1
#define LIST                            2
#define FIELD(NAME, ecs, type, carried) [FIELD_##NAME] = type,
#include "core/model/field.def"
#undef FIELD
#undef STR
#undef INT
#undef LIST
};

bool field_is_list(enum field f)
{
    return f < FIELD_COUNT && field_types[f] == 2;
}

static bool type_of(struct span word, enum hole_type *ret)
{
    static const char *const words[] = {"", "int", "ip", "word"};

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (span_eq_str(word, words[i])) {
            *ret = (enum hole_type)i;
            return true;
        }
    }
    return false;
}

static int parse_hole(struct span name, struct template *t, bool *greedy_seen, struct err *err)
{
    bool greedy = name.n && name.p[name.n - 1] == '*';
    struct span type = span_sub(name, 0, name.n - greedy);
    int field = -1;

    name = span_cut(&type, ':');
    t->part[t->n].name = SPAN_NONE;
    t->part[t->n].type = HOLE_ANY;
    if (name.n > 1 && name.p[0] == '@') {
        field = HOLE_NAMED;
        t->part[t->n].name = span_sub(name, 1, name.n);
    } else {
        field = span_eq_str(name, "_") ? (int)HOLE_SKIP : field_of(name);
    }
    if (field < 0) {
        return err_set(err, E_INPUT, "source.field", "\"" SPAN_FMT "\" is no core field",
                       SPAN_ARG(name));
    }
    if (!type_of(type, &t->part[t->n].type)) {
        return err_set(err, E_INPUT, "source.template", "\"" SPAN_FMT "\" is no type of a hole",
                       SPAN_ARG(type));
    }
    if (field_is_int((enum field)field)) {
        t->part[t->n].type = HOLE_INT;
    }
    if (greedy && *greedy_seen) {
        return err_set(err, E_INPUT, "source.template", "a template may have one hole with '*'");
    }
    *greedy_seen |= greedy;
    t->part[t->n].hole = (unsigned)field;
    t->part[t->n].greedy = greedy;
    t->part[t->n].any = field == HOLE_SKIP && t->part[t->n].type == HOLE_ANY;
    t->core |= (uint32_t)(field < FIELD_COUNT) << t->n;
    t->named |= (uint32_t)(field == HOLE_NAMED) << t->n;
    t->n++;
    return 0;
}

int template_parse(struct span text, struct template *ret, struct err *err)
{
    bool greedy = false;

    *ret = (struct template){0};
    ret->head = template_head(span_sub(text, 0, span_find(text, '{')));
    ret->head_mask = template_head_mask(span_find(text, '{'));
    for (;;) {
        size_t open = span_find(text, '{');
        size_t shut = span_find(text, '}');
        struct span literal = span_sub(text, 0, open);
        int rc;

        if (shut < open) {
            return err_set(err, E_INPUT, "source.template", "a '}' without its '{'");
        }
        if (open == text.n) {
            ret->tail = text;
            return ret->n || text.n
                       ? 0
                       : err_set(err, E_INPUT, "source.template", "the template is empty");
        }
        if (shut == text.n) {
            return err_set(err, E_INPUT, "source.template", "a '{' without its '}'");
        }
        if (ret->n == TEMPLATE_PARTS) {
            return err_set(err, E_LIMIT, "source.template", "more than 24 holes");
        }
        if (ret->n && literal.n == 0) {
            return err_set(err, E_INPUT, "source.template",
                           "two holes need a text between them to be told apart");
        }
        ret->part[ret->n].before = literal;
        rc = parse_hole(span_sub(text, open + 1, shut - open - 1), ret, &greedy, err);
        if (rc) {
            return rc;
        }
        text = span_sub(text, shut + 1, text.n);
    }
}
