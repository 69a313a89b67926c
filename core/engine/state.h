// state.h - the rows of the engine's tables and the engine itself; for core/engine only.
// SPDX-License-Identifier: Apache-2.0
//
// Rows are plain values (table.h). Texts in rows are sanitised and cut at a character border; they
// are what people will read. `dirty` = already on the list of rows to be written at the block's end.
#ifndef CORE_ENGINE_STATE_H
#define CORE_ENGINE_STATE_H

#include "core/engine/correlate.h"
#include "core/engine/drift.h"
#include "core/engine/engine.h"
#include "core/engine/pending.h"
#include "core/engine/table.h"
#include "core/play/run.h"

// 128 bits of SHA-256 over a tag and length-prefixed parts: keys are made from text of strangers, so
// nobody may be able to make two things one. Stable: keys stand in snapshots.
struct key128 {
    uint64_t h[2];
};

enum { TEXT_ID = 48, TEXT_NAME = 64, TEXT_TITLE = 128, TEXT_WHY = 192, SPREAD_RING = 8 };

struct row_source {
    uint32_t number;
    uint8_t dirty, silent;
    char name[TEXT_ID], format[32], kind[8], area[32];
    int64_t lateness, silence;
    uint64_t records, bytes, unknown, undecoded, clock_faults, oversize, skipped, shed, late, dead,
        asks;
    utime_t newest;    // event time
    utime_t received;  // receive time of the newest record
    uint64_t repeated; // alerts that another source had said before
    int64_t offset;    // configured
    struct drift drift;
};

struct row_group {
    uint64_t number;
    struct eid id;
    uint8_t dirty, severity, base_tier, tier, state, expected;
    uint8_t unexpected; // an alert of it was outside what any window allows
    struct axes axes;
    int32_t rule; // index in the set in force, -1 when it has no such rule
    char rule_id[TEXT_ID], title[TEXT_TITLE], level[16];
    char asset[TEXT_ID], area[32], actor[TEXT_NAME], source_kind[8], owner[TEXT_ID], why[TEXT_WHY];
    utime_t first, last, found, ack_due, acked, shelved_until;
    uint64_t alerts, incident; // incident number, 0 = none
    struct eid incident_id;
};

struct row_fold { // key: rule, asset, actor
    struct key128 key;
    uint64_t group;
    utime_t last;
};

enum { TWIN_SOURCES = 4, TWIN_RULES = 12 };

struct row_twin { // key: the source's number of the event, its rule
    struct key128 key;
    utime_t last;
    uint32_t made; // alerts there were: the most that one source has said
    uint32_t nrules;
    struct {
        uint32_t source, n; // n = 0: free
    } by[TWIN_SOURCES];
    uint32_t rule[TWIN_RULES]; // that made alerts of it: parts of their ids' keys
};

enum source_kind { SK_SENSOR, SK_AGENT, SK_PAM, SK_FAB, SK_OS, SK_NET, SK_COUNT };

struct row_incident {
    uint64_t number;
    struct eid id;
    uint8_t dirty, state, base_tier, tier, clock_tier, hazard, kinds, review, severity;
    uint8_t rule_step, forced; // what its rules say: one step graver, T1 whatever the asset
    struct axes axes;
    int32_t asset_index;
    char asset[TEXT_ID], area[32], title[TEXT_TITLE], owner[TEXT_ID], why[TEXT_WHY], call[32];
    utime_t first, last, opened;
    uint64_t alerts, groups, score;
    utime_t closed;
    uint64_t merged; // the incident it became part of, 0 = none
    struct eid merged_id;
};

enum entity_kind { ENTITY_ASSET, ENTITY_PERSON, ENTITY_SESSION, ENTITY_ADDRESS, ENTITY_COUNT };

struct row_join { // key: kind and value of an entity
    struct key128 key;
    uint64_t incident;
    utime_t last;
};

