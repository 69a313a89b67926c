// pcap.c - libpcap behind a small door.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/intake/pcap.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <sys/socket.h>

static const char *const default_filter = "tcp or (vlan and tcp)";

bool packets_magic(struct span head)
{
    static const unsigned char magic[][4] = {
        {0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1}, // microseconds
        {0xa1, 0xb2, 0x3c, 0x4d}, {0x4d, 0x3c, 0xb2, 0xa1}, // nanoseconds
        {0xa1, 0xb2, 0xcd, 0x34}, {0x34, 0xcd, 0xb2, 0xa1}, // of one with longer packet headers
    };
    static const unsigned char ng[4] = {0x0a, 0x0d, 0x0d, 0x0a};
    static const unsigned char order[2][4] = {{0x1a, 0x2b, 0x3c, 0x4d}, {0x4d, 0x3c, 0x2b, 0x1a}};

    for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++) {
        if (head.n >= 4 && memcmp(head.p, magic[i], 4) == 0) {
            return true;
        }
    }
    // a pcapng section begins like four line ends: its byte-order mark tells it from a text
    return head.n >= 12 && memcmp(head.p, ng, 4) == 0 &&
           (memcmp(head.p + 8, order[0], 4) == 0 || memcmp(head.p + 8, order[1], 4) == 0);
}

// The number of the link type as core/frame/packet.h has it. libpcap's DLT_ numbers are those, but for
// DLT_RAW and DLT_LOOP, which differ by machine.
static int link_of(pcap_t *p)
{
    switch (pcap_datalink(p)) {
    case DLT_RAW: return LINK_RAW;
    case DLT_LOOP: return LINK_LOOP;
    default: return pcap_datalink(p);
    }
}

static int check_link(pcap_t *p, struct err *err)
{
    const char *name = pcap_datalink_val_to_name(pcap_datalink(p));

    return packet_link_known(link_of(p))
               ? 0
               : err_set(err, E_INPUT, "pcap.link", "packets of link type %d (%s) are not read",
                         pcap_datalink(p), name ? name : "unknown");
}

static void give(struct hsms_tap *tap, int link, const struct pcap_pkthdr *h,
                 const unsigned char *bytes)
{
    // with nanosecond precision tv_usec holds nanoseconds
    hsms_tap_packet(tap, link, span_of((const char *)bytes, h->caplen), h->len,
                    (ntime_t)h->ts.tv_sec * 1000000000 + (ntime_t)h->ts.tv_usec);
}

int packets_file(FILE *f, struct hsms_tap *tap, struct err *err)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_t *p = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, why);
    struct pcap_pkthdr *h;
    const unsigned char *bytes;
    int rc, link;

    if (!p) {
        (void)fclose(f);
        return err_set(err, E_INPUT, "pcap.file", "not readable as a capture: %s", why);
    }
    rc = check_link(p, err);
    link = link_of(p);
    if (rc == 0) {
        int got;

        while ((got = pcap_next_ex(p, &h, &bytes)) == 1) {
            give(tap, link, h, bytes);
        }
        if (got != PCAP_ERROR_BREAK) {
            rc = err_set(err, E_INPUT, "pcap.damaged", "ends in the middle of a packet: %s",
                         pcap_geterr(p));
        }
    }
    pcap_close(p);
    return rc;
}

// ---- live

struct packets {
    pcap_t *p;
    int link, fd;
    bool nano;
    uint64_t dropped;
};

static int set_filter(pcap_t *p, const char *filter, struct err *err)
{
    struct bpf_program program;
    int rc = 0;

    if (pcap_compile(p, &program, filter[0] ? filter : default_filter, 1, PCAP_NETMASK_UNKNOWN) <
        0) {
        return err_set(err, E_INPUT, "capture.filter", "the filter is wrong: %s", pcap_geterr(p));
    }
    if (pcap_setfilter(p, &program) < 0) {
        rc = err_set(err, E_SYSTEM, "capture.filter", "the filter was not taken: %s",
                     pcap_geterr(p));
    }
    pcap_freecode(&program);
    return rc;
}

static int activate(struct packets *l, const char *device, const char *filter, size_t buffer,
                    struct err *err)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    int rc;

    (void)pcap_set_snaplen(l->p, PCAP_SNAP);
    (void)pcap_set_promisc(l->p, 1);
    (void)pcap_set_timeout(l->p, 100);
    (void)pcap_set_immediate_mode(l->p, 1);
    (void)pcap_set_buffer_size(l->p, (int)buffer);
    l->nano = pcap_set_tstamp_precision(l->p, PCAP_TSTAMP_PRECISION_NANO) == 0;
    rc = pcap_activate(l->p);
    if (rc < 0) {
        const char *text = pcap_geterr(l->p);

        return err_set(err, E_SYSTEM, "capture.device", "%s cannot be listened to: %s%s%s", device,
                       pcap_statustostr(rc), text[0] ? ": " : "", text);
    }
    if (pcap_setnonblock(l->p, 1, why) < 0 || (l->fd = pcap_get_selectable_fd(l->p)) < 0) {
        return err_set(err, E_SYSTEM, "capture.device", "%s cannot be waited for: %s", device, why);
    }
    l->link = link_of(l->p);
    rc = check_link(l->p, err);
    return rc < 0 ? rc : set_filter(l->p, filter, err);
}

int packets_open(const char *device, const char *filter, size_t buffer, struct packets **ret,
                 struct err *err)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    struct packets *l = calloc(1, sizeof(*l));
    int rc;

    *ret = NULL;
    if (!l) {
        return err_set(err, E_SYSTEM, "capture.memory", "no memory");
    }
    l->p = pcap_create(device, why);
    rc = l->p ? activate(l, device, filter, buffer, err)
              : err_set(err, E_SYSTEM, "capture.device", "%s: %s", device, why);
    if (rc < 0) {
        packets_close(l);
        return rc;
    }
    *ret = l;
    return 0;
}

void packets_close(struct packets *l)
{
    if (l) {
        if (l->p) {
            pcap_close(l->p);
        }
        free(l);
    }
}

int packets_fd(const struct packets *l)
{
    return l->fd;
}

struct giving {
    struct packets *live;
    struct hsms_tap *tap;
};

static void on_packet(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
    struct giving *g = (struct giving *)(void *)user;
    struct pcap_pkthdr head = *h;

    if (!g->live->nano) {
        head.ts.tv_usec *= 1000;
    }
    give(g->tap, g->live->link, &head, bytes);
}

int packets_take(struct packets *l, int max, struct hsms_tap *tap, struct err *err)
{
    struct giving g = {.live = l, .tap = tap};
    int n = pcap_dispatch(l->p, max, on_packet, (u_char *)(void *)&g);

    return n >= 0 ? n
                  : err_set(err, E_SYSTEM, "capture.device", "nothing more comes: %s",
                            pcap_geterr(l->p));
}

// The kernel's own count, which begins anew with each look. pcap_stats() would also read a file, for drops
// of the interface; who listens may open none by then.
uint64_t packets_dropped(struct packets *l)
{
    union {
        struct tpacket_stats v1;
        struct tpacket_stats_v3 v3;
    } s = {.v1 = {0}};
    socklen_t n = sizeof(s);

    if (getsockopt(pcap_fileno(l->p), SOL_PACKET, PACKET_STATISTICS, &s, &n) == 0) {
        l->dropped += s.v1.tp_drops;
    }
    return l->dropped;
}
