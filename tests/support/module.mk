# Everything here is built; a test links only what it calls (archive members).
SHELF := tests/support
$(SHELF)_SRC := $(notdir $(wildcard tests/support/*.c))