struct row_entity { // key: incident, kind, value
    struct key128 key;
    uint64_t incident;
    uint8_t dirty, kind;
    char value[TEXT_NAME];
    utime_t first, last;
    uint64_t alerts;
};

struct row_clock {
    struct {
        uint64_t incident;
        uint64_t phase;
    } key;
    uint8_t dirty, tier, breached;
    utime_t started, due, met;
    utime_t told; // whom to call is as of then: never a matter of where a block ends
};

struct row_corr { // key: rule and group key
    struct key128 key;
    uint32_t rule, n; // n = events of it in CORRHIT
    uint8_t made, ncarry;
    uint64_t oldest, newest, last_id; // ids of events
    uint64_t sum[2];                  // of their values, 128 bits
    utime_t fired;                    // suppressed until the window after this is over
    utime_t last;                     // newest
    utime_t
        seen[CORR_REFS_MAX]; // temporal: newest time of each reference; absence: [0] of an answer
    utime_t before[CORR_REFS_MAX];  // temporal_ordered: without the record in hand
    uint64_t record[CORR_REFS_MAX]; // temporal_ordered: number of the record that set seen[]
};

struct row_corrhit { // key: window and number, or the hash of the counted value
    struct {
        struct key128 window;
        uint64_t id;
    } key;
    uint64_t prev, next; // ids by time, 0 = none
    utime_t time;
    uint64_t value[2]; // millionths, 128 bits; or a hash
};

struct row_corrcarry { // key: window and number of the carried field
    struct {
        struct key128 window;
        uint64_t field;
    } key;
    utime_t time;
    uint32_t n;
    char text[244];
};

struct row_expect { // key: window
    struct key128 key;
    utime_t asked, deadline;
    uint64_t record; // that called
    uint32_t rule, nwho;
    uint16_t nvalue[CORR_GROUP_MAX];
    char values[256], who[CORR_WHO_MAX];
};

struct row_spread { // key: rule
    struct key128 key;
    uint32_t n;
    struct {
        int32_t asset;
        utime_t time;
    } ring[SPREAD_RING];
};

struct row_session { // key: session id
    struct key128 key;
    uint8_t dirty, overrun; // overrun: already said
    uint32_t source;
    int32_t asset_index;
    char id[TEXT_NAME], person[TEXT_NAME], account[TEXT_ID], vendor[TEXT_ID], asset[TEXT_ID],
        area[32], ip[TEXT_ID], ticket[TEXT_ID], state[16];
    utime_t started, ended, allowed_until;
};

struct row_checkout { // key: account, asset
    struct key128 key;
    utime_t since, until; // until = UTIME_NONE while open
};

struct row_grant { // key: request or (person, asset)
    struct key128 key;
    int32_t asset_index;
    char person[TEXT_NAME];
    utime_t from, to;
};

struct row_window { // key: window id
    struct key128 key;
    uint8_t dirty;
    int32_t asset_index;
    char id[TEXT_ID], asset[TEXT_ID], area[32], person[TEXT_NAME], vendor[TEXT_ID], actions[96],
        state[16];
    utime_t from, to;
};

struct row_tool { // key: asset index
    uint32_t asset;
    uint8_t dirty, tier;
    char state[24];
    utime_t since, qtime_end;
    uint32_t in_process, queued;
};

struct row_lot {
    struct key128 key;
    int32_t asset_index; // -1 = nowhere
    uint8_t in_process;
    uint32_t wafers;
    utime_t qtime_end;
    char id[TEXT_ID];
};

struct row_recipe { // key: recipe, digest; recipe alone: it has an approved revision
    struct key128 key;
    utime_t approved;
};

struct row_request { // key: request id
    struct key128 key;
    utime_t created, approved; // approved = UTIME_NONE until it is
    int32_t asset_index;
    char person[TEXT_NAME];
};

