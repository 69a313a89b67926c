# targets.mk - what a person calls.

.PHONY: all programs unit help deps check check-unit check-deps check-format check-sql check-golden \
	check-e2e demo clean install soak fuzz bench mutants format

help:
	@printf '%s\n' \
	'make                 build into build/$(MODE)' \
	'make demo            private cluster, service, agent, recorded story, console [STORY=DIR] [KEEP=1]' \
	'make check           every test; closes with "N passed, N failed"  [MODE=asan] [CC=clang]' \
	'make check-unit | check-deps | check-format | check-sql | check-golden | check-e2e   parts of it' \
	'make soak fuzz bench mutants     the long ones' \
	'make deps            install the packages that are missing (apt)' \
	'make install DESTDIR=... PREFIX=/usr' \
	'modes: MODE=release (default), dev, asan, fuzz;  V=1 shows commands'

# Installs what is missing, once per list of packages.
build/.deps: share/make/packages share/tools/need
	$(Q)mkdir -p build && share/tools/need share/make/packages && touch $@
deps: build/.deps
ifeq ($(filter clean help deps,$(MAKECMDGOALS)),)
include build/.deps
endif

SOURCES = $(shell git ls-files '*.[ch]' 2>/dev/null || find core connectors tui views tests -name '*.[ch]')

# The suite; B is where the programs stand. Each part can be called alone.
check: programs unit
	@share/tools/check $(B)
check-unit check-golden check-sql check-e2e: check-%: programs unit
	@share/tools/check $(B) $*
check-deps check-format: check-%:
	@mkdir -p $(B) && share/tools/check $(B) $*
format:
	clang-format -i $(SOURCES)

# One-line faults that the suite must find; long, and no part of `make check`.
mutants: programs unit
	@tests/mutants/run $(B) $(ONLY)

demo: programs
	@share/tools/demo $(B) $(if $(STORY),--story '$(STORY)') $(if $(KEEP),--keep)

# SOAK_MINUTES=30; FABSOC_SEED=N begins with another seed.
soak: programs
	@tests/e2e/soak.py --build $(B)

# Rows of figures; nothing here passes or fails.
bench: programs
	@for b in tests/bench/*.py; do [ ! -x $$b ] || $$b $(B) || exit; done

clean:
	rm -rf build
