// rig.c - a bench for the pure engine.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { DOCS_MAX = 256 };

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "rig: %s\n", what);
    abort();
}

static void say(void *ctx, const struct err *err)
{
    (void)ctx;
    err_print(stderr, err);
}

static struct textfile read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    struct textfile t = {.path = arena_str(a, span_str(path))};
    char *p = arena_alloc(a, 1 << 20);

    if (!f || !p) {
        die(path);
    }
    t.text = span_of(p, fread(p, 1, 1 << 20, f));
    fclose(f);
    return t;
}

static int by_path(const void *x, const void *y)
{
    return strcmp(((const struct textfile *)x)->path, ((const struct textfile *)y)->path);
}

static size_t read_dir(struct arena *a, const char *dir, const char *end, struct textfile *out)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    size_t n = 0;

    if (!d) {
        die(dir);
    }
    while ((e = readdir(d)) && n < DOCS_MAX) {
        if (span_ends(span_str(e->d_name), span_str(end))) {
            out[n++] = read_file(a, arena_printf(a, "%s/%s", dir, e->d_name));
        }
    }
    closedir(d);
    qsort(out, n, sizeof(*out), by_path);
    return n;
}

static void load_documents(struct rig *r, bool ours, const char *extra_rule)
{
    struct textfile file[DOCS_MAX + 1];
    struct faults faults = {.say = say};
    size_t n = ours ? read_dir(&r->docs, "share/rules", ".yml", file) : 0;

    if (extra_rule) {
        file[n++] = (struct textfile){"extra.yml", span_str(extra_rule)};
    }
    r->rules = ruleset_load(file, n, &faults);
    file[0] = read_file(&r->docs, "share/fab/demo.yaml");
    r->fab = fab_load(file, 1, &faults);
    file[0] = read_file(&r->docs, "share/policy/policy.yaml");
    r->policy = policy_load(file, 1, &faults);
    file[0] = read_file(&r->docs, "share/policy/roster.yaml");
    r->roster = roster_load(file, 1, &faults);
    n = read_dir(&r->docs, "share/playbooks", ".json", file);
    for (size_t i = 0; i < n && r->nplaybooks < 16; i++) {
        r->playbook[r->nplaybooks] = cacao_load(&file[i], &faults);
        r->nplaybooks += r->playbook[r->nplaybooks] != NULL;
    }
    if (faults.count || !r->rules || !r->fab || !r->policy || !r->roster) {
        die("a document of this tree was refused");
    }
}

static void init(struct rig *r, bool ours, const char *extra_rule)
{
    struct err err = ERR_INIT;
    struct store_state state;

    memset(r, 0, sizeof(*r));
    arena_init(&r->docs, SIZE_MAX);
    load_documents(r, ours, extra_rule);
    r->matcher = matcher_new(r->rules, NULL);
    r->set = (struct engine_set){.digest = digest_of(SPAN_LIT("set")),
                                 .rules = r->rules,
                                 .fab = r->fab,
                                 .policy = r->policy,
                                 .roster = r->roster,
                                 .nplaybooks = r->nplaybooks,
                                 .playbook = r->playbook,
                                 .key_id = SPAN_LIT("12345678")};
    r->engine = engine_new(&r->set);
    r->store = store_mem_new(fab_site_number(r->fab));
    buf_init(&r->result, RESULT_MAX);
    buf_init(&r->effects, (size_t)256 << 20);
    if (store_mem_port(r->store)->ops->load(store_mem_port(r->store), &r->docs, &state, &err)) {
        die("the store does not open");
    }
}

void rig_init(struct rig *r, const char *extra_rule)
{
    init(r, true, extra_rule);
}

void rig_init_with(struct rig *r, const char *rules)
{
    init(r, false, rules);
}

void rig_finish(struct rig *r)
{
    engine_free(r->engine);
    matcher_free(r->matcher);
    ruleset_free(r->rules);
    fab_free(r->fab);
    policy_free(r->policy);
    roster_free(r->roster);
    for (size_t i = 0; i < r->nplaybooks; i++) {
        cacao_free(r->playbook[i]);
    }
    store_mem_free(r->store);
    buf_free(&r->result);
    buf_free(&r->effects);
    arena_free(&r->docs);
}

