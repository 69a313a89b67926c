// engine_shell.c - stepping in journal order and committing in batches.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine_shell.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/log.h"
#include "core/model/result.h"

struct queued {
    uint64_t block;
    size_t n;
    char *p;
};

struct queue { // results of one detect, in block order
    struct queued item[SHELL_QUEUE_MAX];
    size_t head, n;
};

struct shell {
    struct store *store;
    struct shell_hooks hooks;
    struct engine *engine;
    const struct engine_set *set;
    unsigned detects;
    struct queue queue[SHELL_DETECTS_MAX];
    struct store_state state; // as loaded; pos, digest and token move on with each commit
    struct arena loaded;      // behind `state` and `replay`
    struct store_input *replay;
    size_t nreplay, at_replay;
    struct pos done; // last block stepped
    bool live, tail_known, news;
    unsigned quiet; // blocks since the store was last asked for what waits
    bool owed; // what waited in the store was applied: nothing is fetched before this is committed
    // the batch under way
    struct buf effects;
    struct arena batch;
    struct store_input *input;
    size_t ninput, cap_input;
    unsigned blocks, since_snapshot;
    struct buf snapshot;
    // inputs of our own that wait for a block end
    struct span own[SHELL_OWN_MAX];
    size_t nown;
};

// ---- opening

static const struct engine_set *set_of_snapshot(struct shell *s, const struct store_snapshot *snap,
                                                struct err *err)
{
    struct digest d;

    return engine_saved_set(snap->state, &d) ? s->hooks.set(s->hooks.ctx, &d, err) : NULL;
}

static int restore(struct shell *s, const struct digest *set, struct err *err)
{
    struct err why = ERR_INIT;

    for (size_t i = 0; i < s->state.nsnapshots; i++) {
        const struct store_snapshot *snap = &s->state.snapshot[i];
        const struct engine_set *its = set_of_snapshot(s, snap, &why);

        if (!its || pos_cmp(snap->pos, s->state.pos) > 0) {
            continue; // of another version, or its set is gone: an older one may do
        }
        s->engine = engine_new(its);
        if (!s->engine) {
            return err_set(err, E_SYSTEM, "memory", "no memory for the engine");
        }
        if (engine_load(s->engine, snap->state, &why) == 0) {
            s->set = its;
            s->done = snap->pos;
            return 0;
        }
        engine_free(s->engine);
        s->engine = NULL;
    }
    s->done = (struct pos){0};
    if (!s->state.fresh) {
        return 0; // the first block says with which set it began
    }
    s->set = s->hooks.set(s->hooks.ctx, set, err);
    s->engine = s->set ? engine_new(s->set) : NULL;
    if (!s->set) {
        return E_INPUT;
    }
    return s->engine ? 0 : err_set(err, E_SYSTEM, "memory", "no memory for the engine");
}

// The inputs behind the snapshot are to be applied again; those shortly before it are only looked at
// (shell_recorded()): a verdict on a block may have been written before that block was stepped.
static int load_inputs(struct shell *s, struct err *err)
{
    struct pos from = s->done;
    uint64_t back = (uint64_t)SHELL_QUEUE_MAX * s->detects;
    int rc;

    from.block = from.block > back ? from.block - back : 0;
    rc = s->store->ops->inputs(s->store, from, &s->loaded, &s->replay, &s->nreplay, err);
    while (rc == 0 && s->at_replay < s->nreplay &&
           pos_cmp(s->replay[s->at_replay].pos, s->done) <= 0) {
        s->at_replay++;
    }
    return rc;
}

static int check_digest(const struct shell *s, struct err *err)
{
    struct digest d = engine_digest(s->engine);

    return digest_eq(&d, &s->state.digest)
               ? 0
               : err_set(err, E_STATE, "engine.digest",
                         "stepping again to block %llu gave other effects than were committed",
                         (unsigned long long)s->done.block);
}

int shell_open(struct store *store, const struct shell_hooks *hooks, unsigned detects,
               const struct digest *set, struct shell **ret, struct err *err)
{
    struct shell *s = calloc(1, sizeof(*s));
    int rc;

    if (!s || detects == 0 || detects > SHELL_DETECTS_MAX) {
        free(s);
        return err_set(err, E_LIMIT, "engine.detects", "there must be 1 to %d detects",
                       SHELL_DETECTS_MAX);
    }
    s->store = store;
    s->hooks = *hooks;
    s->detects = detects;
    s->news = true;
    arena_init(&s->loaded, (size_t)2 << 30);
    arena_init(&s->batch, SHELL_EFFECTS_MAX);
    buf_init(&s->effects, SHELL_EFFECTS_MAX);
    buf_init(&s->snapshot, SHELL_SNAPSHOT_MAX);
    rc = store->ops->load(store, &s->loaded, &s->state, err);
    rc = rc ? rc : restore(s, set, err);
    if (rc == 0) {
        rc = load_inputs(s, err);
    }
    s->live = rc == 0 && (s->state.fresh || pos_cmp(s->done, s->state.pos) >= 0);
    if (s->live && !s->state.fresh) {
        rc = check_digest(s, err);
    }
    if (rc) {
        shell_close(s);
        return rc;
    }
    *ret = s;
    return 0;
}

