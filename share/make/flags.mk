# flags.mk - compilers, warnings, modes.
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(CC),clang)
ifeq ($(shell command -v clang),)
CC := clang-14
endif
endif
IS_CLANG := $(findstring clang,$(CC))

WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wmissing-prototypes \
	-Wstrict-prototypes -Wvla -Wundef -Wpointer-arith -Wwrite-strings -Wformat=2 -Wno-format-nonliteral -Wcast-qual
ifeq ($(IS_CLANG),)
WARN += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wno-format-truncation
endif
WERROR ?= -Werror

BASE := -std=gnu17 -D_GNU_SOURCE -I. -I$(GEN) -g -fno-strict-aliasing -fPIE -pthread

FLAGS_dev     := -Og
FLAGS_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection
FLAGS_asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_fuzz    := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer

CFLAGS_ALL  := $(BASE) $(WARN) $(WERROR) $(FLAGS_$(MODE)) $(CFLAGS)
LDFLAGS_dev     := -pie
LDFLAGS_release := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
# Of gcc's two shared libraries only libasan's writes its reports where log_path says: linked in they are one.
LDFLAGS_asan    := -fsanitize=address,undefined $(if $(IS_CLANG),,-static-libasan -static-libubsan)
LDFLAGS_fuzz    := -fsanitize=fuzzer,address,undefined
LDFLAGS_ALL := $(LDFLAGS_$(MODE)) $(LDFLAGS) -pthread

V ?= 0
ifeq ($(V),0)
Q := @
say = @printf '  %-7s %s\n' '$(1)' '$(2)'
else
Q :=
say = @:
endif
