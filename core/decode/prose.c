// prose.c - what a text without names says.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/attr.h"
#include "core/decode/prose_rows.h"
#include "core/decode/prose_time.h"
#include "core/decode/take.h"

bool says_nothing(struct span v)
{
    static const struct span words[] = {SPAN_LIT("null"),    SPAN_LIT("N/A"),      SPAN_LIT("n/a"),
                                        SPAN_LIT("NULL"),    SPAN_LIT("None"),     SPAN_LIT("none"),
                                        SPAN_LIT("unknown"), SPAN_LIT("undefined")};

    if (v.n < 2) {
        return v.n == 0 || v.p[0] == '-';
    }
    for (size_t i = 0; (v.p[0] == 'n' || v.p[0] == 'N' || v.p[0] == 'u') && i < ARRAY_LEN(words);
         i++) {
        if (span_eq(v, words[i])) {
            return true;
        }
    }
    return false;
}

unsigned prose_cues(const struct prose *p, struct span word)
{
    return word.n && word.n <= CUE_LONGEST && (p->first[word.n] & prose_letter(word.p[0]))
               ? p->bucket[hash_nocase(word) % CUE_BUCKETS]
               : 0;
}

int prose_cue(const struct prose *p, struct span word, enum as as)
{
    int best = -1;

    for (unsigned i = prose_cues(p, word); i; i = p->cue[i - 1].next) {
        const struct cue *c = &p->cue[i - 1];

        if (p->row[c->row].as == as && span_eq_nocase(c->word, word) &&
            (best < 0 || c->row < best)) {
            best = c->row;
        }
    }
    return best;
}

void prose_put(struct told *x, enum field f, const struct choice *way, struct span s)
{
    struct okv o = {.v = fval_str(s)};
    struct take_ctx ctx = {.arena = &x->w->arena,
                           .received = x->w->in->received,
                           .zone_s = x->w->in->zone_s,
                           .first = &o,
                           .end = &o + 1};

    for (size_t k = 0; way && k < way->ntakes; k++) {
        o.v.s = take_run(&way->take[k], o.v.s, &ctx);
    }
    if (!event_has(x->ev, f) && !says_nothing(o.v.s)) {
        event_set(x->ev, f, o.v.type, o.v.s, o.v.i);
    }
}

static bool is_cell(const struct told *x, const struct token *v)
{
    return x->row_of_values && (v->cell || v->kind == TOKEN_QUOTED);
}

const struct token *prose_token(const struct told *x, size_t i)
{
    static const struct token none = {.kind = TOKEN_EMPTY};

    return i < x->t.n ? &x->t.v[i] : &none;
}

// ---- words

static bool is_one_of(struct span s, const struct span *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (span_eq_nocase(s, list[i])) {
            return true;
        }
    }
    return false;
}

// What stands between a cue and its value, in the text itself: ':' or '='.
static bool is_assigned(const struct token *cue, const struct token *v)
{
    for (const char *p = cue->s.p + cue->s.n; p < v->s.p; p++) {
        if (*p == '=' || *p == ':') {
            return true;
        }
    }
    return false;
}

static bool is_name(struct span s)
{
    size_t letters = 0;

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

        if (!letter && c < 0x80 && !(c >= '0' && c <= '9') && !(c && strchr("._-@\\$+", c))) {
            return false;
        }
        letters += letter || c >= 0x80;
    }
    return letters > 0 && s.n <= WORD_MAX;
}

// A plain word is a value only before one of the row's words ("$": at the end).
static bool goes_on(const struct told *x, const struct prose_row *r, size_t at)
{
    static const struct span end = SPAN_LIT("$");

    if (at >= x->t.n) {
        return is_one_of(end, r->then, r->nthen);
    }
    return is_one_of(x->t.v[at].s, r->then, r->nthen) &&
           (!r->then_address || prose_token(x, at + 1)->kind == TOKEN_ADDRESS);
}

static bool is_value_of(const struct told *x, const struct prose_row *r, size_t at)
{
    const struct token *cue = &x->t.v[at], *v = prose_token(x, at + 1);

    if (r->nafter && (at == 0 || !is_one_of(x->t.v[at - 1].s, r->after, r->nafter))) {
        return false;
    }
    if (v->kind == TOKEN_QUOTED) {
        return !r->then_address;
    }
    return is_name(v->s) && prose_cue(x->p, v->s, AS_WORD) < 0 &&
           prose_cue(x->p, v->s, AS_ADDRESS) < 0 &&
           ((is_assigned(cue, v) && !r->then_address) || goes_on(x, r, at + 2));
}