static void queue_clear(struct queue *q)
{
    while (q->n) {
        free(q->item[q->head].p);
        q->head = (q->head + 1) % SHELL_QUEUE_MAX;
        q->n--;
    }
}

void shell_close(struct shell *s)
{
    if (!s) {
        return;
    }
    for (unsigned k = 0; k < s->detects; k++) {
        queue_clear(&s->queue[k]);
    }
    for (size_t i = 0; i < s->nown; i++) {
        free((void *)(uintptr_t)s->own[i].p);
    }
    engine_free(s->engine);
    arena_free(&s->loaded);
    arena_free(&s->batch);
    buf_free(&s->effects);
    buf_free(&s->snapshot);
    free(s);
}

int shell_tail(struct shell *s, uint32_t epoch, uint64_t first, uint64_t last, struct err *err)
{
    const struct pos *p = &s->state.pos;

    s->tail_known = true;
    if (s->state.fresh) {
        return 0;
    }
    if (p->epoch != epoch) {
        return err_set(err, E_STATE, "engine.epoch",
                       "the database stands in journal epoch %u, the journal is of epoch %u",
                       p->epoch, epoch);
    }
    if (p->block > last) {
        return err_set(err, E_STATE, "engine.ahead",
                       "the database stands at block %llu, the journal ends at %llu",
                       (unsigned long long)p->block, (unsigned long long)last);
    }
    if (s->done.block + 1 < first) {
        return err_set(err, E_STATE, "engine.pruned",
                       "the snapshot stands at block %llu, the journal begins at %llu",
                       (unsigned long long)s->done.block, (unsigned long long)first);
    }
    return 0;
}

// ---- results

uint64_t shell_next_block(const struct shell *s)
{
    return s->done.block + 1;
}

uint64_t shell_wants(const struct shell *s, unsigned k)
{
    const struct queue *q = &s->queue[k];
    uint64_t b = s->done.block + 1;

    if (q->n) {
        return q->item[(q->head + q->n - 1) % SHELL_QUEUE_MAX].block + s->detects;
    }
    return b + (k + s->detects - b % s->detects) % s->detects;
}

bool shell_full(const struct shell *s, unsigned k)
{
    return s->queue[k].n == SHELL_QUEUE_MAX;
}

int shell_result(struct shell *s, unsigned k, struct span bytes, struct err *err)
{
    struct result r;
    struct queue *q = &s->queue[k];
    struct queued *item;

    if (result_open(bytes, &r)) {
        return err_set(err, E_INPUT, "engine.result", "detect %u sent a result that is none", k);
    }
    if (r.block != shell_wants(s, k)) {
        return r.block < shell_wants(s, k) ? 0 // said again after a restart
                                           : err_set(err, E_INPUT, "engine.result",
                                                     "detect %u answered block %llu out of turn", k,
                                                     (unsigned long long)r.block);
    }
    if (q->n == SHELL_QUEUE_MAX) {
        return err_set(err, E_LIMIT, "engine.queue", "too many results of detect %u wait", k);
    }
    item = &q->item[(q->head + q->n) % SHELL_QUEUE_MAX];
    item->p = malloc(bytes.n);
    if (!item->p) {
        return err_set(err, E_SYSTEM, "memory", "no memory for a result");
    }
    memcpy(item->p, bytes.p, bytes.n);
    item->n = bytes.n;
    item->block = r.block;
    q->n++;
    return 0;
}

// ---- inputs

static int remember_input(struct shell *s, struct pos pos, uint32_t n, struct span body)
{
    struct store_input *in;

    s->input = arena_grow(&s->batch, s->input, s->ninput, &s->cap_input, sizeof(*s->input));
    if (!s->input) {
        return E_SYSTEM;
    }
    in = &s->input[s->ninput++];
    in->pos = pos;
    in->n = n;
    in->now = engine_now(s->engine);
    in->body = arena_span(&s->batch, body);
    return arena_ok(&s->batch) ? 0 : E_SYSTEM;
}

static int apply_live(struct shell *s, struct span body, struct err *err)
{
    struct input in;
    struct err refused = ERR_INIT;
    int rc;

    if (input_get(body, &in)) {
        return err_set(err, E_INPUT, "engine.input", "an input came that is none");
    }
    rc = remember_input(s, engine_pos(s->engine), engine_next_input(s->engine), body);
    if (rc) {
        return err_set(err, rc, "memory", "no memory for an input");
    }
    (void)engine_input(s->engine, &in, &s->effects, &refused); // a refusal is an effect
    return 0;
}

