// supervisor.c - processes and links between them.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/supervisor.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "connectors/os/control.h"
#include "connectors/os/fdpass.h"
#include "connectors/role/child.h"
#include "connectors/role/house.h"
#include "core/base/log.h"
#include "core/base/rd.h"

enum { CHILDREN_MAX = ROLE_COUNT + DETECTS_MAX, FAULTS_MAX = 3 };
#define SECOND_NS ((ntime_t)1000000000)

struct supervisor;

struct worker {
    struct supervisor *all;
    enum role role;
    unsigned index;
    int program;
    pid_t pid; // 0 = not running
    struct link control;
    bool ready, said_fault;
    unsigned quick, faults; // deaths and faults in a row within a minute
    ntime_t born;
};

struct supervisor {
    const struct daemon_conf *conf;
    struct house house;
    struct loop *loop;
    struct worker worker[CHILDREN_MAX];
    size_t n;
    int signals;
    bool stopping;
    int rc;
};

// Which roles are joined; each pair of workers of these roles gets a socketpair.
static const struct {
    enum role a, b;
} joins[] = {
    {ROLE_INTAKE, ROLE_DETECT}, {ROLE_GATE, ROLE_INTAKE}, {ROLE_INTAKE, ROLE_ENGINE},
    {ROLE_DETECT, ROLE_ENGINE}, {ROLE_GATE, ROLE_ENGINE}, {ROLE_CAPTURE, ROLE_INTAKE},
};

static void flush(struct worker *w)
{
    if (link_up(&w->control)) {
        loop_want(w->all->loop, w->control.fd,
                  LOOP_READ | (link_flush(&w->control) == 1 ? LOOP_WRITE : 0));
    }
}

static bool joined(enum role a, enum role b)
{
    for (size_t i = 0; i < ARRAY_LEN(joins); i++) {
        if ((joins[i].a == a && joins[i].b == b) || (joins[i].a == b && joins[i].b == a)) {
            return true;
        }
    }
    return false;
}

static void tell_peer(struct worker *to, const struct worker *of, int fd)
{
    char body[2] = {(char)of->role, (char)of->index};

    if (fd < 0) {
        (void)link_send(&to->control, CTL_LOST, span_of(body, sizeof(body)));
    } else {
        (void)link_send_fd(&to->control, CTL_PEER, span_of(body, sizeof(body)), fd);
    }
    flush(to);
}

// Joins two living workers; the engine is told last.
static int join(struct worker *a, struct worker *b)
{
    int fd[2];

    if (!joined(a->role, b->role) || a->pid == 0 || b->pid == 0) {
        return 0;
    }
    if (fdpass_pair(fd) < 0) {
        return -1;
    }
    if (a->role == ROLE_ENGINE) {
        tell_peer(b, a, fd[1]);
        tell_peer(a, b, fd[0]);
    } else {
        tell_peer(a, b, fd[0]);
        tell_peer(b, a, fd[1]);
    }
    return 0;
}

static void tell_start(struct worker *w)
{
    AUTO_BUF text;

    buf_init(&text, LINK_BODY_MAX);
    daemon_conf_start(w->all->conf, w->role, w->index, &w->all->house.set, &text);
    if (!buf_ok(&text) || link_send(&w->control, CTL_START, buf_span(&text)) < 0) {
        log_error("the configuration of %s is too long", role_name(w->role));
    }
    flush(w);
}

// ---- what they say

// READY and FAULT are few and small: one look takes what there is.
static int hear(struct worker *w)
{
    int rc = link_up(&w->control) ? link_fill(&w->control) : 0;
    uint8_t type;
    struct span body;

    while (link_next(&w->control, &type, &body) == 1) {
        if (type == CTL_READY) {
            w->ready = true;
            log_line(LOG_INFO, "a role is ready", "role", role_name(w->role), NULL);
        } else if (type == CTL_FAULT) {
            w->said_fault = true;
        }
    }
    return rc;
}

// ---- deaths

static void end_service(struct supervisor *s, int rc);
static void start_again(void *ctx);