// "command 'show x'", "CMD (run-parts)": to the bracket that closes the first one.
static void apply_quoted(struct told *x, const struct prose_row *r, size_t at, struct span text)
{
    const struct token *cue = &x->t.v[at], *v = prose_token(x, at + 1);
    size_t open = (size_t)(cue->s.p - text.p) + cue->s.n, end, depth = 1;

    while (open < text.n && (text.p[open] == ' ' || text.p[open] == '=' || text.p[open] == ':')) {
        open++;
    }
    if (v->kind == TOKEN_QUOTED && v->s.p == text.p + open + 1) {
        prose_put(x, r->to, &r->way, v->s);
    } else if (open < text.n && text.p[open] == '(') {
        for (end = open + 1; end < text.n; end++) {
            depth += text.p[end] == '(';
            depth -= text.p[end] == ')';
            if (depth == 0) {
                prose_put(x, r->to, &r->way, span_trim(span_sub(text, open + 1, end - open - 1)));
                break;
            }
        }
    }
}

static void apply_listed(struct told *x, const struct prose_row *r, size_t at)
{
    const struct token *v = &x->t.v[at];
    const struct pair *p = (r->reach && at >= (size_t)r->reach) || (r->cell && !is_cell(x, v))
                               ? NULL
                               : lookup_find(r->way.lookup, v->s);

    if (p) {
        prose_put(x, r->to, NULL, r->way.keep ? v->s : p->to);
    }
}

// What the word is, and what it announces.
static void apply_cues(struct told *x, size_t at, struct span text)
{
    const struct token *cue = &x->t.v[at], *v = prose_token(x, at + 1);

    for (unsigned i = prose_cues(x->p, cue->s); i; i = x->p->cue[i - 1].next) {
        const struct prose_row *r = &x->p->row[x->p->cue[i - 1].row];

        if (!span_eq_nocase(x->p->cue[i - 1].word, cue->s)) {
            continue;
        }
        if (r->as == AS_LISTED) {
            apply_listed(x, r, at);
        } else if (r->as == AS_QUOTED && cue->kind == TOKEN_WORD) {
            apply_quoted(x, r, at, text);
        } else if (r->as == AS_WORD && cue->kind == TOKEN_WORD &&
                   (v->kind == TOKEN_WORD || v->kind == TOKEN_QUOTED) && is_value_of(x, r, at)) {
            prose_put(x, r->to, &r->way, v->s);
        }
    }
}

// ---- marks of their own

static bool is_mnemonic(struct span s, bool first)
{
    size_t bars = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') && s.p[i] != '_') {
            return false;
        }
        bars += s.p[i] == '_';
    }
    return bars ? s.n >= 5 : first && s.n >= 7;
}

static bool is_code(struct span s)
{
    size_t letters = 0, n;

    while (letters < s.n && s.p[letters] >= 'A' && s.p[letters] <= 'Z') {
        letters++;
    }
    n = letters + (letters < s.n && (s.p[letters] == '-' || s.p[letters] == '_'));
    for (size_t i = n; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    return letters >= 2 && letters <= 6 && s.n - n >= 3 && s.n - n <= 9;
}

// DOMAIN\user: a NetBIOS name, one backslash (or two, escaped) and a name; no path, no registry key.
static bool is_account(struct span s)
{
    size_t back = span_find(s, '\\');
    struct span domain = span_sub(s, 0, back), user = span_sub(s, back + 1, s.n);

    user = span_starts(user, SPAN_LIT("\\")) ? span_sub(user, 1, user.n) : user;
    return domain.n >= 2 && domain.n <= 15 && back < s.n && is_name(domain) && is_name(user) &&
           span_find(user, '\\') == user.n && !span_starts(domain, SPAN_LIT("HK"));
}

// The target of an HTTP request line (RFC 9112, 3): "GET /index.html HTTP/1.1".
static struct span request_target(struct span s)
{
    struct span method = span_cut(&s, ' '), target = span_cut(&s, ' ');

    for (size_t i = 0; i < method.n; i++) {
        if (method.p[i] < 'A' || method.p[i] > 'Z') {
            return SPAN_NONE;
        }
    }
    return method.n >= 3 && span_starts(s, SPAN_LIT("HTTP/")) ? target : SPAN_NONE;
}

// NCSA's common log: ADDRESS IDENT USER [time] "request" ...
static void apply_common_log(struct told *x)
{
    const struct token *user = prose_token(x, 2);

    if (prose_token(x, 0)->kind == TOKEN_ADDRESS && user->kind == TOKEN_WORD &&
        prose_token(x, 3)->s.n && prose_token(x, 3)->s.p == user->s.p + user->s.n + 2 &&
        user->s.p[user->s.n + 1] == '[') {
        prose_put(x, FIELD_USER_NAME, NULL, user->s);
    }
}

// "name[pid]:", with a path before the name. How many bytes it is long, with the blank behind.
static size_t program_at(struct span s, struct span *name, struct span *pid)
{
    size_t n = 0, from;

    while (n < s.n && n < 64 &&
           (((s.p[n] | 0x20) >= 'a' && (s.p[n] | 0x20) <= 'z') ||
            (s.p[n] >= '0' && s.p[n] <= '9') || (s.p[n] && strchr("_-./", s.p[n])))) {
        n++;
    }
    if (n == 0 || n == s.n || s.p[n] != '[') {
        return 0;
    }
    *name = span_sub(s, 0, n);
    for (from = n; from && s.p[from - 1] != '/';) {
        from--;
    }
    *name = span_sub(*name, from, n);
    from = ++n;
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9') {
        n++;
    }
    *pid = span_sub(s, from, n - from);
    return pid->n && pid->n < 11 && span_starts(span_sub(s, n, s.n), SPAN_LIT("]:")) ? n + 2 : 0;
}