struct row_fact { // key: what is said, of whom
    struct key128 key;
    utime_t at, before; // newest, and the one before it; UTIME_NONE = none
    char text[TEXT_ID];
};

struct row_seen { // key: how, who, with what
    struct key128 key;
    utime_t first, last, before; // before: what `last` was until now, UTIME_NONE at first
};

struct row_flow { // key: source, destination, port
    struct key128 key;
    utime_t first, last, before;
};

struct row_party { // key: person or vendor
    struct key128 key;
    utime_t told, end;         // of the contract; end = UTIME_NONE: not said
    utime_t used, used_before; // a vendor: newest access, and the one before it
    uint8_t flagged;           // a vendor is said to be breached
    char vendor[TEXT_ID];      // whose person
};

struct row_usual { // key: what is counted, of whom
    struct key128 key;
    utime_t from;     // beginning of the period in hand
    uint32_t n, last; // in it, and in the one directly before
    int64_t mean;     // of `periods` that are over, in thousandths
    uint32_t periods;
};

enum { PLAN_ROW_DOCUMENT = 16 * 1024, PLAN_ROW_IMPACT = 2048, COMMAND_ROW_BYTES = 4096 };
enum { PROOF_ROW_BYTES = 2048 }; // a signed report (REPORT_TEXT_MAX and its frame)

struct row_plan {
    uint64_t number;
    struct eid id;
    uint8_t dirty, state, hazard, napprovals;
    uint64_t incident;
    struct eid incident_id;
    char area[32], playbook_id[TEXT_NAME], name[TEXT_NAME], planned_by[TEXT_ID], rule[TEXT_WHY];
    utime_t planned, expires;
    struct digest hash;
    struct {
        char person[TEXT_ID], function[32];
    } approval[POLICY_FUNCTIONS_MAX * 2];
    uint32_t document_len, impact_len;
    char document[PLAN_ROW_DOCUMENT], impact[PLAN_ROW_IMPACT];
};

struct row_run {
    uint64_t number;
    struct eid id;
    uint8_t dirty, state, dry;
    uint64_t plan, incident;
    struct eid plan_id, incident_id;
    char area[32], started_by[TEXT_ID], reason[TEXT_WHY];
    utime_t started, ended;
    utime_t began; // when step `began_step`, the newest, was entered
    int32_t began_step;
    utime_t wake;                           // a step's delay ends, UTIME_NONE = none
    struct eid command;                     // on its way, zero = none
    char before[TEXT_WHY], after[TEXT_WHY]; // what the far end was by the probe, of the newest step
    struct run_state rs;
};

struct row_command {
    struct eid id;
    uint8_t dirty, state;
    uint64_t run, counter;
    struct eid run_id; // ids of rows that may be gone stand beside their numbers
    uint32_t step, length, signature_length;
    char area[32], agent[TEXT_ID], code[40], result[TEXT_WHY];
    utime_t issued, changed;
    utime_t not_after; // wall clock
    uint32_t max_runtime_ms;
    char bytes[COMMAND_ROW_BYTES], signature[64];
    char proof[PROOF_ROW_BYTES];
    uint32_t proof_length;
};

struct row_agent {
    struct key128 key;
    uint8_t dirty, up;
    char id[TEXT_ID], version[32];
    utime_t since;
    uint64_t counter;
};

struct row_rule {
    uint32_t rule;                      // in the set in force
    uint8_t dirty, made, state, untold; // enum rule_care; untold: its alert is still to be made
    uint32_t strikes;                   // faults since the set came into force
    uint64_t faults, dropped, evicted;
    utime_t since, last; // in this state since; newest fault
    char why[TEXT_WHY];
};

struct row_quarantine { // key: set and rule
    struct {
        struct digest set;
        uint32_t rule, zero;
    } key;
    uint64_t from, until; // blocks
};