static void close_control(struct worker *w)
{
    if (link_up(&w->control)) {
        loop_remove(w->all->loop, w->control.fd);
    }
    link_close(&w->control);
}

static bool own_fault(int status)
{
    static const int own[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGXCPU};

    for (size_t i = 0; WIFSIGNALED(status) && i < ARRAY_LEN(own); i++) {
        if (WTERMSIG(status) == own[i]) {
            return true;
        }
    }
    return false;
}

static void how_it_died(int status, char *out, size_t size)
{
    if (WIFSIGNALED(status)) {
        (void)snprintf(out, size, "signal=%s", sigabbrev_np(WTERMSIG(status)));
    } else {
        (void)snprintf(out, size, "exit=%d", WEXITSTATUS(status));
    }
}

static void notify_engine(struct supervisor *s, const char *kind, const char *text)
{
    char body[256];
    int n = snprintf(body, sizeof(body), "%s%c%s", kind, '\0', text);

    for (size_t i = 0; i < s->n; i++) {
        if (s->worker[i].role == ROLE_ENGINE && s->worker[i].pid) {
            (void)link_send(&s->worker[i].control, CTL_NOTICE, span_of(body, (size_t)n));
            flush(&s->worker[i]);
        }
    }
}

static void tell_engine(struct supervisor *s, const struct worker *dead, int status)
{
    char how[32], kind[32], text[96];

    how_it_died(status, how, sizeof(how));
    (void)snprintf(kind, sizeof(kind), "%s-died", role_name(dead->role));
    (void)snprintf(text, sizeof(text), "k=%u own=%d %s", dead->index, own_fault(status), how);
    notify_engine(s, kind, text);
}

static ntime_t backoff(const struct worker *w)
{
    ntime_t ns = SECOND_NS / 20;

    for (unsigned i = 1; i < w->quick && ns < 5 * SECOND_NS; i++) {
        ns *= 2;
    }
    return ns < 5 * SECOND_NS ? ns : 5 * SECOND_NS;
}

// Whether the role itself cannot go on. Detect's deaths over a record are the engine's to judge, but one
// that dies before it is ready has seen none. A database that is away is nobody's fault.
static bool its_fault(const struct worker *w, int status)
{
    bool own = WIFSIGNALED(status) ? own_fault(status)
                                   : WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != EX_TEMPFAIL;

    return w->said_fault || (own && (w->role != ROLE_DETECT || !w->ready));
}

static void on_dead(struct worker *w, int status)
{
    struct supervisor *s = w->all;
    bool young = clock_mono() - w->born < 60 * SECOND_NS;
    char how[32];

    how_it_died(status, how, sizeof(how));
    (void)hear(w); // its last words may have come after its end was seen
    w->faults = its_fault(w, status) ? (young ? w->faults + 1 : 1) : 0;
    w->pid = 0;
    w->ready = false;
    close_control(w);
    if (s->stopping) {
        return;
    }
    log_line(LOG_ERROR, "a role has died", "role", role_name(w->role), "how", how, NULL);
    w->quick = young ? w->quick + 1 : 1;
    tell_engine(s, w, status); // before the loss, so that the engine knows whose fault that is
    for (size_t i = 0; i < s->n; i++) {
        if (joined(w->role, s->worker[i].role) && s->worker[i].pid) {
            tell_peer(&s->worker[i], w, -1);
        }
    }
    if (w->faults >= FAULTS_MAX) {
        log_line(LOG_ERROR, "the service stops: a role cannot go on", "role", role_name(w->role),
                 NULL);
        end_service(s, 2);
    } else if (loop_timer(s->loop, clock_mono() + backoff(w), start_again, w) < 0) {
        end_service(s, 2);
    }
}

static void reap(struct supervisor *s)
{
    for (size_t i = 0; i < s->n; i++) {
        int status;

        if (s->worker[i].pid && waitpid(s->worker[i].pid, &status, WNOHANG) > 0) {
            on_dead(&s->worker[i], status);
        }
    }
    for (size_t i = 0; s->stopping && i < s->n; i++) {
        if (s->worker[i].pid) {
            return;
        }
    }
    if (s->stopping) {
        loop_stop(s->loop, s->rc);
    }
}

