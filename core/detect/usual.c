// usual.c - paths of systems, names of programs that always run, phrases of daemons.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/usual.h"

#include "core/base/attr.h"

static const struct span usual[] = {
    SPAN_LIT("c:\\windows\\system32\\"),
    SPAN_LIT("c:\\windows\\syswow64\\"),
    SPAN_LIT("c:\\windows\\temp\\"),
    SPAN_LIT("c:\\program files (x86)\\"),
    SPAN_LIT("c:\\programdata\\microsoft\\windows"),
    SPAN_LIT("c:\\users\\public\\appdata\\local\\temp\\"),
    SPAN_LIT("\\appdata\\roaming\\microsoft\\"),
    SPAN_LIT("\\windowspowershell\\v1.0\\powershell.exe"),
    SPAN_LIT("\\microsoft.net\\framework64\\v4.0.30319\\"),
    SPAN_LIT("hklm\\software\\microsoft\\windows nt\\currentversion\\"),
    SPAN_LIT("hklm\\software\\microsoft\\windows\\currentversion\\"),
    SPAN_LIT("hkey_local_machine\\"),
    SPAN_LIT("\\registry\\machine\\system\\currentcontrolset\\services\\"),
    SPAN_LIT("\\device\\harddiskvolume1\\"),
    SPAN_LIT("s-1-5-21-"),
    SPAN_LIT("nt authority\\system"),
    SPAN_LIT("microsoft corporation"),
    SPAN_LIT("microsoft windows"),
    SPAN_LIT("c:\\windows\\system32\\kernelbase.dll"),
    SPAN_LIT("c:\\windows\\system32\\kernel32.dll"),
    SPAN_LIT("c:\\windows\\system32\\ntdll.dll"),
    SPAN_LIT("c:\\windows\\system32\\svchost.exe"),
    SPAN_LIT("c:\\windows\\system32\\services.exe"),
    SPAN_LIT("c:\\windows\\system32\\cmd.exe /c "),
    SPAN_LIT("c:\\windows\\explorer.exe"),
    SPAN_LIT("https://www."),
    SPAN_LIT("http://"),
    SPAN_LIT("http/1.1"),
    SPAN_LIT(
        "mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/"),
    SPAN_LIT("application/json"),
    SPAN_LIT("user-agent: "),
    SPAN_LIT(".com/"),
    SPAN_LIT(".dll"),
    SPAN_LIT("/usr/local/bin/"),
    SPAN_LIT("/usr/lib/systemd/"),
    SPAN_LIT("/bin/bash"),
    SPAN_LIT("/bin/sh"),
    SPAN_LIT("/etc/"),
    SPAN_LIT("/dev/null"),
    SPAN_LIT("password"),
    SPAN_LIT("session opened for user root"),
    SPAN_LIT("session closed for user "),
    SPAN_LIT(" from 10.0.0.1 port 22 ssh2"),
    SPAN_LIT("user=root"),
    SPAN_LIT("command="),
};

enum { RUN_BITS = 12 };

static uint64_t runs[(1 << RUN_BITS) / 64];

static uint32_t hash_run(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v * 0x9e3779b1u >> (32 - RUN_BITS);
}

// Filled before main(), so that every thread only reads it.
__attribute__((constructor)) static void fill_runs(void)
{
    for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
        struct span s = usual[i];

        for (size_t k = 0; k + USUAL_RUN <= s.n; k++) {
            uint32_t h = hash_run(s.p + k);

            runs[h / 64] |= UINT64_C(1) << h % 64;
        }
    }
}

bool usual_run(const char *p)
{
    uint32_t h = hash_run(p);

    return runs[h / 64] >> h % 64 & 1;
}

bool usual_text(struct span text)
{
    for (size_t i = 0; i + USUAL_RUN <= text.n; i++) {
        if (!usual_run(text.p + i)) {
            return false;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
        if (text.n <= usual[i].n && span_find_span(usual[i], text) < usual[i].n) {
            return true;
        }
    }
    return false;
}