int shell_input(struct shell *s, struct span body)
{
    char *copy;

    if (s->nown == SHELL_OWN_MAX) {
        return E_LIMIT;
    }
    copy = malloc(body.n);
    if (!copy) {
        return E_SYSTEM;
    }
    memcpy(copy, body.p, body.n);
    s->own[s->nown++] = span_of(copy, body.n);
    return 0;
}

bool shell_input_room(const struct shell *s)
{
    return s->nown + SHELL_OWN_SPARE < SHELL_OWN_MAX;
}

void shell_recorded(const struct shell *s, void (*say)(void *ctx, const struct input *in),
                    void *ctx)
{
    struct input in;

    for (size_t i = 0; i < s->nreplay; i++) {
        if (input_get(s->replay[i].body, &in) == 0) {
            say(ctx, &in);
        }
    }
}

void shell_news(struct shell *s)
{
    s->news = true;
}

// Says the time of day before other inputs, and as long as a run is under way.
static int apply_wall(struct shell *s, struct err *err)
{
    struct input_wall wall = {.at = s->hooks.wall(s->hooks.ctx)};
    AUTO_BUF b;

    buf_init(&b, 64);
    input_put_wall(&b, &wall);
    return apply_live(s, buf_span(&b), err);
}

static int apply_own(struct shell *s, struct err *err)
{
    int rc = s->nown || engine_wants_wall(s->engine) ? apply_wall(s, err) : 0;

    for (size_t i = 0; i < s->nown; i++) {
        rc = rc ? rc : apply_live(s, s->own[i], err);
        free((void *)(uintptr_t)s->own[i].p);
    }
    s->nown = 0;
    return rc;
}

// Applies what waits in the store; `*applied` = the batch must be committed before more is fetched.
static int apply_waiting(struct shell *s, bool *applied, struct err *err)
{
    struct store_waiting w = {0};
    struct err away = ERR_INIT;
    int rc;

    // A notification is only a wake-up and may be lost; the rows are looked at now and then anyway.
    if (!s->news && ++s->quiet < SHELL_QUIET_BLOCKS) {
        return 0;
    }
    s->quiet = 0;
    rc = s->store->ops->waiting(s->store, SHELL_INPUTS_MAX, &s->batch, &w, &away);
    if (rc == E_SYSTEM) {
        return 0; // the block is stepped: it ends without them, they come at a later one
    }
    rc = rc == 0 ? 0 : err_set(err, rc, away.code, "%s", away.msg);
    rc = rc == 0 && w.n ? apply_wall(s, err) : rc;
    for (size_t i = 0; rc == 0 && i < w.n; i++) {
        rc = apply_live(s, w.body[i], err);
    }
    s->news = rc == 0 && w.n == SHELL_INPUTS_MAX;
    *applied = w.n > 0;
    return rc;
}

static int apply_recorded(struct shell *s, struct err *err)
{
    struct pos at = engine_pos(s->engine);

    for (; s->at_replay < s->nreplay && pos_cmp(s->replay[s->at_replay].pos, at) <= 0;
         s->at_replay++) {
        struct input in;
        struct err refused = ERR_INIT;

        if (input_get(s->replay[s->at_replay].body, &in)) {
            return err_set(err, E_INPUT, "engine.input", "a recorded input cannot be read");
        }
        (void)engine_input(s->engine, &in, &s->effects, &refused);
    }
    return 0;
}

// ---- stepping and committing

static int use_set(struct shell *s, struct span result, struct err *err)
{
    struct result r;
    const struct engine_set *set;

    if (result_open(result, &r)) {
        return err_set(err, E_INPUT, "engine.result", "a result came that is none");
    }
    if (s->set && digest_eq(&r.set, &s->set->digest)) {
        return 0;
    }
    set = s->hooks.set(s->hooks.ctx, &r.set, err);
    if (!set) {
        return E_INPUT;
    }
    s->set = set;
    if (!s->engine) { // from the first block again
        s->engine = engine_new(set);
        return s->engine ? 0 : err_set(err, E_SYSTEM, "memory", "no memory for the engine");
    }
    return engine_use_set(s->engine, set, &s->effects);
}

static int step(struct shell *s, struct span result, bool *applied, struct err *err)
{
    int rc = use_set(s, result, err);

    rc = rc ? rc : engine_block(s->engine, result, &s->effects, err);
    if (rc) {
        return rc;
    }
    if (s->live && engine_now(s->engine) == UTIME_NONE) {
        rc = 0; // before the first tick there is no time at which an input could be applied
    } else if (s->live) {
        rc = apply_own(s, err);
        rc = rc ? rc : apply_waiting(s, applied, err);
    } else {
        rc = apply_recorded(s, err);
    }
    if (rc) {
        return rc;
    }
    engine_end_block(s->engine, &s->effects);
    s->done = engine_pos(s->engine);
    s->blocks++;
    s->since_snapshot++;
    return engine_broken(s->engine)
               ? err_set(err, E_SYSTEM, "engine.memory", "the engine is broken")
               : 0;
}