// ---- births

static void on_control(void *ctx, int fd, unsigned events)
{
    struct worker *w = ctx;
    int rc = events & (LOOP_READ | LOOP_HANGUP) ? hear(w) : 0;

    (void)fd;
    if (rc < 0) {
        close_control(w); // its death follows as SIGCHLD
    } else {
        flush(w);
    }
}

static int capability_of(enum role role)
{
    return role == ROLE_INTAKE ? CAP_DAC_READ_SEARCH : role == ROLE_CAPTURE ? CAP_NET_RAW : -1;
}

static int give_birth(struct worker *w, struct err *err)
{
    struct supervisor *s = w->all;
    struct child_spec spec = {.name = role_name(w->role),
                              .program = w->program,
                              .uid = s->conf->uid_base + (uid_t)w->role,
                              .gid = house_gid(s->conf, w->role),
                              .capability = capability_of(w->role)};
    int fd[2];

    if (fdpass_pair(fd) < 0) {
        return err_sys(err, errno, "supervisor.pair", "no link could be made");
    }
    spec.control = fd[1];
    w->pid = child_start(&spec, err);
    close(fd[1]);
    if (w->pid < 0) {
        w->pid = 0;
        close(fd[0]);
        return E_SYSTEM;
    }
    w->born = clock_mono();
    w->said_fault = false;
    link_init(&w->control, fd[0]);
    if (loop_add(s->loop, fd[0], LOOP_READ, on_control, w) < 0) {
        return err_set(err, E_LIMIT, "supervisor.loop", "too many links");
    }
    return house_give(&s->house, s->conf, w->role, &w->control, err);
}

static void start_again(void *ctx)
{
    struct worker *w = ctx;
    struct supervisor *s = w->all;
    struct err err = ERR_INIT;
    char text[2400];

    if (s->stopping || w->pid) {
        return;
    }
    if (give_birth(w, &err) < 0) {
        log_line(LOG_ERROR, "a role could not be started again", "why",
                 err_text(&err, text, sizeof(text)), NULL);
        end_service(s, 2);
        return;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (&s->worker[i] != w && s->worker[i].role != ROLE_ENGINE) {
            (void)join(w, &s->worker[i]);
        }
    }
    tell_start(w);
    for (size_t i = 0; i < s->n; i++) {
        if (&s->worker[i] != w && s->worker[i].role == ROLE_ENGINE) {
            (void)join(w, &s->worker[i]);
        }
    }
}

static int start_all(struct supervisor *s, struct err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        int rc = give_birth(&s->worker[i], err);

        if (rc < 0) {
            return rc;
        }
    }
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = i + 1; k < s->n; k++) {
            if (join(&s->worker[i], &s->worker[k]) < 0) {
                return err_sys(err, errno, "supervisor.pair", "no link could be made");
            }
        }
    }
    for (size_t i = 0; i < s->n; i++) {
        tell_start(&s->worker[i]);
    }
    return 0;
}

static int add_workers(struct supervisor *s, const char *program_dir, struct err *err)
{
    for (enum role r = ROLE_GATE; r < ROLE_COUNT; r++) {
        unsigned count = r == ROLE_DETECT ? s->conf->detects : 1;
        char path[4200];
        int program;

        if (s->conf->off[r]) {
            continue;
        }
        (void)snprintf(path, sizeof(path), "%s/%s",
                       s->conf->libexec ? s->conf->libexec : program_dir, role_name(r));
        program = child_program(path, err);
        if (program == E_STATE) {
            log_line(LOG_WARN, "a role is not installed and left out", "role", role_name(r), NULL);
            continue;
        }
        if (program < 0) {
            return program;
        }
        for (unsigned k = 0; k < count; k++) {
            s->worker[s->n] = (struct worker){.all = s, .role = r, .index = k, .program = program};
            link_init(&s->worker[s->n].control, -1);
            s->n++;
        }
    }
    return 0;
}

// ---- the end

