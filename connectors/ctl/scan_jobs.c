// scan_jobs.c - records in batches to several threads, and their answers in order.
// SPDX-License-Identifier: Apache-2.0
//
// A ring of batches. The reader fills the one at `head`; a batch that is full goes to the first thread
// that asks; the reader takes the oldest back, once it is done, before it needs its place again.
#include <pthread.h>
#include <stdlib.h>

#include "connectors/ctl/scan.h"

enum { BATCH_RECORDS = 2048, BATCH_BYTES = 512 << 10, BATCHES_PER_JOB = 3 };

enum batch_state { BATCH_FREE, BATCH_READY, BATCH_BUSY, BATCH_DONE };

struct batch {
    enum batch_state state;
    struct buf bytes; // of all records
    struct input_record record[BATCH_RECORDS];
    size_t at[BATCH_RECORDS]; // where its bytes begin
    struct scan_batch part;
    struct scan_seen seen[BATCH_RECORDS];
    uint32_t file_index;
};

struct worker {
    struct scan_jobs *jobs;
    struct scan_machine *machine;
    pthread_t thread;
    bool runs;
};

struct scan_jobs {
    scan_merge *merge;
    void *ctx;
    pthread_mutex_t lock; // guards `state` of the batches, `next`, `over`
    pthread_cond_t ready, done;
    struct batch *batch;
    size_t nbatches, head, tail, next; // running numbers: to fill, to take back, to work on
    bool over;
    struct worker *worker;
    size_t nworkers;
    int rc; // of the first fault: nothing is done behind it
    struct err fault;
};

// The rules at fault on the record in hand.
static int note_faults(const struct scan_machine *m, struct scan_batch *p)
{
    const uint32_t *rule;
    size_t n = scan_machine_faulted(m, &rule);

    if (p->nfaults + n > p->cap_faults) {
        size_t cap = 2 * (p->nfaults + n);
        void *more = reallocarray(p->fault, cap, sizeof(*p->fault));

        if (!more) {
            return err_set(&p->err, E_LIMIT, "scan.memory", "no memory for the rules at fault");
        }
        p->fault = more;
        p->cap_faults = cap;
    }
    for (size_t i = 0; i < n; i++) {
        p->fault[p->nfaults++] = (struct scan_fault){(uint32_t)p->nseen, rule[i]};
    }
    return 0;
}

