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
-include build/.deps
endif

SOURCES = $(shell git ls-files '*.[ch]' 2>/dev/null || find core connectors tui views tests -name '*.[ch]')

check-deps:
	@awk -f share/tools/depcheck.awk share/make/arrows $(filter-out tests/%,$(SOURCES)) && echo 'include arrows hold'
check-format:
	@clang-format --dry-run -Werror $(SOURCES) && echo 'layout is right'
format:
	clang-format -i $(SOURCES)

check: programs unit
	@share/tools/check $(B)
check-unit: unit
	@share/tools/check $(B) unit
check-sql check-golden check-e2e: check-%: programs
	@share/tools/check $(B) $*

demo: programs
	@share/tools/demo $(B) $(if $(STORY),--story '$(STORY)') $(if $(KEEP),--keep)

# SOAK_MINUTES=30; FABSOC_SEED=N begins with another seed.
soak: programs
	@tests/e2e/soak.py --build $(B)

clean:
	rm -rf build