static void kill_rest(void *ctx)
{
    struct supervisor *s = ctx;

    for (size_t i = 0; i < s->n; i++) {
        if (s->worker[i].pid) {
            log_line(LOG_WARN, "a role did not stop in time", "role", role_name(s->worker[i].role),
                     NULL);
            (void)kill(s->worker[i].pid, SIGKILL);
        }
    }
}

static void end_service(struct supervisor *s, int rc)
{
    if (s->stopping) {
        return;
    }
    s->stopping = true;
    s->rc = rc;
    for (size_t i = 0; i < s->n; i++) {
        if (s->worker[i].pid && link_up(&s->worker[i].control)) {
            (void)link_send(&s->worker[i].control, CTL_STOP, SPAN_NONE);
            flush(&s->worker[i]);
        }
    }
    (void)loop_timer(s->loop, clock_mono() + 10 * SECOND_NS, kill_rest, s);
    reap(s);
}

// Capture knows no sets: it takes the model when it comes.
static void give_capture_model(struct supervisor *s)
{
    for (size_t i = 0; i < s->n; i++) {
        struct worker *w = &s->worker[i];
        struct err err = ERR_INIT;

        if (w->role == ROLE_CAPTURE && w->pid && link_up(&w->control) &&
            house_give_model(s->conf, &w->control, &err) < 0) {
            log_line(LOG_ERROR, "capture did not get the fab model", "why", err.msg, NULL);
        }
    }
}

// SIGHUP: the set's files as they are now; engine, intake and detect switch at a record of the journal.
static void reload(struct supervisor *s)
{
    struct digest before = s->house.set;
    struct err err = ERR_INIT;
    char text[2400], hex[2 * SHA256_LEN + 1];

    if (house_install(&s->house, s->conf, &err) < 0) {
        log_line(LOG_ERROR, "the set could not be installed: the one before stays in force", "why",
                 err_text(&err, text, sizeof(text)), NULL);
        return;
    }
    digest_hex(&s->house.set, hex);
    log_line(LOG_INFO,
             digest_eq(&before, &s->house.set) ? "the set has not changed" : "a set is installed",
             "set", hex, NULL);
    notify_engine(s, "reload", hex);
    give_capture_model(s);
}

static void on_signal(void *ctx, int fd, unsigned events)
{
    struct supervisor *s = ctx;
    struct signalfd_siginfo info;

    (void)events;
    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGCHLD) {
            reap(s);
        } else if (info.ssi_signo == SIGHUP) {
            reload(s);
        } else {
            log_info("the service stops");
            end_service(s, 0);
        }
    }
}

static int watch_signals(struct supervisor *s, struct err *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    (void)signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
        (s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0 ||
        loop_add(s->loop, s->signals, LOOP_READ, on_signal, s) < 0) {
        return err_sys(err, errno, "supervisor.signals", "signals cannot be watched");
    }
    return 0;
}

static void close_all(struct supervisor *s)
{
    int last = -1;

    for (size_t i = 0; i < s->n; i++) {
        if (s->worker[i].pid) { // only after a failed start
            (void)kill(s->worker[i].pid, SIGKILL);
            (void)waitpid(s->worker[i].pid, NULL, 0);
        }
        close_control(&s->worker[i]);
        if (s->worker[i].program != last) {
            last = s->worker[i].program;
            close(last);
        }
    }
    if (s->signals >= 0) {
        close(s->signals);
    }
    house_close(&s->house);
    loop_free(s->loop);
    free(s);
}

int supervisor_run(const struct daemon_conf *c, const char *program_dir, struct err *err)
{
    struct supervisor *s = calloc(1, sizeof(*s));
    int rc;

    if (!s || !(s->loop = loop_new())) {
        free(s);
        return err_set(err, E_LIMIT, "supervisor.memory", "no memory");
    }
    s->conf = c;
    s->signals = -1;
    rc = house_open(&s->house, c, err);
    rc = rc < 0 ? rc : add_workers(s, program_dir, err);
    rc = rc < 0 ? rc : watch_signals(s, err);
    rc = rc < 0 ? rc : start_all(s, err);
    rc = rc < 0 ? rc : loop_run(s->loop);
    close_all(s);
    return rc;
}