// What of a row is its key.
enum {
    KEY_SIZE_SOURCE = 4,
    KEY_SIZE_GROUP = 8,
    KEY_SIZE_FOLD = 16,
    KEY_SIZE_TWIN = 16,
    KEY_SIZE_INCIDENT = 8,
    KEY_SIZE_JOIN = 16,
    KEY_SIZE_ENTITY = 16,
    KEY_SIZE_CLOCK = 16,
    KEY_SIZE_CORR = 16,
    KEY_SIZE_CORRHIT = 24,
    KEY_SIZE_CORRCARRY = 24,
    KEY_SIZE_EXPECT = 16,
    KEY_SIZE_SPREAD = 16,
    KEY_SIZE_SESSION = 16,
    KEY_SIZE_CHECKOUT = 16,
    KEY_SIZE_GRANT = 16,
    KEY_SIZE_WINDOW = 16,
    KEY_SIZE_TOOL = 4,
    KEY_SIZE_LOT = 16,
    KEY_SIZE_RECIPE = 16,
    KEY_SIZE_REQUEST = 16,
    KEY_SIZE_FACT = 16,
    KEY_SIZE_SEEN = 16,
    KEY_SIZE_FLOW = 16,
    KEY_SIZE_PARTY = 16,
    KEY_SIZE_USUAL = 16,
    KEY_SIZE_PLAN = 8,
    KEY_SIZE_RUN = 8,
    KEY_SIZE_COMMAND = 16,
    KEY_SIZE_AGENT = 16,
    KEY_SIZE_RULE = 4,
    KEY_SIZE_QUARANTINE = 40,
};

enum table_id {
#define TABLE(NAME, name, bound, meaning, expiry) TAB_##NAME,
#include "core/engine/tables.def"
#undef TABLE
    TAB_COUNT
};

// Counters that give people short numbers, and figures of the status row. Plain values, saved whole.
struct counters {
    uint64_t alert, group, incident, plan, run;
    uint64_t events, late, dropped_keys, refused, expected, matcher_asks;
    uint64_t corr_record; // records that correlations were fed with
};

struct dirty {
    uint8_t table;
    unsigned char key[16];
};

struct engine {
    const struct engine_set *set;
    struct table tab[TAB_COUNT];
    struct pending pending;
    struct corr corr; // over four of the tables
    struct counters count;
    struct pos pos;  // of the item in hand, or the end of the last block
    uint32_t ids;    // ids made at pos
    uint32_t inputs; // inputs applied at this block's end
    utime_t now;     // last tick
    utime_t wall;    // last wall clock told by an input, UTIME_NONE before the first
    utime_t watermark;
    utime_t next_session, next_clock, next_silence, next_shelf,
        next_sweep; // earliest work of each kind
    struct digest digest, wanted, announced;
    uint32_t quarantined; // rows of RULE in quarantine
    bool recording_over, broken, set_switched;
    char barrier[64];
    utime_t barrier_time;
    uint64_t barrier_block;
    size_t digested; // effects already folded into the digest
    struct dirty *dirty;
    size_t ndirty, cap_dirty;
    struct buf scratch;
};

#define MARK(e, TAB, row)                                                                          \
    do {                                                                                           \
        if (!(row)->dirty) {                                                                       \
            (row)->dirty = 1;                                                                      \
            engine_mark((e), TAB_##TAB, (row));                                                    \
        }                                                                                          \
    } while (0)

void engine_mark(struct engine *e, enum table_id t, const void *row);
struct eid engine_id(struct engine *e); // next id at the position in hand

// ---- keys and texts
struct key128 key_of(char tag, const struct span *part, size_t n);
// Without the case of ASCII letters: persons, accounts, hosts, tickets and recipes are the same however
// they are written. Sources differ in that, and so does who wants to be taken for another.
struct key128 name_key_of(char tag, const struct span *part, size_t n);
void text_set(char *to, size_t size, struct span raw); // sanitises
#define TEXT_SET(to, raw) text_set((to), sizeof(to), (raw))

#endif
