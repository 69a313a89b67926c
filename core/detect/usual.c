// usual.c - paths of systems, names of programs that always run, phrases of daemons.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/usual.h"

// One to a line, so that one search looks at all of them; no text that is asked for has a line end.
static const struct span usual =
    SPAN_LIT("c:\\windows\\system32\\\n"
             "c:\\windows\\syswow64\\\n"
             "c:\\windows\\temp\\\n"
             "c:\\program files (x86)\\\n"
             "c:\\programdata\\microsoft\\windows\n"
             "c:\\users\\public\\appdata\\local\\temp\\\n"
             "\\appdata\\roaming\\microsoft\\\n"
             "\\windowspowershell\\v1.0\\powershell.exe\n"
             "\\microsoft.net\\framework64\\v4.0.30319\\\n"
             "hklm\\software\\microsoft\\windows nt\\currentversion\\\n"
             "hklm\\software\\microsoft\\windows\\currentversion\\\n"
             "hkey_local_machine\\\n"
             "\\registry\\machine\\system\\currentcontrolset\\services\\\n"
             "\\device\\harddiskvolume1\\\n"
             "s-1-5-21-\n"
             "nt authority\\system\n"
             "microsoft corporation\n"
             "microsoft windows\n"
             "c:\\windows\\system32\\kernelbase.dll\n"
             "c:\\windows\\system32\\kernel32.dll\n"
             "c:\\windows\\system32\\ntdll.dll\n"
             "c:\\windows\\system32\\svchost.exe\n"
             "c:\\windows\\system32\\services.exe\n"
             "c:\\windows\\system32\\cmd.exe /c \n"
             "c:\\windows\\explorer.exe\n"
             "https://www.\n"
             "http://\n"
             "http/1.1\n"
             "application/json\n"
             "user-agent: \n"
             ".com/\n"
             ".dll\n"
             "/usr/local/bin/\n"
             "/usr/lib/systemd/\n"
             "/bin/bash\n"
             "/bin/sh\n"
             "/etc/\n"
             "/dev/null\n"
             "password\n"
             "session opened for user root\n"
             "session closed for user \n"
             " from 10.0.0.1 port 22 ssh2\n"
             "user=root\n"
             "command=\n");

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
    for (size_t i = 0; i + USUAL_RUN <= usual.n; i++) {
        uint32_t h = hash_run(usual.p + i);

        runs[h / 64] |= UINT64_C(1) << h % 64;
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
    return span_find_span(usual, text) < usual.n;
}