utime_t rig_time(int second)
{
    utime_t t;

    if (!utime_iso(SPAN_LIT("2026-11-02T08:00:00Z"), 0, &t, NULL)) {
        die("time");
    }
    return t + second * UTIME_SECOND;
}

// ---- saying things

// As a detect does it: what a rule did in another block counts no more; what the engine told does.
static void begin_rules(struct rig *r)
{
    static struct quarantine q;

    matcher_forgive(r->matcher);
    engine_quarantine(r->engine, &q);
    for (size_t i = 0; r->told && i < q.n; i++) {
        if (quarantine_applies(&q.one[i], &r->set.digest, r->block)) {
            matcher_quarantine(r->matcher, q.one[i].rule);
        }
    }
}

static void need_block(struct rig *r)
{
    if (!r->open) {
        result_begin(&r->result, 1, ++r->block, &r->set.digest);
        begin_rules(r);
        r->open = true;
        r->rec = 0;
    }
}

void rig_source(struct rig *r, uint16_t n, const char *name, const char *kind, int silence_s)
{
    AUTO_BUF decl;
    struct source_decl d = {.number = n,
                            .name = span_str(name),
                            .format = span_str(name),
                            .kind = span_str(kind),
                            .lateness_us = 2 * UTIME_SECOND,
                            .silence_us = silence_s * UTIME_SECOND};

    need_block(r);
    buf_init(&decl, 1024);
    source_decl_put(&decl, &d);
    result_source(&r->result, r->rec++, buf_span(&decl));
}

// As share/sources/_logsources.yaml has it for the groups of sources.
static struct span category_of(const char *product)
{
    static const struct {
        const char *product, *category;
    } row[] = {{"teleport", "pam"},
               {"cyberark", "pam"},
               {"suricata", "sensor"},
               {"wazuh", "agent"},
               {"fab", "fab"}};

    for (size_t i = 0; product && i < sizeof(row) / sizeof(row[0]); i++) {
        if (strcmp(row[i].product, product) == 0) {
            return span_str(row[i].category);
        }
    }
    return SPAN_NONE;
}

// And as it has it for kinds of events.
static void also_by_kind(struct event *ev)
{
    struct span category = ev->kind == KIND_LOGON || ev->kind == KIND_LOGON_FAILED
                               ? SPAN_LIT("authentication")
                           : ev->kind == KIND_FLOW ? SPAN_LIT("traffic")
                                                   : SPAN_NONE;

    if (category.n) {
        memcpy(ev->also[0], ev->logsource, sizeof(ev->also[0]));
        ev->also[0][1] = category;
        ev->nalso = 1;
    }
}

static struct event event_of(const struct rig_event *re)
{
    struct event ev = {
        .source = "rig",
        .kind = re->kind,
        .flags = re->flags,
        .time = rig_time(re->at),
        .raw = SPAN_LIT("as it came"),
        .logsource = {span_str(re->product), category_of(re->product), span_str(re->service)}};

    for (size_t i = 0; i < RIG_FIELDS && re->field[i].v; i++) {
        ev.field[re->field[i].f] = (struct fval){V_STR, span_str(re->field[i].v), 0};
        fieldset_add(&ev.mask, re->field[i].f);
    }
    also_by_kind(&ev);
    return ev;
}

static void say_faults(struct rig *r, const struct obs *o, struct span raw)
{
    const uint32_t *rule;
    size_t n = matcher_faulted(r->matcher, &rule);

    if (n) {
        result_fault(&r->result,
                     &(struct rule_fault){.rec = o->rec,
                                          .source = o->source,
                                          .epoch = o->epoch,
                                          .seq = o->seq,
                                          .received = o->received,
                                          .bytes = raw},
                     rule, n);
    }
}