static void run_batch(struct scan_machine *m, struct batch *b)
{
    struct scan_batch *p = &b->part;

    for (p->nseen = 0; p->nseen < p->n && p->rc == 0; p->nseen++) {
        struct input_record *r = &b->record[p->nseen];

        r->bytes = span_of(b->bytes.p + b->at[p->nseen], r->bytes.n);
        p->out.rec = p->corr.rec = (uint32_t)p->nseen;
        p->rc =
            scan_machine_take(m, r, b->file_index, &p->out, &p->corr, &b->seen[p->nseen], &p->err);
        p->rc = p->rc ? p->rc : note_faults(m, p);
    }
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct scan_jobs *j = w->jobs;

    pthread_mutex_lock(&j->lock);
    for (;;) {
        struct batch *b = &j->batch[j->next % j->nbatches];

        if (b->state == BATCH_READY) {
            b->state = BATCH_BUSY;
            j->next++;
            pthread_mutex_unlock(&j->lock);
            run_batch(w->machine, b);
            pthread_mutex_lock(&j->lock);
            b->state = BATCH_DONE;
            pthread_cond_signal(&j->done);
        } else if (j->over) {
            break;
        } else {
            pthread_cond_wait(&j->ready, &j->lock);
        }
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

static int say(const struct scan_jobs *j, struct err *err)
{
    if (j->rc < 0) {
        *err = j->fault;
    }
    return j->rc;
}

static void take_back(struct scan_jobs *j)
{
    struct batch *b = &j->batch[j->tail % j->nbatches];

    pthread_mutex_lock(&j->lock);
    while (b->state != BATCH_DONE) {
        pthread_cond_wait(&j->done, &j->lock);
    }
    b->state = BATCH_FREE;
    pthread_mutex_unlock(&j->lock);
    j->tail++;
    if (j->rc == 0) {
        j->rc = j->merge(j->ctx, &b->part, &j->fault);
    }
    b->part.n = b->part.nfaults = 0;
    b->part.rc = 0;
    err_clear(&b->part.err);
    scan_out_forget(&b->part.out);
    scan_corr_forget(&b->part.corr);
    buf_clear(&b->bytes);
}

// The batch in hand goes to the threads; the next one is free behind it.
static void submit(struct scan_jobs *j, bool last)
{
    struct batch *b = &j->batch[j->head % j->nbatches];

    b->part.last = last;
    pthread_mutex_lock(&j->lock);
    b->state = BATCH_READY;
    pthread_cond_signal(&j->ready);
    pthread_mutex_unlock(&j->lock);
    j->head++;
    if (j->head - j->tail == j->nbatches) {
        take_back(j);
    }
}

void scan_jobs_file(struct scan_jobs *j, uint32_t file_index)
{
    struct batch *b = &j->batch[j->head % j->nbatches];

    b->file_index = file_index;
    b->part.first = true;
}

int scan_jobs_take(void *ctx, const struct input_record *r, struct err *err)
{
    struct scan_jobs *j = ctx;
    struct batch *b = &j->batch[j->head % j->nbatches];
    struct scan_batch *p = &b->part;

    if (j->rc == 0 && (p->n == BATCH_RECORDS || b->bytes.len > BATCH_BYTES)) {
        uint32_t file_index = b->file_index;

        submit(j, false);
        b = &j->batch[j->head % j->nbatches];
        p = &b->part;
        p->first = false;
        b->file_index = file_index;
    }
    if (j->rc < 0) {
        return say(j, err);
    }
    b->record[p->n] = *r;
    b->at[p->n] = b->bytes.len;
    buf_put_span(&b->bytes, r->bytes);
    if (!buf_ok(&b->bytes)) {
        return err_set(err, E_SYSTEM, "scan.memory", "no memory for the records");
    }
    p->n++;
    return 0;
}

int scan_jobs_file_end(struct scan_jobs *j, struct err *err)
{
    submit(j, true);
    return say(j, err);
}

int scan_jobs_end(struct scan_jobs *j, struct err *err)
{
    while (j->tail < j->head) {
        take_back(j);
    }
    return say(j, err);
}

const struct scan_machine *scan_jobs_machine(const struct scan_jobs *j, size_t i)
{
    return i < j->nworkers ? j->worker[i].machine : NULL;
}

static bool begin_batches(struct scan_jobs *j, const struct scan_set *set, bool table,
                          struct err *err)
{
    for (size_t i = 0; i < j->nbatches; i++) {
        struct batch *b = &j->batch[i];

        buf_init(&b->bytes, (size_t)BATCH_BYTES + (64u << 20));
        b->part.seen = b->seen;
        scan_out_init(&b->part.out, table, true);
        if (scan_corr_init(&b->part.corr, set->rules, set->context, err) < 0) {
            return false;
        }
    }
    return true;
}

struct scan_jobs *scan_jobs_new(const struct scan_set *set, size_t n, bool table, scan_merge *merge,
                                void *ctx, struct err *err)
{
    struct scan_jobs *j = calloc(1, sizeof(*j));
    bool ok;

    if (!j) {
        (void)err_set(err, E_SYSTEM, "scan.memory", "no memory for the threads");
        return NULL;
    }
    j->merge = merge;
    j->ctx = ctx;
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->ready, NULL);
    pthread_cond_init(&j->done, NULL);
    j->batch = calloc(n * BATCHES_PER_JOB, sizeof(*j->batch));
    j->worker = calloc(n, sizeof(*j->worker));
    j->nbatches = j->batch ? n * BATCHES_PER_JOB : 0;
    j->nworkers = j->worker ? n : 0;
    ok = j->batch && j->worker && begin_batches(j, set, table, err);
    for (size_t i = 0; ok && i < n; i++) {
        struct worker *w = &j->worker[i];

        w->jobs = j;
        w->machine = scan_machine_new(set, err);
        w->runs = w->machine && pthread_create(&w->thread, NULL, work, w) == 0;
        ok = w->runs;
    }
    if (!ok) {
        if (!err->rc) {
            (void)err_set(err, E_SYSTEM, "scan.threads", "a thread could not be started");
        }
        scan_jobs_free(j);
        return NULL;
    }
    return j;
}

void scan_jobs_free(struct scan_jobs *j)
{
    if (!j) {
        return;
    }
    pthread_mutex_lock(&j->lock);
    j->over = true;
    pthread_cond_broadcast(&j->ready);
    pthread_mutex_unlock(&j->lock);
    for (size_t i = 0; i < j->nworkers; i++) {
        if (j->worker[i].runs) {
            pthread_join(j->worker[i].thread, NULL);
        }
        scan_machine_free(j->worker[i].machine);
    }
    for (size_t i = 0; i < j->nbatches; i++) {
        scan_out_free(&j->batch[i].part.out);
        scan_corr_free(&j->batch[i].part.corr);
        free(j->batch[i].part.fault);
        buf_free(&j->batch[i].bytes);
    }
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->ready);
    pthread_cond_destroy(&j->done);
    free(j->batch);
    free(j->worker);
    free(j);
}