static void batch_clear(struct shell *s)
{
    buf_clear(&s->effects);
    arena_reset(&s->batch);
    s->input = NULL;
    s->ninput = s->cap_input = 0;
    s->blocks = 0;
}

// The committed position was stepped again: its digest must be the committed one.
static int reach_live(struct shell *s, struct err *err)
{
    int rc;

    batch_clear(s);
    if (pos_cmp(s->done, s->state.pos) < 0) {
        return 0;
    }
    rc = check_digest(s, err);
    s->live = rc == 0;
    return rc;
}

static void say_quarantine(const struct effect_rule *r)
{
    char id[200], why[256];

    (void)snprintf(id, sizeof(id), SPAN_FMT, SPAN_ARG(r->id));
    (void)snprintf(why, sizeof(why), SPAN_FMT, SPAN_ARG(r->reason));
    log_line(LOG_ERROR, "a rule is in quarantine and sees nothing", "rule", id, "why", why, NULL);
}

static void after_commit(struct shell *s)
{
    struct rd r = rd_of(buf_span(&s->effects));
    struct effect e;

    while (effect_next(&r, &e) == 1) {
        if (e.kind == EFFECT_SEND) {
            s->hooks.send(s->hooks.ctx, &e.send);
        } else if (e.kind == EFFECT_RULE && span_eq_str(e.rule.state, "quarantine")) {
            say_quarantine(&e.rule);
        }
    }
    s->hooks.committed(s->hooks.ctx, s->state.pos);
}

// Said after every commit as long as it waits and holds: intake may have been started anew meanwhile.
static int check_barrier(struct shell *s, struct err *err)
{
    bool open = false;
    int rc;

    if (engine_barrier(s->engine).n == 0) {
        return 0;
    }
    rc = s->store->ops->barrier(s->store, engine_barrier(s->engine), &open, err);
    if (rc == 0 && open) {
        s->hooks.release(s->hooks.ctx, s->state.pos.epoch, engine_barrier_block(s->engine));
    }
    return rc;
}

static int commit(struct shell *s, struct err *err)
{
    struct store_snapshot snap;
    struct store_commit c = {.token = s->state.token,
                             .from = s->state.pos,
                             .to = s->done,
                             .digest = engine_digest(s->engine),
                             .effects = buf_span(&s->effects),
                             .ninputs = s->ninput,
                             .input = s->input};
    int rc;

    if (s->blocks == 0) {
        return 0;
    }
    if (s->since_snapshot >= SHELL_SNAPSHOT_BLOCKS) {
        buf_clear(&s->snapshot);
        engine_save(s->engine, &s->snapshot);
        snap = (struct store_snapshot){s->done, c.digest, buf_span(&s->snapshot)};
        c.snapshot = buf_ok(&s->snapshot) ? &snap : NULL;
    }
    rc = s->store->ops->commit(s->store, &c, err);
    if (rc) {
        return rc; // the batch stays as it is
    }
    s->owed = false;
    s->since_snapshot = c.snapshot ? 0 : s->since_snapshot;
    s->state.pos = s->done;
    s->state.digest = c.digest;
    s->state.fresh = false;
    after_commit(s);
    batch_clear(s);
    return check_barrier(s, err);
}

int shell_work(struct shell *s, struct err *err)
{
    int rc = s->owed ? commit(s, err) : 0;

    while (rc == 0) {
        struct queue *q = &s->queue[(s->done.block + 1) % s->detects];
        struct queued *item = &q->item[q->head];
        bool applied = false;

        if (!s->tail_known || q->n == 0 || item->block != s->done.block + 1) {
            break;
        }
        if (s->blocks >= SHELL_BATCH_BLOCKS || s->effects.len >= SHELL_BATCH_BYTES) {
            rc = commit(s, err);
            if (rc) {
                return rc;
            }
        }
        rc = step(s, span_of(item->p, item->n), &applied, err);
        if (rc) {
            return rc;
        }
        free(item->p);
        q->head = (q->head + 1) % SHELL_QUEUE_MAX;
        q->n--;
        s->owed = applied;
        rc = s->live ? (applied ? commit(s, err) : 0) : reach_live(s, err);
    }
    return rc == 0 && s->live ? commit(s, err) : rc;
}

bool shell_live(const struct shell *s)
{
    return s->live;
}

struct pos shell_committed(const struct shell *s)
{
    return s->state.pos;
}

const struct engine *shell_engine(const struct shell *s)
{
    return s->engine;
}
