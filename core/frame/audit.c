// audit.c - the lines of one Linux audit event.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/audit.h"

#include "core/model/block.h"

void audit_init(struct audit *a)
{
    buf_init(&a->line, AUDIT_MAX);
    buf_init(&a->whole, RECORD_MAX);
}

void audit_free(struct audit *a)
{
    buf_free(&a->line);
    buf_free(&a->whole);
}

// "[node=NAME ]type=TYPE msg=audit(ID): ": the two parts by which lines belong together.
struct parts {
    struct span node, type, id;
};

static bool parts_of(struct span line, struct parts *ret)
{
    const struct span msg = SPAN_LIT(" msg=audit(");
    size_t n;

    ret->node = SPAN_NONE;
    if (span_starts(line, SPAN_LIT("node="))) {
        n = span_find(line, ' ');
        ret->node = span_sub(line, 0, n);
        line = span_sub(line, n + 1, line.n);
    }
    if (!span_starts(line, SPAN_LIT("type="))) {
        return false;
    }
    line = span_sub(line, 5, line.n);
    n = span_find(line, ' ');
    ret->type = span_sub(line, 0, n);
    line = span_sub(line, n, line.n);
    if (!span_starts(line, msg)) {
        return false;
    }
    line = span_sub(line, msg.n, line.n);
    n = span_find(line, ')');
    ret->id = span_sub(line, 0, n);
    return n > 0 && n < line.n;
}

static struct span with_syscall(struct audit *a, struct span line, const struct parts *p)
{
    struct parts q;

    if (a->line.len == 0 || !parts_of(buf_span(&a->line), &q) || !span_eq(q.id, p->id) ||
        !span_eq(q.node, p->node)) {
        return line;
    }
    buf_clear(&a->whole);
    buf_put_span(&a->whole, line);
    buf_u8(&a->whole, '\n');
    buf_put_span(&a->whole, buf_span(&a->line));
    return buf_ok(&a->whole) ? buf_span(&a->whole) : line;
}

struct span audit_record(struct audit *a, struct span line)
{
    struct parts p;

    if (line.n == 0 || (line.p[0] != 't' && line.p[0] != 'n') || !parts_of(line, &p)) {
        return line;
    }
    if (span_eq_str(p.type, "EXECVE")) {
        return with_syscall(a, line, &p);
    }
    if (span_eq_str(p.type, "SYSCALL")) {
        buf_clear(&a->line);
        buf_put_span(&a->line, line);
        if (!buf_ok(&a->line)) {
            buf_clear(&a->line);
        }
    }
    return line;
}