void rig_say(struct rig *r, const struct rig_event *re)
{
    const struct event ev = event_of(re);
    struct hit hit[OBS_HITS_MAX];
    struct obs o = {.source = re->source,
                    .epoch = 1,
                    .seq = ++r->seq[re->source],
                    .received = ev.time * 1000,
                    .time = ev.time,
                    .kind = ev.kind,
                    .flags = ev.flags,
                    .hit = hit};

    need_block(r);
    o.rec = r->rec++;
    o.nhits = (uint32_t)matcher_run(r->matcher, &ev, hit, OBS_HITS_MAX);
    for (enum field f = 0; f < FIELD_COUNT; f++) {
        if (event_has(&ev, f) && field_carried(f)) {
            o.field[f] = ev.field[f].s;
            fieldset_add(&o.mask, f);
        }
    }
    o.raw = o.nhits || ev.flags & EVENT_IS_ALERT ? ev.raw : SPAN_NONE;
    if (o.nhits || ev.flags & EVENT_IS_ALERT || kind_is_context(ev.kind)) {
        result_obs(&r->result, &o);
    }
    say_faults(r, &o, ev.raw);
    result_counts(&r->result, &(struct counts){.source = re->source,
                                               .records = 1,
                                               .bytes = ev.raw.n,
                                               .newest = ev.time,
                                               .received = ev.time * 1000});
}

void rig_tick(struct rig *r, int second)
{
    need_block(r);
    result_tick(&r->result, r->rec++, rig_time(second));
}

void rig_end_recording(struct rig *r)
{
    need_block(r);
    result_recording_end(&r->result, r->rec++, engine_now(r->engine));
}

// ---- stepping

static void step(struct rig *r)
{
    struct err err = ERR_INIT;

    need_block(r);
    r->open = false;
    if (result_end(&r->result) ||
        engine_block(r->engine, buf_span(&r->result), &r->effects, &err)) {
        err_print(stderr, &err);
        die("a block was refused");
    }
}

static void commit(struct rig *r)
{
    struct store *s = store_mem_port(r->store);
    struct err err = ERR_INIT;
    struct store_commit c = {.token = 1, .from = r->committed};

    engine_end_block(r->engine, &r->effects);
    c.to = engine_pos(r->engine);
    c.digest = engine_digest(r->engine);
    c.effects = buf_span(&r->effects);
    if (s->ops->commit(s, &c, &err)) {
        err_print(stderr, &err);
        die("a commit was refused");
    }
    r->committed = c.to;
    buf_clear(&r->effects);
}

void rig_block(struct rig *r)
{
    step(r);
    commit(r);
}

int rig_input(struct rig *r, const struct input *in, struct err *err)
{
    int rc;

    step(r);
    rc = engine_input(r->engine, in, &r->effects, err);
    commit(r);
    return rc;
}

int rig_intent(struct rig *r, const char *person, const char *functions, const char *verb,
               const char *subject, const char *args, struct err *err)
{
    struct input in = {.kind = INPUT_INTENT};

    in.intent = (struct input_intent){
        .intent = store_mem_intent(r->store, person, functions, verb, subject, args),
        .person = span_str(person),
        .functions = span_str(functions),
        .verb = span_str(verb),
        .subject = span_str(subject),
        .args = span_str(args)};
    return rig_input(r, &in, err);
}

// ---- looking

size_t rig_rows(struct rig *r, enum effect_kind kind)
{
    return store_mem_rows(r->store, kind);
}

const char *rig_cell(struct rig *r, enum effect_kind kind, size_t i, const char *field)
{
    static char text[8192];
    struct effect e;
    AUTO_BUF b;

    buf_init(&b, 1 << 20);
    text[0] = '\0';
    if (store_mem_row(r->store, kind, i, &e)) {
        store_mem_field(&b, &e, field);
        (void)snprintf(text, sizeof(text), SPAN_FMT, SPAN_ARG(buf_span(&b)));
    }
    return text;
}

size_t rig_count(struct rig *r, enum effect_kind kind, const char *field, const char *value,
                 size_t *ret_at)
{
    size_t hits = 0;

    for (size_t i = 0; i < rig_rows(r, kind); i++) {
        if (strcmp(rig_cell(r, kind, i, field), value) == 0) {
            hits++;
            if (ret_at) {
                *ret_at = i;
            }
        }
    }
    return hits;
}
