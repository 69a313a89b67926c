// usual.c - paths of systems, names of programs that always run, phrases of daemons.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/usual.h"

#include "core/base/attr.h"

static const char *const usual[] = {
    "c:\\windows\\system32\\",
    "c:\\windows\\syswow64\\",
    "c:\\windows\\temp\\",
    "c:\\program files (x86)\\",
    "c:\\programdata\\microsoft\\windows",
    "c:\\users\\public\\appdata\\local\\temp\\",
    "\\appdata\\roaming\\microsoft\\",
    "\\windowspowershell\\v1.0\\powershell.exe",
    "\\microsoft.net\\framework64\\v4.0.30319\\",
    "hklm\\software\\microsoft\\windows nt\\currentversion\\",
    "hklm\\software\\microsoft\\windows\\currentversion\\",
    "hkey_local_machine\\",
    "\\registry\\machine\\system\\currentcontrolset\\services\\",
    "\\device\\harddiskvolume1\\",
    "s-1-5-21-",
    "nt authority\\system",
    "microsoft corporation",
    "microsoft windows",
    "c:\\windows\\system32\\kernelbase.dll",
    "c:\\windows\\system32\\kernel32.dll",
    "c:\\windows\\system32\\ntdll.dll",
    "c:\\windows\\system32\\svchost.exe",
    "c:\\windows\\system32\\services.exe",
    "c:\\windows\\system32\\cmd.exe /c ",
    "c:\\windows\\explorer.exe",
    "https://www.",
    "http://",
    "http/1.1",
    "mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/",
    "application/json",
    "user-agent: ",
    ".com/",
    ".dll",
    "/usr/local/bin/",
    "/usr/lib/systemd/",
    "/bin/bash",
    "/bin/sh",
    "/etc/",
    "/dev/null",
    "password",
    "session opened for user root",
    "session closed for user ",
    " from 10.0.0.1 port 22 ssh2",
    "user=root",
    "command=",
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
        struct span s = span_str(usual[i]);

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
    if (text.n >= USUAL_RUN && !(usual_run(text.p) && usual_run(text.p + text.n - USUAL_RUN))) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
        struct span u = span_str(usual[i]);

        if (text.n <= u.n && span_find_span(u, text) < u.n) {
            return true;
        }
    }
    return false;
}
