SHELF := tests/support
$(SHELF)_SRC := $(notdir $(wildcard desk_fake.c fab_night.c tests/support/*.c))
