# Everything here is built; a test links only what it calls (archive members); mortal.c is for tests/libexec.
SHELF := tests/support
$(SHELF)_SRC := acting.c capture_world.c desk_fake.c fab_night.c gateworld.c mortal.c pg_bench.c rig.c standin_engine.c store_mem.c \
	store_mem_rows.c store_suite.c store_suite_rows.c tape.c wsworld.c