// Whether a word may be one of those that need no cue; most are not.
static bool is_marked(const struct token *v, size_t at)
{
    return v->kind == TOKEN_URL || v->kind == TOKEN_QUOTED ||
           (at < BEGINNING && v->s.n && v->s.p[0] >= 'A' && v->s.p[0] <= 'Z') || v->back;
}

static void apply_marks(struct told *x, size_t at, struct span text)
{
    const struct token *v = &x->t.v[at];
    bool word = v->kind == TOKEN_WORD, first = v->s.p == text.p;

    for (size_t i = 0; i < x->p->nmarks; i++) {
        const struct prose_row *r = &x->p->row[x->p->mark[i]];
        struct span s = SPAN_NONE;

        switch (r->as) {
        case AS_URL: s = v->kind == TOKEN_URL ? v->s : s; break;
        case AS_REQUEST: s = v->kind == TOKEN_QUOTED ? request_target(v->s) : s; break;
        case AS_MNEMONIC: s = word && at < BEGINNING && is_mnemonic(v->s, first) ? v->s : s; break;
        case AS_CODE: s = word && v->colon && first && is_code(v->s) ? v->s : s; break;
        case AS_ACCOUNT: s = v->kind != TOKEN_URL && is_account(v->s) ? v->s : s; break;
        default: break;
        }
        if (s.n) {
            prose_put(x, r->to, &r->way, s);
        }
    }
}

void prose_apply(const struct prose *p, struct work *w, struct span text, bool alone, int zone_s,
                 struct event *ev)
{
    struct told x; // not cleared: its words are many
    struct span name, pid;
    size_t quoted = 0, skip;
    bool whole = text.p == w->pseudo[SLOT_TEXT].v.s.p;

    x.p = p;
    x.w = w;
    x.ev = ev;
    text = span_trim(text);
    skip = program_at(text, &name, &pid);
    if (skip) {
        prose_put(&x, FIELD_PROCESS_NAME, NULL, name);
        prose_put(&x, FIELD_PROCESS_PID, NULL, pid);
        text = span_trim(span_sub(text, skip, text.n));
    }
    tokens_read(text, &x.t);
    for (size_t i = 0; i < x.t.n; i++) {
        quoted += x.t.v[i].kind == TOKEN_QUOTED;
    }
    x.row_of_values = x.t.cells >= ROW_OF_VALUES || (quoted >= ROW_OF_VALUES && quoted * 2 > x.t.n);
    for (size_t i = 0; i < x.t.n; i++) {
        const struct token *v = &x.t.v[i];

        if (v->kind == TOKEN_WORD || (v->kind == TOKEN_QUOTED && x.row_of_values)) {
            apply_cues(&x, i, text);
        }
        if (v->kind != TOKEN_ADDRESS && is_marked(v, i)) {
            apply_marks(&x, i, text);
        } else if (v->host && i && x.t.v[i - 1].kind == TOKEN_WORD) {
            prose_put(&x, FIELD_USER_NAME, NULL, x.t.v[i - 1].s);
        }
    }
    if (alone) {
        apply_common_log(&x);
    }
    prose_addresses(&x, alone);
    if (whole && ev->time == UTIME_NONE) {
        (void)prose_time(&x.t, w->in->received, zone_s, &ev->time);
    }
}
